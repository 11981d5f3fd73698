"""A Redis stream, read by a consumer group: an entry is acknowledged once the door has committed.

What another fetcher took and never acknowledged is taken over. Refused entries are put in a stream of dead letters,
`<stream>:dead`, with the reason, before they are acknowledged.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from automation.errors import PermanentFailure, TemporaryFailure
from automation.ingestion.channels.base import Kind, Left, Polled, Visit, setting
from automation.ingestion.channels.letters import hand_in

AT_ONCE = 20
IDLE_MS = 60_000  # until an entry that somebody else took is taken over
Entry = tuple[bytes, dict[bytes, bytes] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings(Polled):
    """One stream."""

    host: str = setting("Server")
    port: int = setting("Port", 6379, least=1, most=65535)
    security: Literal["tls", "none"] = setting("Encryption", "tls")
    user: str = setting("User", "")
    database: int = setting("Database", 0, most=1000)
    stream: str = setting("Stream")
    group: str = setting("Consumer group", "countersign")
    take_over_after: int = setting("Take over entries of others after (milliseconds)", IDLE_MS, least=0)


def place(chosen: StreamSettings) -> str:
    return f"redis://{chosen.user}@{chosen.host}:{chosen.port}/{chosen.database}/{chosen.stream}"


def fetch(visit: Visit) -> Left:
    with _client(visit) as client:
        chosen: StreamSettings = visit.settings
        _make_group(client, chosen)
        taken = 0
        for entry, fields in _entries(client, chosen):
            if visit.enough():
                break
            if fields is not None:  # else it was deleted from the stream meanwhile
                refused = _take(visit, entry, fields)
                if refused:
                    _bury(client, chosen, entry, fields, refused)
            client.xack(chosen.stream, chosen.group, entry)
            taken += 1
        return Left(_waiting(client, chosen), int(client.xlen(_dead(chosen))), soon=taken == AT_ONCE)


def wait(visit: Visit, seconds: float) -> bool:
    """Until the stream grows, looked for each second."""
    chosen: StreamSettings = visit.settings
    try:
        with _client(visit) as client:
            for _ in range(int(seconds)):
                if client.xread({chosen.stream: _newest(client, chosen)}, count=1, block=1000):
                    return True
                if visit.enough():
                    return False
    except (TemporaryFailure, PermanentFailure):
        return False
    return False


def _take(visit: Visit, entry: bytes, fields: dict[bytes, bytes]) -> str:
    filename = fields.get(b"filename", b"").decode("utf-8", "replace")
    if filename and b"content" in fields and b"json" not in fields:
        return hand_in(visit, fields[b"content"], filename=filename, key=entry.decode())
    return hand_in(visit, fields.get(b"json", b""), filename="", key=entry.decode())


def _bury(client: "redis.Redis", chosen: StreamSettings, entry: bytes, fields: dict[bytes, bytes], why: str) -> None:
    letter: dict[Any, Any] = {**fields, b"entry": entry, b"reason": why.encode()}
    client.xadd(_dead(chosen), letter)


def _entries(client: "redis.Redis", chosen: StreamSettings) -> Iterator[Entry]:
    """Ours that were not acknowledged, then those nobody else came to an end with, then new ones."""
    consumer = f"{socket.gethostname()}-{os.getpid()}"
    mine: Any = client.xreadgroup(chosen.group, consumer, {chosen.stream: "0"}, count=AT_ONCE)
    found = list(mine[0][1]) if mine else []
    if len(found) < AT_ONCE:
        claimed: Any = client.xautoclaim(
            chosen.stream, chosen.group, consumer, chosen.take_over_after, count=AT_ONCE - len(found)
        )
        known = {entry for entry, _ in found}
        found += [one for one in claimed[1] if one[0] not in known]
    if len(found) < AT_ONCE:
        new: Any = client.xreadgroup(chosen.group, consumer, {chosen.stream: ">"}, count=AT_ONCE - len(found))
        found += list(new[0][1]) if new else []
    return iter(found)


def _newest(client: "redis.Redis", chosen: StreamSettings) -> str:
    """The last entry that our group was given."""
    return str(_group(client, chosen)["last-delivered-id"].decode())


def _waiting(client: "redis.Redis", chosen: StreamSettings) -> int:
    ours = _group(client, chosen)
    return int(ours["pending"]) + int(ours.get("lag") or 0)


def _group(client: "redis.Redis", chosen: StreamSettings) -> dict[str, Any]:
    groups: Any = client.xinfo_groups(chosen.stream)
    return next(dict(group) for group in groups if group["name"] == chosen.group.encode())


def _make_group(client: "redis.Redis", chosen: StreamSettings) -> None:
    try:
        client.xgroup_create(chosen.stream, chosen.group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def _dead(chosen: StreamSettings) -> str:
    return f"{chosen.stream}:dead"


@contextlib.contextmanager
def _client(visit: Visit) -> Iterator["redis.Redis"]:
    chosen: StreamSettings = visit.settings
    client = redis.Redis(
        host=chosen.host,
        port=chosen.port,
        db=chosen.database,
        username=chosen.user or None,
        password=visit.secret or None,
        ssl=chosen.security == "tls",
        socket_timeout=20,
        socket_connect_timeout=10,
    )
    try:
        yield client
    except AuthenticationError as error:
        raise PermanentFailure(f"The server refuses us: {error}", code="sign_in_refused") from error
    except (RedisError, OSError) as error:
        raise TemporaryFailure(f"The stream cannot be read: {error}", code="queue_unreachable") from error
    finally:
        client.close()


KIND = Kind("Message queue (Redis stream)", StreamSettings, place, fetch, wait, "Password")
