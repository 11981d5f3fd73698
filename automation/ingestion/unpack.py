"""Files inside files: ZIP archives and Outlook's winmail.dat, within limits. Everything else is one file as it is.

Archives are unpacked in memory, never to a disk, so names in them lead nowhere. What must not be unpacked comes back
with the reason, and what lay beside it is taken all the same.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from lzma import LZMAError

import tnefparse
from django.conf import settings

from automation.errors import Refused

MOST_FILES = 200  # in one mail or archive
MOST_BYTES = 4  # times DOCUMENT_MAX_BYTES: all files of one archive together
ZIP = b"PK\x03\x04"
TNEF = b"\x78\x9f\x3e\x22"
_RUBBISH = (".ds_store", "thumbs.db", "desktop.ini")
_UNZIPPING = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One file found in something. `path` says where in it; `refusal`: why the door need not even be asked."""

    path: str
    filename: str
    data: bytes
    declared_type: str = ""
    full_size: int | None = None
    refusal: Refused | None = None


def unpack(part: Part) -> list[Part]:
    """The files in a file, or the file itself where it holds none."""
    if part.data.startswith(TNEF):
        return [file for found in _or_refused(part, _tnef) for file in _unzipped(found)]
    return _unzipped(part)


def _unzipped(part: Part) -> list[Part]:
    return _or_refused(part, _zip) if part.refusal is None and _is_archive(part.data) else [part]


def _or_refused(part: Part, opened: Callable[[Part], Iterator[Part]]) -> list[Part]:
    """All or, where the container as a whole is no good, the container with the reason."""
    try:
        return list(opened(part))
    except Refused as refusal:
        return [Part(part.path, part.filename, part.data, part.declared_type, part.full_size, refusal)]


def _is_archive(data: bytes) -> bool:
    """A ZIP archive that is no Office document: those are ZIP archives too, with a table of contents of their own."""
    return data.startswith(ZIP) and b"[Content_Types].xml" not in data[:4096] and data[30:38] != b"mimetype"


def _zip(part: Part) -> Iterator[Part]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.data))
    except _UNZIPPING as error:
        raise Refused(f"The ZIP archive is damaged: {error}. Send it again.", code="archive_damaged") from error
    inside = [info for info in archive.infolist() if not info.is_dir() and not _is_rubbish(info.filename)]
    if len(inside) > MOST_FILES:
        message = f"The ZIP archive holds {len(inside):,} files; at most {MOST_FILES} are taken. Send several."
        raise Refused(message, code="too_many_files")
    size = sum(info.file_size for info in inside)
    if size > MOST_BYTES * settings.DOCUMENT_MAX_BYTES:
        message = (
            f"The ZIP archive would unpack to {size / 2**20:,.0f} MB; it is not unpacked. Send the files unpacked."
        )
        raise Refused(message, code="archive_too_large")
    if not inside:
        raise Refused("The ZIP archive is empty.", code="empty")
    for info in inside:
        yield _member(part, archive, info)


def _member(part: Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Part:
    path = f"{part.path}/{info.filename}"

    def refused(message: str, code: str, data: bytes = b"") -> Part:
        return Part(path, info.filename, data, refusal=Refused(message, code=code))

    if stat.S_ISLNK(info.external_attr >> 16):
        return refused("It is a link in an archive, not a file.", "archive_link")
    if info.flag_bits & 1:
        return refused("The archive has a password. Send the files without one.", "encrypted")
    if info.file_size > settings.DOCUMENT_MAX_BYTES:
        return Part(path, info.filename, b"", full_size=info.file_size)
    try:
        data = archive.read(info)
    except _UNZIPPING as error:
        return refused(f"It cannot be unpacked: {error}.", "archive_damaged")
    if _is_archive(data):
        return refused("It is an archive within an archive. Send the files unpacked.", "archive_nested", data)
    return Part(path, info.filename, data)


def _is_rubbish(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].lower() in _RUBBISH


def _tnef(part: Part) -> Iterator[Part]:
    try:
        found = [(str(one.long_filename() or one.name), bytes(one.data)) for one in _attachments(part.data)]
    except Exception as error:
        # The parser raises whatever a damaged structure makes it stumble over.
        message = "The winmail.dat of the mail is damaged. Ask the sender to send the mail as plain text or HTML."
        raise Refused(message, code="archive_damaged") from error
    if len(found) > MOST_FILES:
        raise Refused(f"The mail holds {len(found):,} files; at most {MOST_FILES} are taken.", code="too_many_files")
    for number, (name, data) in enumerate(found):
        yield Part(f"{part.path}/{number}", name.strip("\0"), data)


def _attachments(data: bytes) -> list[tnefparse.tnef.TNEFAttachment]:
    return list(tnefparse.TNEF(data, do_checksum=False).attachments)
