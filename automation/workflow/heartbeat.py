"""Keeps the leases of the runs this process is busy with: one thread per process, one UPDATE per beat.

A step that outlives its timeout is no longer kept, so its lease runs out and another worker takes it over.
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from automation.workflow import store
from automation.workflow.store import Claimed

log = logging.getLogger(__name__)

_held: dict[uuid.UUID, tuple[Claimed, float]] = {}  # run and the monotonic time until which it is kept
_lock = threading.Lock()
_thread: tuple[int, threading.Thread] | None = None


@contextmanager
def holding(run: Claimed) -> Iterator[None]:
    """Keep the run's lease alive while the block runs."""
    _ensure_thread()
    try:
        yield
    finally:
        with _lock:
            _held.pop(run.id, None)


def expect(run: Claimed, seconds: float) -> None:
    """The run's next step should end within `seconds`; keep the lease that long."""
    with _lock:
        _held[run.id] = (run, time.monotonic() + seconds)


def _ensure_thread() -> None:
    """Start the thread once per process (a forked child inherits the module but not its parent's thread)."""
    global _thread
    with _lock:
        if _thread is None or _thread[0] != os.getpid() or not _thread[1].is_alive():
            thread = threading.Thread(target=_beat, name="workflow-heartbeat", daemon=True)
            _thread = (os.getpid(), thread)
            thread.start()


def _beat() -> None:
    while True:
        time.sleep(settings.WORKFLOW_HEARTBEAT_SECONDS)
        with _lock:
            busy = [(run.id, run.claim) for run, until in _held.values() if time.monotonic() < until]
        if not busy:
            continue
        try:
            store.renew(busy)
        except DatabaseError as error:
            log.warning("leases not renewed: %s", error)
            connection.close()
