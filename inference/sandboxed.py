"""The inner side of `inference.sandbox`: `python -m inference.sandboxed`, with a control socket as standard input.

One zygote process with the parsers loaded waits for connections and forks a child for each. The child limits itself,
reads one request from its connection, answers and ends. The zygote never touches a document. When a child is killed,
the zygote says so on the child's connection. It ends when its parent closes the control socket.
"""

import ctypes
import gc
import io
import math
import os
import resource
import selectors
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any, NoReturn

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from inference import sandbox_wire as wire
from inference.einvoice import answer, pages, paper, schema
from inference.einvoice.found import to_json as found_to_json
from inference.errors import ParserCrashed, TooMuchMemory, UnreadableDocument
from inference.limits import Limits
from inference.media_types import XML, sniff
from inference.ocr import render, text_layer
from inference.serial import Json, reading_from_json, reading_to_json
from inference.unpacking import archive, mail, parts

Answer = tuple[Json, bytes]
IDLE_SECONDS = 0.2


def _read(data: bytes, limits: Limits) -> Answer:
    if sniff(data) == XML:
        found, reading = answer.on_paper(data, limits)  # what it says is asked for next: not to be read twice
        return {**reading_to_json(reading), "einvoice": found_to_json(found)}, b""
    return reading_to_json(text_layer.read(data, limits)), b""


def _render(data: bytes, limits: Limits, *, page: int, width: int) -> Answer:
    if sniff(data) == XML:
        data = pages.drawn(data, limits)
    return {}, render.render(data, page, width, limits)


def _scan(data: bytes, limits: Limits, *, page: int) -> Answer:
    picture = render.scan(data, page, limits)
    return {"width": picture.width, "height": picture.height}, picture.tobytes()


def _einvoice(data: bytes, limits: Limits) -> Answer:
    found = answer.answer(data)
    return ({}, b"") if found is None else (found_to_json(found), found.xml)


def _searchable(data: bytes, limits: Limits, *, reading: Json) -> Answer:
    from inference.ocr.searchable import searchable

    return {}, searchable(data, reading_from_json(reading).pages, limits)


def _mail(data: bytes, limits: Limits, *, smallest_picture: int) -> Answer:
    head = asdict(mail.read_head(data))
    try:
        told, blob = mail.to_json(mail.read_contents(data, smallest_picture=smallest_picture, most=limits.bytes))
    except parts.Refusal as refusal:
        return {"head": head, "refusal": parts.refusal_to_json(refusal)}, b""
    return {**told, "head": head}, blob


def _mail_head(data: bytes, limits: Limits) -> Answer:
    return asdict(mail.read_head(data)), b""


def _unpack(data: bytes, limits: Limits, *, path: str, filename: str, declared_type: str) -> Answer:
    part = parts.Part(path, filename, data, declared_type)
    told, blob = parts.to_json(archive.unpack(part, limits.bytes))
    return {"parts": told}, blob


FUNCTIONS: dict[str, Callable[..., Answer]] = {
    "read": _read,
    "render": _render,
    "scan": _scan,
    "searchable": _searchable,
    "einvoice": _einvoice,
    "mail": _mail,
    "mail_head": _mail_head,
    "unpack": _unpack,
}


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    wakeup, alarm = socket.socketpair()
    wakeup.setblocking(False)
    alarm.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(alarm.fileno(), warn_on_full_buffer=False)
    _warm_up()
    gc.collect()
    gc.freeze()
    children: dict[int, socket.socket] = {}
    prepared = False
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        while True:
            ready = selector.select(None if prepared else IDLE_SECONDS)
            if not ready:
                _prepare()
                prepared = True
            for key, _ in ready:
                if key.fileobj is wakeup:
                    wakeup.recv(4096)
                    _reap(children)
                    continue
                _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
                if not descriptors:
                    return
                connection = socket.socket(fileno=descriptors[0])
                pid = os.fork()
                if pid == 0:
                    _serve(connection, (control, wakeup, alarm, *children.values()))
                children[pid] = connection


def _prepare() -> None:
    """At the first idle moment: schemas, which take half a second to compile. Children before it compile their own."""
    schema.load()
    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    """Read and draw a page of our own once: children then inherit fonts and codecs instead of loading them."""
    Image.init()
    document, file = pdfium.PdfDocument.new(), io.BytesIO()
    text = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 12)
    letters = (ctypes.c_ushort * 8)(*map(ord, "Invoice"))
    raw.FPDFText_SetText(text, ctypes.cast(letters, raw.FPDF_WIDESTRING))
    page = document.new_page(200, 100)
    raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    document.save(file)
    text_layer.read(file.getvalue())
    render.render(file.getvalue(), 1, 50)
    for face in paper.FACES:
        paper.width("0", 1.0, face)
    answer.digest()


def _reap(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with children.pop(pid) as connection:
            if os.WIFSIGNALED(status):
                connection.setblocking(False)
                _tell(connection, {"signal": os.WTERMSIG(status)})


def _tell(connection: socket.socket, message: Json) -> None:
    with suppress(wire.Closed, OSError):  # nobody waits for this answer any more
        wire.send(connection, message)


def _serve(connection: socket.socket, inherited: tuple[socket.socket, ...]) -> NoReturn:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in inherited:
        other.close()
    os.close(0)
    try:
        wire.send(connection, {"pid": os.getpid()})
        request, data = wire.receive(connection)
        limits = Limits(**request["limits"])
        _limit_self(limits)
        _tell_answer(connection, request, data, limits)
    finally:
        os._exit(0)


def _limit_self(limits: Limits) -> None:
    """SIGALRM and SIGXCPU end the process by their default action, which no parser can delay."""
    memory, seconds = limits.memory_mb * 2**20, math.ceil(limits.seconds)
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
    ):
        resource.setrlimit(kind, (most, most + (kind == resource.RLIMIT_CPU)))
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)


def _tell_answer(connection: socket.socket, request: Json, data: bytes, limits: Limits) -> None:
    blob, message = b"", dict[str, Any]()
    try:
        message["result"], blob = FUNCTIONS[request["function"]](data, limits, **request["args"])
    except UnreadableDocument as error:
        message = {"error": error.code, "why": error.why}
    except MemoryError:
        message = {"error": TooMuchMemory.code, "why": ""}
    except Exception as error:  # noqa: BLE001 - recorded: the parent raises it as ParserCrashed with this text
        message = {"error": ParserCrashed.code, "why": f"({type(error).__name__}: {error})"}
    _tell_or_die(connection, message, blob)


def _tell_or_die(connection: socket.socket, message: Json, blob: bytes) -> None:
    try:
        wire.send(connection, message, blob)
    except MemoryError:
        wire.send(connection, {"error": TooMuchMemory.code, "why": ""})


if __name__ == "__main__":
    main()
