"""One type for everything that arrives, whatever the channel."""

import base64
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.contrib.auth.models import User

from automation.ingestion.models import Arrival, Channel, Mail
from automation.ledger.models import LegalEntity

MAX_FILENAME = 200


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """One file on its way in, for one legal entity.

    `sender` is who handed it in as the channel knows it (an address, a token's name); `declared_type` as they say.
    `full_size`: the file's size where not all of it was taken into `data`, because it is too large anyway.
    `source` and `key`: the configured channel, and what the file is called there for good; such a file is taken once.
    `mail`: what it was attached to. `metadata`: what the channel was told about it. `retry_of`: it was refused before.
    """

    entity: LegalEntity
    filename: str
    data: bytes
    channel: str
    sender: str = ""
    uploaded_by: User | None = None
    declared_type: str = ""
    full_size: int | None = None
    source: Channel | None = None
    key: str = ""
    mail: Mail | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_of: Arrival | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.full_size is None else self.full_size

    @property
    def actor(self) -> str:
        """Who the audit log says it was."""
        if self.uploaded_by is not None:
            return f"user:{self.uploaded_by.get_username()}"
        return f"service:{self.sender}" if self.channel == "api" else f"system:{self.channel}"

    @property
    def clean_filename(self) -> str:
        """The name without folders and without characters that no screen can show."""
        name = PurePosixPath(self.filename.replace("\\", "/")).name
        shown = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
        if len(shown) > MAX_FILENAME:
            path = PurePosixPath(shown)
            shown = path.stem[: MAX_FILENAME - 10] + path.suffix[:10]
        return shown or "unnamed"


def take(file: IO[bytes], size: int) -> tuple[bytes, int | None]:
    """(`data`, `full_size`) of an open file of `size` bytes: nothing is read of a file that is too large."""
    return (b"", size) if size > settings.DOCUMENT_MAX_BYTES else (file.read(), None)


def take_path(path: Path) -> tuple[bytes, int | None]:
    """The same for a file on disk. Raises OSError."""
    with path.open("rb") as file:
        return take(file, path.stat().st_size)


def take_base64(text: str) -> tuple[bytes, int | None]:
    """The same for a file written as base64. Raises ValueError where it is not."""
    size = len(text) * 3 // 4 - text[-2:].count("=")
    return (b"", size) if size > settings.DOCUMENT_MAX_BYTES else (base64.b64decode(text, validate=True), None)
