"""A program that hands in documents and retries their failed runs over HTTP, while the web process is killed.

Every request is repeated under its Idempotency-Key until it is answered. Some are given up at once and sent again, so
that the same request is there twice at a time.
"""

import base64
import http.client
import json
import random
import threading
from collections import Counter
from typing import Any

DOCUMENTS, RUNS = "/api/data/v1/documents", "/api/control/v1/runs"
RETRIES = 2  # for each run: see steps.stumble
IMPATIENT = 0.05  # of all requests are repeated before their answer can have come


class Client:
    """Works in a thread of its own from `start` until `close`. What it hands in has a number each."""

    def __init__(self, port: int, token: str) -> None:
        self.given_in: set[int] = set()
        self.retried: Counter[str] = Counter()  # run to retries that were answered with 200
        self.refused: list[dict[str, Any]] = []  # answers that no request here deserves
        self.repeated = 0
        self._port, self._token = port, token
        self._wanted: list[int] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def want(self, number: int) -> None:
        """Hand in the document of this number, soon."""
        self._wanted.append(number)

    @property
    def is_done(self) -> bool:
        return not self._wanted and sum(self.retried.values()) >= RETRIES * len(self.given_in)

    def close(self) -> None:
        self._ended.set()
        self._thread.join(30)

    def _work(self) -> None:
        while not self._ended.wait(0.1):
            for _ in range(min(10, len(self._wanted))):
                self._hand_in(self._wanted[0])
                del self._wanted[0]
            failed = self._answer("GET", f"{RUNS}?state=failed&limit=50")
            for run in failed["items"] if failed else []:
                self._retry(str(run["id"]))

    def _hand_in(self, number: int) -> None:
        content = base64.b64encode(b"%%PDF-1.4 run %d" % number).decode()
        body = {"filename": f"{number}.pdf", "content": content}
        if self._answer("POST", DOCUMENTS, key=f"document-{number}", body=body) is not None:
            self.given_in.add(number)

    def _retry(self, run: str) -> None:
        body = {"action": "retry", "because": "the other side is back"}
        if self._answer("POST", f"{RUNS}/{run}/actions", key=f"{run}-{self.retried[run]}", body=body) is not None:
            self.retried[run] += 1

    def _answer(self, method: str, path: str, *, key: str = "", body: object = None) -> dict[str, Any] | None:
        """What the server says in the end; None when that is a refusal, or this client was closed."""
        while not self._ended.is_set():
            try:
                status, answer = self._ask(method, path, key, body)
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 503, {}
            if status < 300:
                return answer
            if status < 500:
                self.refused.append(answer)
                return None
            self.repeated += 1
            self._ended.wait(0.1)
        return None

    def _ask(self, method: str, path: str, key: str, body: object) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            if key and random.random() < IMPATIENT:
                return 503, {}
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
