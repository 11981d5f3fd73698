"""The log's own key: Ed25519, and the C2SP signed-note format (c2sp.org/signed-note) its heads are written in.

AUDIT_SIGNER names the function that makes the signer; `from_file` is the default. One that keeps the private key in a
key service has the same signature and hands over a `sign_bytes` that asks the service.
"""

import base64
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.module_loading import import_string

from audit.verify import COSIGNATURE, Key, cosigned_text, key_of, parse_key


class Signer(NamedTuple):
    """A key and what signs with it (Ed25519: bytes to 64 bytes). The key's name is also the log's origin.

    `retired`: keys that signed earlier heads, which stay verifiable.
    """

    key: Key
    sign_bytes: Callable[[bytes], bytes]
    retired: tuple[Key, ...] = ()

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key whose heads belong to the log, oldest first."""
        return (*self.retired, self.key)

    def sign(self, text: str, at: datetime) -> str:
        """`text`, which ends with a line break, as a signed note; a second line signs when that was, in seconds."""
        seconds = int(at.timestamp())
        timing = key_of(self.name, self.key.public, COSIGNATURE).id + seconds.to_bytes(8)
        signatures = (
            self.key.id + self.sign_bytes(text.encode()),
            timing + self.sign_bytes(cosigned_text(text, seconds)),
        )
        lines = (f"— {self.name} {base64.b64encode(signature).decode()}\n" for signature in signatures)
        return f"{text}\n{''.join(lines)}"


def configured() -> Signer:
    """The signer that the settings name."""
    make: Callable[[str, Path], Signer] = import_string(settings.AUDIT_SIGNER)
    return make(settings.AUDIT_ORIGIN, Path(settings.AUDIT_KEY_PATH))


def from_file(name: str, path: Path) -> Signer:
    """The key in the PEM file `path`. A missing file is created with a new key, readable by its owner only.

    Retired keys stand in the file beside it that ends in .retired, one a line.
    """
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ValueError(f"{name!r} cannot name a log: no spaces and no plus sign")
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write(path, Ed25519PrivateKey.generate())
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    retired = _retired(path)
    lines = retired.read_text().splitlines() if retired.exists() else []
    return Signer(_key(name, private), private.sign, tuple(parse_key(line) for line in lines))


def rotate_file(name: str, path: Path) -> Signer:
    """Put a new key in the place of the one in `path`, whose public half is kept among the retired."""
    old = from_file(name, path)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    _write(fresh, Ed25519PrivateKey.generate())
    with _retired(path).open("a") as file:
        file.write(f"{old.key}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return from_file(name, path)


def _retired(path: Path) -> Path:
    return path.with_name(f"{path.name}.retired")


def _key(name: str, private: Ed25519PrivateKey) -> Key:
    return key_of(name, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _write(path: Path, key: Ed25519PrivateKey) -> None:
    """Raises FileExistsError rather than to overwrite a key."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
