"""Parsing of untrusted files in a child process that can be killed, with limits on memory, time, pages and pixels.

Each process has one zygote (`inference.sandboxed`) that forks a fresh child per call: a crash, a loop or a bomb costs
that one call. Documents travel over sockets, never as files, and answers come as JSON and bytes, never as pickle.
Safe for threads, and for forks: a forked process forgets its parent's zygote and starts its own.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from inference import sandbox_wire as wire
from inference.einvoice.found import EInvoice
from inference.einvoice.found import from_json as einvoice_from_json
from inference.errors import (
    BY_CODE,
    ParserCrashed,
    TooLarge,
    TooMuchMemory,
    TooSlow,
    UnreadableDocument,
    UnsupportedType,
)
from inference.limits import Limits
from inference.media_types import sniff
from inference.sandbox_process import started
from inference.serial import Json, reading_from_json, reading_to_json
from inference.types import Reading, Scan
from inference.unpacking.mail import Contents, Head, head_from_json
from inference.unpacking.mail import from_json as contents_from_json
from inference.unpacking.parts import Part, Refusal, refusal_from_json
from inference.unpacking.parts import from_json as parts_from_json

__all__ = [
    "DEFAULT",
    "Limits",
    "mail_head",
    "open_mail",
    "read_document",
    "read_einvoice",
    "render_page",
    "scan_page",
    "searchable_pdf",
    "sniff",
    "stop",
    "unpack",
]

DEFAULT = Limits()
_GRACE = 2.0  # seconds past the limit until the parent kills; the child's own alarm comes first
_KILLED_FOR_TIME = (signal.SIGALRM, signal.SIGXCPU)
_KILLED_FOR_MEMORY = (signal.SIGABRT, signal.SIGTRAP, signal.SIGILL)  # how pdfium and malloc give up


def read_document(data: bytes, media_type: str, limits: Limits = DEFAULT) -> Reading:
    """The words of all pages. Raises the errors of `inference.errors`."""
    _check(data, media_type, limits)
    answer, _ = _call("read", {}, data, limits)
    if "einvoice" in answer:
        _answers.put(data, answer["einvoice"])
    return reading_from_json(answer)


def render_page(data: bytes, media_type: str, page: int, width: int, limits: Limits = DEFAULT) -> bytes:
    """Page `page` (from 1) as WebP, `width` pixels wide. Raises the errors of `inference.errors`."""
    _check(data, media_type, limits)
    _, picture = _call("render", {"page": page, "width": width}, data, limits)
    return picture


def scan_page(data: bytes, media_type: str, page: int, limits: Limits = DEFAULT) -> Scan:
    """Page `page` (from 1) in grey tones for OCR. Raises the errors of `inference.errors`."""
    _check(data, media_type, limits)
    size, tones = _call("scan", {"page": page}, data, limits)
    return Scan(int(size["width"]), int(size["height"]), tones)


def read_einvoice(data: bytes, media_type: str, limits: Limits = DEFAULT) -> EInvoice | None:
    """The electronic invoice that the file is or holds; None where there is none. Raises as `read_document` does."""
    _check(data, media_type, limits)
    answer, xml = _answers.take(data), data
    if answer is None:
        answer, xml = _call("einvoice", {}, data, limits)
    return einvoice_from_json(answer, xml) if answer else None


def searchable_pdf(data: bytes, media_type: str, reading: Reading, limits: Limits = DEFAULT) -> bytes:
    """The document as PDF with what OCR read as an invisible layer. Raises the errors of `inference.errors`."""
    _check(data, media_type, limits)
    _, pdf = _call("searchable", {"reading": reading_to_json(reading)}, data, limits)
    return pdf


def open_mail(raw: bytes, smallest_picture: int, limits: Limits = DEFAULT) -> tuple[Head, Contents | Refusal]:
    """Who wrote a mail, and what it brings or why not (`inference.unpacking.mail`). Raises as `read_document` does."""
    answer, blob = _call("mail", {"smallest_picture": smallest_picture}, raw, limits)
    if "refusal" in answer:
        return head_from_json(answer["head"]), refusal_from_json(answer["refusal"])
    return head_from_json(answer["head"]), contents_from_json(answer, blob)


def mail_head(raw: bytes, limits: Limits = DEFAULT) -> Head:
    """Who wrote a mail. Raises as `read_document` does."""
    answer, _ = _call("mail_head", {}, raw, limits)
    return head_from_json(answer)


def unpack(part: Part, limits: Limits = DEFAULT) -> list[Part]:
    """The files in an archive (`inference.unpacking.archive`). Raises as `read_document` does."""
    names = {"path": part.path, "filename": part.filename, "declared_type": part.declared_type}
    answer, blob = _call("unpack", names, part.data, limits)
    return parts_from_json(answer["parts"], blob)


def stop() -> None:
    """End this process's zygote; the next call starts another."""
    with _lock:
        _stop()


