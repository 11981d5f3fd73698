"""The other side: applies each idempotency key once; at times it drops a request, or applies it, and never answers."""

import contextlib
import json
import random
import socket
import socketserver
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

SILENT = 0.05  # of all requests get no answer


class Receiver:
    """Listens on a Unix socket in a thread. `applied` counts the applications of each key."""

    def __init__(self, path: Path) -> None:
        self.applied: Counter[str] = Counter()
        self.unanswered = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                answer = receiver.receive(json.loads(self.rfile.readline()))
                if answer is not None:
                    with contextlib.suppress(BrokenPipeError):  # who asked was killed
                        self.wfile.write(json.dumps(answer).encode() + b"\n")

        self._server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def receive(self, request: dict[str, Any]) -> dict[str, Any] | None:
        key = request["key"]
        time.sleep(random.uniform(0, 0.1))
        with self._lock:
            if request["ask"]:
                return {"applied": self.applied[key] > 0}
            silent = random.random() < SILENT
            if silent:
                self.unanswered += 1
            if not self.applied[key] and not (silent and random.random() < 0.5):
                self.applied[key] += 1
            return None if silent else {"applied": True}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def send(path: str, key: str, *, ask: bool = False) -> bool | None:
    """Send the key, or ask whether it was applied. None: no answer came, so nobody knows."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(path)
            client.sendall(json.dumps({"key": key, "ask": ask}).encode() + b"\n")
            line = client.makefile().readline()
        except OSError:
            return None
    return bool(json.loads(line)["applied"]) if line else None
