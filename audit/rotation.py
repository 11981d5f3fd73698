"""A new key for the log: the old key's last signature vouches for it, and the log says so."""

import base64
from pathlib import Path

from django.conf import settings
from django.db import transaction

from audit.checkpoint import checkpoint
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import Signer, configured, from_file, rotate_file
from audit.verify import BrokenError, Key


def statement(old: Key, new: Key) -> bytes:
    """What the old key signs to vouch for the new one."""
    return f"countersign-key-rotation/v1\n{old}\n{new}\n".encode()


def rotate(heads_file: Path) -> Signer:
    """Sign what there is with the old key, replace it, record that, and sign with the new one.

    For keys in a file; a key service rotates its own and lists the retired ones in its signer. A crash leaves
    either key in place and the retired one known.
    """
    if f"{from_file.__module__}.{from_file.__name__}" != settings.AUDIT_SIGNER:
        raise BrokenError("this log's key is not in a file: rotate it where it is kept")
    old = configured()
    fold_all()
    checkpoint(old, heads_file)
    new = rotate_file(settings.AUDIT_ORIGIN, Path(settings.AUDIT_KEY_PATH))
    vouched = base64.b64encode(old.sign_bytes(statement(old.key, new.key))).decode()
    with transaction.atomic():
        record(
            "log.key_rotated",
            actor="system:log",
            subject=f"log:{new.name}",
            before={"key": str(old.key)},
            after={"key": str(new.key)},
            because={"signature_of_the_old_key": vouched},
        )
    fold_all()
    checkpoint(new, heads_file)
    return new
