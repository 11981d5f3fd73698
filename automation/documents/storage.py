"""The bytes of documents: encrypted, addressed by content, kept in the storage named "documents" (a folder or S3).

Every document has an AES-256 key of its own, which the master key wraps; destroying that key erases the document.
Both ciphertexts are AES-GCM with the SHA-256 of the plain bytes as associated data, so that neither can be put in the
place of another's. A stored object is named by the SHA-256 of its ciphertext: two documents with the same bytes have
different keys and so different objects. An object whose document was never committed is unreachable and harmless.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from audit.envelope import new_key, seal, unseal, unwrap, wrap
from automation.errors import PermanentFailure, TemporaryFailure


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """What finds and opens stored bytes: SHA-256 of the plain bytes (hex), the object's name, the wrapped key."""

    sha256: str
    storage_name: str
    wrapped_key: bytes


class Keeper(Protocol):
    """A row that says where bytes lie and how to open them: a document, a mail, a refused file."""

    @property
    def sha256(self) -> str: ...
    @property
    def storage_name(self) -> str: ...
    @property
    def wrapped_key(self) -> bytes | memoryview: ...


def store(data: bytes) -> StoredBytes:
    """Encrypt and keep the bytes. Raises TemporaryFailure where the storage does not take them."""
    digest = hashlib.sha256(data).digest()
    key = new_key()
    sealed = seal(key, data, digest)
    address = hashlib.sha256(sealed).hexdigest()
    storage = _storage()
    try:
        name = storage.save(f"{address[:2]}/{address[2:4]}/{address}", ContentFile(sealed))
        if isinstance(storage, FileSystemStorage):
            _flush(Path(storage.path(name)))
    except OSError as error:
        raise TemporaryFailure(f"The document could not be stored: {error}", code="storage_unavailable") from error
    return StoredBytes(digest.hex(), name, wrap(key, digest))


def load(document: Keeper) -> bytes:
    """The plain bytes. Raises PermanentFailure where they are missing or were changed, TemporaryFailure when away."""
    if not document.wrapped_key:
        raise PermanentFailure("The document was erased: its time was over.", code="document_erased")
    digest = bytes.fromhex(document.sha256)
    try:
        with _storage().open(document.storage_name) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise PermanentFailure("The stored bytes of the document are missing.", code="document_missing") from error
    except OSError as error:
        raise TemporaryFailure(f"The document could not be loaded: {error}", code="storage_unavailable") from error
    try:
        key = unwrap(bytes(document.wrapped_key), digest)
    except InvalidTag as error:
        message = "The document's key does not open: the master key is another one, or the key was changed."
        raise PermanentFailure(message, code="document_key_unusable") from error
    try:
        return unseal(key, sealed, digest)
    except InvalidTag as error:
        message = "The stored bytes of the document are not those that were received: they were changed or damaged."
        raise PermanentFailure(message, code="document_tampered") from error


def seal_secret(text: str, owner: str) -> bytes:
    """A short secret under the master key, of use to `owner` only."""
    return wrap(text.encode(), owner.encode())


def open_secret(sealed: bytes, owner: str) -> str:
    """The same back. Raises PermanentFailure where the master key is another one, or the secret is not this owner's."""
    try:
        return unwrap(sealed, owner.encode()).decode()
    except InvalidTag as error:
        message = "The secret does not open: the master key is another one."
        raise PermanentFailure(message, code="secret_unusable") from error


def discard(stored: StoredBytes) -> None:
    """Remove an object that no document came to use."""
    _storage().delete(stored.storage_name)


def _storage() -> Storage:
    return storages["documents"]


def _flush(path: Path) -> None:
    """Onto the disk, before the database says that the document is there: a power cut must not part the two."""
    for name in (path, path.parent):
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
