"""Messages between the sandbox and its children: lengths, then JSON, then raw bytes. Never pickle."""

import json
import socket
import struct
import time
from typing import Any

_HEADER = struct.Struct(">IQ")
MAX_JSON = 64 * 2**20
MAX_BLOB = 256 * 2**20


class Closed(Exception):
    """The other side is gone."""


def send(connection: socket.socket, message: dict[str, Any], blob: bytes = b"") -> None:
    """Raises Closed, or TimeoutError under the socket's own timeout."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        connection.sendall(_HEADER.pack(len(text), len(blob)) + text)
        connection.sendall(blob)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(connection: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """One message. Raises Closed, TimeoutError past `deadline` (time.monotonic), ValueError where it is malformed."""
    json_length, blob_length = _HEADER.unpack(_exactly(connection, _HEADER.size, deadline))
    if json_length > MAX_JSON or blob_length > MAX_BLOB:
        raise ValueError("a message is too long")
    message = json.loads(_exactly(connection, json_length, deadline))
    if not isinstance(message, dict):
        raise ValueError("a message is not an object")
    return message, bytes(_exactly(connection, blob_length, deadline))


def _exactly(connection: socket.socket, length: int, deadline: float | None) -> bytearray:
    buffer = bytearray(length)
    view, done = memoryview(buffer), 0
    while done < length:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        try:
            count = connection.recv_into(view[done:])
        except ConnectionResetError as error:
            raise Closed from error
        if not count:
            raise Closed
        done += count
    return buffer
