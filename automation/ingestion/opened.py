"""Mails and archives taken apart, in the sandbox: what makes a parser crash, loop or swell costs one child process."""

from dataclasses import replace

from django.conf import settings

from automation.documents.parsing import limits
from automation.errors import Refused
from inference import sandbox
from inference.errors import ParserCrashed, UnreadableDocument
from inference.unpacking.archive import holds_files
from inference.unpacking.mail import Contents, Head
from inference.unpacking.parts import Part, Refusal

LONGEST_HEAD = 1_000_000  # bytes of which a mail's head is read where the whole could not be


def open_mail(raw: bytes, *, smallest_picture: int) -> tuple[Head, Contents | Refused]:
    """Who wrote it, and what it brings or why it cannot be taken apart.

    `smallest_picture`: pictures in the text with fewer bytes are taken for decoration.
    """
    try:
        head, contents = _twice(raw, smallest_picture)
    except UnreadableDocument as error:
        said = f"The mail is damaged and cannot be taken apart. {error} Ask the sender to send it again."
        return read_head(raw[:LONGEST_HEAD]), Refused(said, code="mail_damaged")
    return head, Refused(contents.message, code=contents.code) if isinstance(contents, Refusal) else contents


def _twice(raw: bytes, smallest_picture: int) -> tuple[Head, Contents | Refusal]:
    try:
        return sandbox.open_mail(raw, smallest_picture, _limits())
    except ParserCrashed:  # a child may also be ended from outside
        return sandbox.open_mail(raw, smallest_picture, _limits())


def read_head(raw: bytes) -> Head:
    """The head alone; empty where even that cannot be read."""
    try:
        return sandbox.mail_head(raw, _limits())
    except UnreadableDocument:
        return Head("", "", (), "", automatic=True)


def body_of(raw: bytes) -> str:
    """The mail's text, of HTML the words alone; empty where there is none or the mail is damaged."""
    _, contents = open_mail(raw, smallest_picture=0)
    return "" if isinstance(contents, Refused) else contents.body


def unpacked(part: Part) -> list[Part]:
    """The files in a file, or the file itself where it holds none, or where it cannot be unpacked, with the reason."""
    if not holds_files(part.data):
        return [part]
    try:
        return sandbox.unpack(part, _limits())
    except UnreadableDocument as error:
        said = f"The archive cannot be unpacked. {error} Send the files unpacked."
        return [replace(part, refusal=Refusal(said, code="archive_damaged"))]


def _limits() -> sandbox.Limits:
    """More memory than one document may need: an archive may hold four of them."""
    one = limits()
    return replace(one, memory_mb=one.memory_mb + 6 * settings.DOCUMENT_MAX_BYTES // 2**20)
