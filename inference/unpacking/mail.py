"""What a mail brings: its files, wherever in it they lie, and what is said about sender and subject.

Attachments, pictures in the text, forwarded and nested mails, winmail.dat, ZIP archives. Text, signatures, calendars
and small pictures in the text (logos) are no files; they are named with the reason. Nothing in a mail is believed.
"""

import contextlib
import email
import email.header
import email.message
import email.utils
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message

from inference.unpacking import parts
from inference.unpacking.archive import unpack
from inference.unpacking.parts import Json, Part, Refusal, storable

DEEPEST = 20  # parts within parts
LONGEST_HEADER = 100_000  # characters
LONGEST_TEXT = 20_000  # that is shown
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_NO_FILES = {
    **dict.fromkeys((*_SIGNATURES, "application/pgp-keys"), "a signature"),
    "text/calendar": "a calendar entry",
    "text/vcard": "a business card",
    "text/x-vcard": "a business card",
    "message/delivery-status": "a delivery report",
    "message/disposition-notification": "a read receipt",
}
_LETTER = re.compile(r"<letter\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_EXCHANGE_TEXT = re.compile(r"ATT\d{3,}\.(txt|htm|html)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """Who wrote to whom. `automatic`: a machine wrote it, so nobody reads an answer (RFC 3834). `answers`: ids of our
    letters that it answers, by the Message-IDs that we gave them."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    automatic: bool
    answers: tuple[str, ...] = ()


@dataclass(slots=True)
class Contents:
    """The files of a mail, the name and reason of each part that is none, and the text."""

    files: list[Part] = field(default_factory=list)
    passed_over: list[dict[str, str]] = field(default_factory=list)
    body: str = ""


def read_head(raw: bytes) -> Head:
    """Of any bytes: what cannot be read is empty."""
    head = email.message_from_bytes(raw[: _end_of_head(raw)])
    automatic = decoded(head, "Auto-Submitted").lower() not in ("", "no")
    automatic |= decoded(head, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
    automatic |= "List-Id" in head or decoded(head, "Return-Path") == "<>"
    recipients = addresses(*(decoded(head, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To")))
    senders = addresses(decoded(head, "From"))
    return Head(
        decoded(head, "Message-ID")[:500],
        senders[0] if senders else "",
        tuple(dict.fromkeys(recipients)),
        decoded(head, "Subject")[:500],
        automatic,
        tuple(dict.fromkeys(_LETTER.findall(f"{decoded(head, 'In-Reply-To')} {decoded(head, 'References')}"[-5000:]))),
    )


def read_contents(raw: bytes, *, smallest_picture: int, most: int) -> Contents:
    """`smallest_picture`: pictures in the text with fewer bytes are taken for decoration. `most`: bytes of a document.

    Raises Refusal where the mail cannot be taken apart, or holds more files than a mail may.
    """
    contents = Contents()
    try:
        _walk(email.message_from_bytes(raw), "", 0, _Taking(contents, smallest_picture, most))
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        message = "The mail is damaged and cannot be taken apart. Ask the sender to send it again."
        raise Refusal(message, code="mail_damaged") from error
    return contents


def text_of(body: str) -> str:
    """The words of a mail's text, of HTML the words alone."""
    body = body[:LONGEST_TEXT]
    if "<" not in body or not re.search(r"<(html|body|p|div|br|table)\b", body, re.IGNORECASE):
        return body.strip()
    without = re.sub(r"(?is)<(style|script|head)\b.*?</\1\s*>", " ", body)
    spaced = re.sub(r"(?i)<(br|/p|/div|/tr|/li|/h\d)\b[^>]*>", "\n", without)
    words = html.unescape(re.sub(r"(?s)<[^>]*>", " ", spaced))
    return re.sub(r"\n\s*\n+", "\n\n", re.sub(r"[ \t\r]+", " ", words)).strip()


def to_json(contents: Contents) -> tuple[Json, bytes]:
    files, blob = parts.to_json(contents.files)
    body = storable(text_of(contents.body), LONGEST_TEXT)
    return {"files": files, "passed_over": contents.passed_over, "body": body}, blob


def from_json(told: Json, blob: bytes) -> Contents:
    """Raises KeyError, TypeError or ValueError where the shape is wrong."""
    return Contents(parts.from_json(told["files"], blob), told["passed_over"], told["body"])


def head_from_json(told: Json) -> Head:
    """From `dataclasses.asdict`. Raises KeyError or TypeError where the shape is wrong."""
    recipients, answers = tuple(told.pop("recipients")), tuple(told.pop("answers"))
    return Head(**told, recipients=recipients, answers=answers)


@dataclass(frozen=True, slots=True)
class _Taking:
    contents: Contents
    smallest_picture: int
    most: int


def _walk(part: "Message[str, str]", path: str, depth: int, taking: _Taking) -> None:
    contents = taking.contents
    if depth > DEEPEST:
        raise Refusal(f"The mail has more than {DEEPEST} parts within parts.", code="mail_too_deep")
    for number, child in enumerate(_children(part), 1):
        _walk(child, f"{path}.{number}" if path else str(number), depth + 1, taking)
    if part.is_multipart():
        return
    name, data = _filename(part), _payload(part)
    if name.lower().endswith(".eml") and part.get_content_type() == "application/octet-stream":
        _walk(email.message_from_bytes(data), f"{path or '1'}.1", depth + 1, taking)
    elif not name and part.get_content_type() in ("text/plain", "text/html") and not _attached(part):
        contents.body = contents.body or _text(part, data)
    elif why := _no_file(part, name, len(data), taking.smallest_picture):
        contents.passed_over.append({"name": storable(name or part.get_content_type()), "why": why})
    else:
        kind = storable(part.get_content_type(), 100)
        _take(Part(path or "1", name or _made_up_name(part), data, kind), taking)


def _take(part: Part, taking: _Taking) -> None:
    taking.contents.files += unpack(part, taking.most)
    if len(taking.contents.files) > parts.MOST_FILES:
        message = f"The mail holds more than {parts.MOST_FILES} files. Send several mails."
        raise Refusal(message, code="too_many_files")


def _children(part: "Message[str, str]") -> Iterator["Message[str, str]"]:
    payload = part.get_payload()
    children = [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
    encoded = decoded(part, "Content-Transfer-Encoding").lower() == "base64"
    for child in children:
        if part.get_content_type() == "message/rfc822" and encoded:
            # No mail program may encode a forwarded mail, and some do.
            child["Content-Transfer-Encoding"] = "base64"
            yield email.message_from_bytes(_payload(child))
        else:
            yield child


def _no_file(part: "Message[str, str]", name: str, size: int, smallest: int) -> str:
    kind = part.get_content_type()
    if kind in _NO_FILES:
        return _NO_FILES[kind]
    if _EXCHANGE_TEXT.fullmatch(name):
        return "text that a mail server added"
    if kind.startswith("image/") and size < smallest and (part["Content-ID"] or not _attached(part)):
        return "a small picture in the text"
    return ""


def _attached(part: "Message[str, str]") -> bool:
    return part.get_content_disposition() == "attachment"


def _payload(part: "Message[str, str]") -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: "Message[str, str]", data: bytes) -> str:
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _filename(part: "Message[str, str]") -> str:
    return _decode_words(part.get_filename("") or "")


def _made_up_name(part: "Message[str, str]") -> str:
    return f"unnamed.{part.get_content_subtype().split('+')[0][:10]}"


def decoded(part: "Message[str, str]", name: str) -> str:
    """A header in plain text on one line; empty where it is missing."""
    return " ".join(storable(_decode_words(str(part.get(name, ""))), LONGEST_HEADER).split())


def addresses(*headers: str) -> list[str]:
    return [address.lower() for _, address in email.utils.getaddresses(headers) if "@" in address]


def _decode_words(text: str) -> str:
    """RFC 2047 words as text; as they stand where they are wrong."""
    with contextlib.suppress(MessageError, LookupError, ValueError):
        text = str(email.header.make_header(email.header.decode_header(text)))
    return text


def _end_of_head(raw: bytes) -> int:
    ends = [at for mark in (b"\r\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0]
    return min([*ends, 256 * 1024])
