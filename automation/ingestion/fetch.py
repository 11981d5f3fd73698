"""One look at one channel: by one fetcher at a time, through its breaker, with what came of it in the channel's row."""

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from automation import breakers
from automation.errors import CountersignError
from automation.ingestion.channels import kind_of
from automation.ingestion.channels.base import Left, Visit, read_settings
from automation.ingestion.configure import secret_of
from automation.ingestion.models import Channel
from automation.workflow.queues import require_room
from inference.unpacking.parts import storable

log = logging.getLogger(__name__)

LOCKS = 7215100  # the first half of our advisory locks' names
LONGEST_REST = 900.0  # seconds between looks at a channel that keeps failing


def fetch_channel(channel_id: uuid.UUID, enough: Callable[[], bool] = lambda: False) -> Left | None:
    """Take what waits; what happened is in the channel's row afterwards. None: it failed, or another fetcher is at it.

    Raises DatabaseError where the database is away; everything else that goes wrong is put on record.
    """
    channel = Channel.objects.select_related("entity").get(pk=channel_id)
    with one_fetcher(channel.place) as alone:
        if not alone:
            _rest(channel, _every(channel))
            return None
        try:
            require_room(settings.WORKFLOW_BACKLOG)  # what waits is safe where it lies
            left: Left = breakers.call(f"channel:{channel.pk}", _look, channel, enough)
        except (DatabaseError, InterfaceError):
            raise
        except CountersignError as error:
            _failed(channel, error)
        except Exception as error:
            log.exception("fetching from %s failed", channel.name)
            _failed(channel, CountersignError(f"Something went wrong here: {error!r}", code="internal_error"))
        else:
            _worked(channel, left)
            return left
    return None


@contextlib.contextmanager
def one_fetcher(place: str) -> Iterator[bool]:
    """Whether this is the only fetcher of the place; true until the block ends, or the database connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, place])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            # Without its connection the lock is gone already.
            with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCKS, place])


def visit(channel: Channel, enough: Callable[[], bool]) -> Visit:
    chosen: Any = read_settings(kind_of(channel.kind).settings, channel.settings)
    return Visit(channel, chosen, secret_of(channel), enough)


def _look(channel: Channel, enough: Callable[[], bool]) -> Left:
    fetch = kind_of(channel.kind).fetch
    return fetch(visit(channel, enough)) if fetch else Left()


def _every(channel: Channel) -> float:
    return float(getattr(read_settings(kind_of(channel.kind).settings, channel.settings), "every", 60))


def _worked(channel: Channel, left: Left) -> None:
    now = timezone.now()
    Channel.objects.filter(pk=channel.pk).update(
        looked_at=now,
        worked_at=now,
        failures=0,
        error=None,
        waiting=left.waiting,
        dead_letters=left.dead_letters,
    )
    _rest(channel, 0 if left.soon else _every(channel))


def _failed(channel: Channel, error: CountersignError) -> None:
    now, failures = timezone.now(), channel.failures + error.counts
    said = {"code": error.code, "message": storable(error.message, 2000), "at": now.isoformat()}
    # A breaker that is open hides why: the failure before it is told instead.
    told = {"error": said} if error.counts or not channel.error else {}
    Channel.objects.filter(pk=channel.pk).update(looked_at=now, failures=failures, **told)
    rest = min(LONGEST_REST, max(1.0, min(_every(channel), 5.0)) * 2.0 ** min(failures, 10))
    _rest(channel, max(rest, error.retry_after))


def _rest(channel: Channel, seconds: float) -> None:
    """Unless somebody asked for it meanwhile, the next look is in so many seconds."""
    due = timezone.now() + timedelta(seconds=seconds)
    Channel.objects.filter(pk=channel.pk, due_at=channel.due_at).update(due_at=due)
