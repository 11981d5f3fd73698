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
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from automation.workflow.models import Run, RunState

log = logging.getLogger(__name__)

_held: dict[uuid.UUID, tuple[Run, float]] = {}  # run and the monotonic time until which it is kept
_lock = threading.Lock()
_thread: tuple[int, threading.Thread] | None = None


@contextmanager
def holding(run: Run) -> Iterator[None]:
    """Keep the run's lease alive while the block runs."""
    _ensure_thread()
    try:
        yield
    finally:
        with _lock:
            _held.pop(run.pk, None)


def expect(run: Run, seconds: float) -> None:
    """The run's next step should end within `seconds`; keep the lease that long."""
    with _lock:
        _held[run.pk] = (run, time.monotonic() + seconds)


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
            runs = [run for run, until in _held.values() if time.monotonic() < until]
        if not runs:
            continue
        lease = datetime.now(UTC) + timedelta(seconds=settings.WORKFLOW_LEASE_SECONDS)
        try:
            for run in runs:
                Run.objects.filter(pk=run.pk, claim=run.claim, state=RunState.RUNNING).update(due_at=lease)
        except DatabaseError as error:
            log.warning("leases not renewed: %s", error)
            connection.close()
