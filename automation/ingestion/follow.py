"""The fetching process: one thread for each channel that is switched on, so that none waits for another's server."""

import contextlib
import logging
import threading
import time
import uuid
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from automation.errors import CountersignError
from automation.ingestion.channels import KINDS, kind_of
from automation.ingestion.fetch import fetch_channel, visit
from automation.ingestion.models import Channel

log = logging.getLogger(__name__)
AWAY = (DatabaseError, InterfaceError)
LOOK = 2.0  # seconds between looks at the database


@dataclass(frozen=True, slots=True)
class Follower:
    version: int
    ended: threading.Event
    thread: threading.Thread


def follow(ended: threading.Event) -> None:
    """Fetch from all channels until `ended`. What is in hand then is finished first."""
    followers: dict[uuid.UUID, Follower] = {}
    fetched = [name for name, kind in KINDS.items() if kind.fetch]
    while not ended.is_set():
        try:
            wanted = dict(Channel.objects.filter(enabled=True, kind__in=fetched).values_list("pk", "version"))
            _adjust(followers, wanted)
        except AWAY as error:
            log.warning("the database is away: %s", error)
            connection.close()
        ended.wait(LOOK)
    _adjust(followers, {})
    for follower in followers.values():
        follower.thread.join(60)


def _adjust(followers: dict[uuid.UUID, Follower], wanted: dict[uuid.UUID, int]) -> None:
    """Threads for the channels as they are now; a changed channel gets a new one once the old one has ended."""
    for channel_id, follower in list(followers.items()):
        if wanted.get(channel_id) != follower.version:
            follower.ended.set()
        if not follower.thread.is_alive() and wanted:
            del followers[channel_id]
    for channel_id, version in wanted.items():
        if channel_id not in followers:
            ended = threading.Event()
            thread = threading.Thread(target=_follow, args=(channel_id, ended), name=f"channel {channel_id}")
            followers[channel_id] = Follower(version, ended, thread)
            thread.start()


def _follow(channel_id: uuid.UUID, ended: threading.Event) -> None:
    try:
        while not ended.is_set():
            try:
                if _due(channel_id):
                    fetch_channel(channel_id, ended.is_set)
                else:
                    _wait(channel_id, ended)
            except AWAY as error:
                log.warning("the database is away: %s", error)
                connection.close()
                ended.wait(LOOK)
    except Channel.DoesNotExist:
        log.info("channel %s was removed", channel_id)
    finally:
        connection.close()


def _due(channel_id: uuid.UUID) -> bool:
    return Channel.objects.get(pk=channel_id).due_at <= timezone.now()


def _wait(channel_id: uuid.UUID, ended: threading.Event) -> None:
    """Until it is due: at its time, when somebody asks for it, or when the channel tells that something came."""
    channel = Channel.objects.select_related("entity").get(pk=channel_id)
    left = (channel.due_at - timezone.now()).total_seconds()
    wait = kind_of(channel.kind).wait
    if wait is None or channel.failures or left < LOOK:
        ended.wait(max(0.05, min(left, LOOK)))
        return
    came = False
    with contextlib.suppress(CountersignError):
        came = wait(visit(channel, _Asked(channel, ended)), left)
    if came:
        Channel.objects.filter(pk=channel_id, due_at=channel.due_at).update(due_at=timezone.now())
    elif not ended.is_set():
        ended.wait(LOOK)


class _Asked:
    """Whether the waiting is over: the process ends, or somebody asked. Looks into the database now and then."""

    def __init__(self, channel: Channel, ended: threading.Event) -> None:
        self._channel, self._ended, self._looked, self._answer = channel, ended, time.monotonic(), False

    def __call__(self) -> bool:
        if time.monotonic() - self._looked > LOOK and not self._answer:
            self._looked = time.monotonic()
            self._answer = _due(self._channel.pk)
        return self._answer or self._ended.is_set()
