"""Files inside files: ZIP archives and Outlook's winmail.dat, within limits. Everything else is one file as it is.

Archives are unpacked in memory, never to a disk, so names in them lead nowhere. What must not be unpacked comes back
with the reason, and what lay beside it is taken all the same.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from lzma import LZMAError

import tnefparse

from inference.unpacking.parts import MOST_BYTES, MOST_FILES, Part, Refusal

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


def holds_files(data: bytes) -> bool:
    """Whether `unpack` would look into it, judged by its first bytes."""
    return data.startswith(TNEF) or _is_archive(data)


def unpack(part: Part, most: int) -> list[Part]:
    """The files in a file, or the file itself where it holds none. `most`: bytes that one document may have."""
    if part.data.startswith(TNEF):
        return [file for found in _or_refused(part, _tnef) for file in _unzipped(found, most)]
    return _unzipped(part, most)


def _unzipped(part: Part, most: int) -> list[Part]:
    if part.refusal is not None or not _is_archive(part.data):
        return [part]
    return _or_refused(part, partial(_zip, most=most))


def _or_refused(part: Part, opened: Callable[[Part], Iterator[Part]]) -> list[Part]:
    """All or, where the container as a whole is no good, the container with the reason."""
    try:
        return list(opened(part))
    except Refusal as refusal:
        return [Part(part.path, part.filename, part.data, part.declared_type, part.full_size, refusal)]


def _is_archive(data: bytes) -> bool:
    """A ZIP archive that is no Office document: those are ZIP archives too, with a table of contents of their own."""
    return data.startswith(ZIP) and b"[Content_Types].xml" not in data[:4096] and data[30:38] != b"mimetype"


def _zip(part: Part, most: int) -> Iterator[Part]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.data))
    except _UNZIPPING as error:
        raise Refusal(f"The ZIP archive is damaged: {error}. Send it again.", code="archive_damaged") from error
    inside = [info for info in archive.infolist() if not info.is_dir() and not _is_rubbish(info.filename)]
    if len(inside) > MOST_FILES:
        message = f"The ZIP archive holds {len(inside):,} files; at most {MOST_FILES} are taken. Send several."
        raise Refusal(message, code="too_many_files")
    size = sum(info.file_size for info in inside)
    if size > MOST_BYTES * most:
        message = (
            f"The ZIP archive would unpack to {size / 2**20:,.0f} MB; it is not unpacked. Send the files unpacked."
        )
        raise Refusal(message, code="archive_too_large")
    if not inside:
        raise Refusal("The ZIP archive is empty.", code="empty")
    for info in inside:
        yield _member(part, archive, info, most)


def _member(part: Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Part:
    path = f"{part.path}/{info.filename}"

    def refused(message: str, code: str, data: bytes = b"") -> Part:
        return Part(path, info.filename, data, refusal=Refusal(message, code=code))

    if stat.S_ISLNK(info.external_attr >> 16):
        return refused("It is a link in an archive, not a file.", "archive_link")
    if info.flag_bits & 1:
        return refused("The archive has a password. Send the files without one.", "encrypted")
    if info.file_size > most:
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
        raise Refusal(message, code="archive_damaged") from error
    if len(found) > MOST_FILES:
        raise Refusal(f"The mail holds {len(found):,} files; at most {MOST_FILES} are taken.", code="too_many_files")
    for number, (name, data) in enumerate(found):
        yield Part(f"{part.path}/{number}", name.strip("\0"), data)


def _attachments(data: bytes) -> list[tnefparse.tnef.TNEFAttachment]:
    return list(tnefparse.TNEF(data, do_checksum=False).attachments)
