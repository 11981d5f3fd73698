"""The log's own key: Ed25519, and the C2SP signed-note format (c2sp.org/signed-note) its heads are written in."""

import base64
import os
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

from audit.verify import Key, key_of


class Signer(NamedTuple):
    """A private key and the name it signs under, which is also the log's origin, for example example.com/audit."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> Key:
        return key_of(self.name, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, text: str) -> str:
        """`text`, which ends with a line break, as a signed note."""
        signature = base64.b64encode(self.key.id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n"


def load_signer(name: str, path: Path) -> Signer:
    """The key in the PEM file `path`. A missing file is created with a new key, readable by its owner only."""
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ValueError(f"{name!r} cannot name a log: no spaces and no plus sign")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            key = Ed25519PrivateKey.generate()
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except FileExistsError:
        pass
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return Signer(name, private)