class _Answers:
    """What the last XML files said, told together with their pages, for whoever asks for it next. Safe for threads."""

    MOST = 16

    def __init__(self) -> None:
        self._kept: dict[bytes, Json] = {}

    def put(self, data: bytes, answer: Json) -> None:
        with _lock:
            while len(self._kept) >= self.MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[sha256(data).digest()] = answer

    def take(self, data: bytes) -> Json | None:
        with _lock:
            return self._kept.pop(sha256(data).digest(), None)


def _check(data: bytes, media_type: str, limits: Limits) -> None:
    if len(data) > limits.bytes:
        raise TooLarge(f"It has {len(data) / 2**20:,.0f} MiB; at most {limits.bytes / 2**20:,.0f} are read.")
    found = sniff(data)
    if found != media_type:
        raise UnsupportedType(f"It is called {media_type}, but its content is {found}.")


def _call(function: str, args: Json, data: bytes, limits: Limits) -> tuple[Any, bytes]:
    deadline = time.monotonic() + limits.seconds + _GRACE
    pid: int | None = None
    with _connect() as connection:
        connection.settimeout(limits.seconds + _GRACE)
        try:
            hello, _ = wire.receive(connection, deadline)
            pid = int(hello["pid"])
            wire.send(connection, {"function": function, "args": args, "limits": asdict(limits)}, data)
            answer, blob = wire.receive(connection, deadline)
        except TimeoutError as error:
            _kill(pid)
            raise TooSlow(_seconds(limits)) from error
        except (wire.Closed, ValueError, KeyError) as error:
            raise ParserCrashed() from error
    if "result" not in answer:
        raise _error(answer, limits)
    return answer["result"], blob


def _error(answer: Json, limits: Limits) -> UnreadableDocument:
    if "signal" not in answer:
        return BY_CODE.get(answer.get("error", ""), ParserCrashed)(str(answer.get("why", "")))
    if answer["signal"] in _KILLED_FOR_TIME:
        return TooSlow(_seconds(limits))
    if answer["signal"] in _KILLED_FOR_MEMORY:
        return TooMuchMemory(f"At most {limits.memory_mb:,} MB are allowed.")
    return ParserCrashed(f"(Signal {answer['signal']}.)")


def _seconds(limits: Limits) -> str:
    return f"At most {limits.seconds:g} seconds are allowed."


def _kill(pid: int | None) -> None:
    """Stop an overdue child; without a child that said its pid, the zygote itself hangs."""
    if pid is None:
        stop()
        return
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, signal.SIGKILL)


_lock = threading.Lock()
_answers = _Answers()
_control: socket.socket | None = None
_zygote: subprocess.Popen[bytes] | None = None


def _connect() -> socket.socket:
    """A connection to a fresh child. Restarts the zygote where it has died."""
    ours, theirs = socket.socketpair()
    with theirs, _lock:
        try:
            socket.send_fds(_running(), [b"\0"], [theirs.fileno()])
        except (BrokenPipeError, ConnectionResetError):
            _stop()
            socket.send_fds(_running(), [b"\0"], [theirs.fileno()])
    return ours


def _running() -> socket.socket:
    global _control, _zygote
    if _control is None:
        _control, _zygote = started("inference.sandboxed")
    return _control


def _stop() -> None:
    global _control, _zygote
    if _control is not None:
        _control.close()
    if _zygote is not None:
        _zygote.kill()
        _zygote.wait()
    _control = _zygote = None


def _forget() -> None:
    """In a forked child: the zygote belongs to the parent, and its end must show when the parent ends."""
    global _lock, _control, _zygote
    _lock = threading.Lock()
    if _control is not None:
        _control.close()
    if _zygote is not None:
        _zygote.returncode = 0  # not our child: no waiting, no warning
    _control = _zygote = None


os.register_at_fork(after_in_child=_forget)
