"""Cosignatures of witnesses (c2sp.org/tlog-cosignature): others who saw a head and say so."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from audit.models import Checkpoint, Cosignature
from audit.record import record
from audit.verify import COSIGNATURE, BrokenError, Key, open_head


class UnknownHeadError(LookupError):
    """The note is no head of this log."""


def accept(note: str, keys: Sequence[Key]) -> list[str]:
    """Keep the signatures of witnesses under a head of ours; the names of those that were new.

    `keys` are the log's and the witnesses'. Raises `audit.verify.BrokenError` where a signature is false or no witness
    among `keys` signed, UnknownHeadError where the head is not ours.
    """
    head = open_head(note, keys)
    stored = Checkpoint.objects.filter(size=head.size).first()
    if stored is None or bytes(stored.root) != head.root:
        raise UnknownHeadError(f"This log has no such head of {head.size} entries.")
    if not head.witnesses:
        raise BrokenError("no witness that is known here signed this head")
    known = {key.name for key in keys if key.kind == COSIGNATURE}
    lines = note.rpartition("\n\n")[2].splitlines()
    return [name for line in lines if (name := line.split(" ")[1]) in known and _keep(stored, name, line)]


def _keep(head: Checkpoint, witness: str, line: str) -> bool:
    try:
        with transaction.atomic():
            Cosignature.objects.create(checkpoint=head, witness=witness, line=line)
            record("log.cosigned", actor=f"witness:{witness}", subject="log:heads", after={"size": head.size})
    except IntegrityError:
        return False
    return True


def cosigned(head: Checkpoint) -> str:
    """The head's note with every witness's line under the log's own."""
    return head.note + "".join(f"{one.line}\n" for one in head.cosignatures.all())
