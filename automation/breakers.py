"""Circuit breakers: a downstream that keeps failing is left in peace for a while, by all workers together.

A breaker has the name `kind:name`, such as `posting:ubl`. After so many failures in a row its calls fail at once, with
a hint when to come back that the workflow engine obeys and that uses up none of a step's attempts; then a single call
tries, and its success lets all others through. Breakers are kept in Redis, where every worker sees them and whose clock
counts their rest; while Redis is away each process has its own.

A refusal is an answer: only TemporaryFailure and errors that nobody raises on purpose count as failures.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

import pybreaker
import redis
from django.conf import settings
from redis.exceptions import RedisError

from automation.errors import CountersignError, TemporaryFailure

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Downstream:
    """`failures` in a row open the breaker for `rest` seconds; `fallback` says what happens meanwhile."""

    failures: int
    rest: int
    fallback: str


DOWNSTREAMS: Mapping[str, Downstream] = MappingProxyType(
    {
        "posting": Downstream(5, 30, "the approved document waits, for as long as it takes"),
        "ocr": Downstream(5, 30, "another engine reads the page; without one the page goes to a person"),
        "model": Downstream(5, 30, "the rules read the fields"),
        "channel": Downstream(5, 60, "what waits there stays where it is and is fetched later"),
        "mail": Downstream(5, 60, "the message stays where it is and is fetched or sent later"),
    }
)


class NotCalled(TemporaryFailure):
    """The breaker is open: the downstream was not even asked, so nothing happened there."""

    code = "circuit_open"
    counts = False


def call(name: str, function: Callable[..., Answer], *arguments: object) -> Answer:
    """What `function` answers or raises, through the breaker of this name. Raises NotCalled while that is open."""
    breaker = _breaker(name)
    try:
        answer: Answer = breaker.call(function, *arguments)
    except pybreaker.CircuitBreakerError as error:
        wait = _seconds_left(breaker)
        raise NotCalled(
            f"{name} failed {breaker.fail_max} times in a row and is not asked again for {wait:.0f} seconds.",
            retry_after=wait,
        ) from error
    return answer


@dataclass(frozen=True, slots=True)
class BreakerView:
    """A downstream's breaker now: `failures` of `limit` in a row, and the seconds until an open one is asked again."""

    name: str
    state: str  # closed, open or half-open
    failures: int
    limit: int
    seconds_left: float
    fallback: str


def states() -> list[BreakerView] | None:
    """Every breaker that was ever used, and the kinds of downstream that have none yet; None while Redis is away."""
    try:
        client = _redis(settings.REDIS_URL)
        names = sorted(key.decode().partition(":pybreaker:")[0] for key in client.scan_iter("*:pybreaker:state"))
        kinds = {name.partition(":")[0] for name in names}
        used = [name for name in names if name.partition(":")[0] in DOWNSTREAMS]
        pipeline = client.pipeline(transaction=False)
        for name in used:
            pipeline.mget(f"{name}:pybreaker:state", f"{name}:pybreaker:fail_counter")
            pipeline.pttl(f"{name}:pybreaker:rest")
        answers = pipeline.execute()
    except RedisError as error:
        log.warning("breakers cannot be asked for: %s", error)
        return None
    views = [
        _view(name, said[0], said[1], left) for name, said, left in zip(used, answers[::2], answers[1::2], strict=True)
    ]
    return views + [_view(kind, b"closed", b"0", 0) for kind in DOWNSTREAMS if kind not in kinds]


def _view(name: str, state: bytes | None, failures: bytes | None, left: int) -> BreakerView:
    downstream = DOWNSTREAMS[name.partition(":")[0]]
    return BreakerView(
        name=name,
        state=(state or b"closed").decode(),
        failures=int(failures or 0),
        limit=downstream.failures,
        seconds_left=max(0, left) / 1000,
        fallback=downstream.fallback,
    )


def _breaker(name: str) -> pybreaker.CircuitBreaker:
    downstream = DOWNSTREAMS[name.partition(":")[0]]
    try:
        client = _redis(settings.REDIS_URL)
        client.ping()
        return _shared(name, downstream, client)
    except RedisError as error:
        log.warning("the breaker of %s is this process's own: %s", name, error)
        return _own(name, downstream)


@lru_cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


@lru_cache
def _shared(name: str, downstream: Downstream, client: redis.Redis) -> pybreaker.CircuitBreaker:
    return _made(name, downstream, _RestInRedis(downstream.rest, client, name))


class _RestInRedis(pybreaker.CircuitRedisStorage):
    """The rest is a key that expires. pybreaker's own would compare the clocks of two workers."""

    def __init__(self, rest: int, client: redis.Redis, name: str) -> None:
        super().__init__(pybreaker.STATE_CLOSED, client, namespace=name)
        self._client, self._rest, self._key = client, rest, f"{name}:pybreaker:rest"

    @property
    def opened_at(self) -> datetime | None:
        """As far before this process's now as the rest has gone on."""
        try:
            left = min(self._rest, max(0, self._client.pttl(self._key)) / 1000)
        except RedisError as error:
            log.warning("the rest of %s is not known: %s", self._key, error)
            return None
        return datetime.now(UTC) - timedelta(seconds=self._rest - left)

    @opened_at.setter
    def opened_at(self, now: datetime) -> None:
        try:
            self._client.set(self._key, 1, px=max(1, 1000 * self._rest))
        except RedisError as error:
            log.warning("%s rests for this process only: %s", self._key, error)


@lru_cache
def _own(name: str, downstream: Downstream) -> pybreaker.CircuitBreaker:
    return _made(name, downstream, pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED))


def _made(name: str, downstream: Downstream, storage: pybreaker.CircuitBreakerStorage) -> pybreaker.CircuitBreaker:
    return pybreaker.CircuitBreaker(
        fail_max=downstream.failures,
        reset_timeout=downstream.rest,
        exclude=[_is_answer],
        state_storage=storage,
        name=name,
        throw_new_error_on_trip=False,
    )


def _is_answer(error: BaseException) -> bool:
    return isinstance(error, CountersignError) and not error.retryable


def _seconds_left(breaker: pybreaker.CircuitBreaker) -> float:
    opened_at = breaker._state_storage.opened_at
    if opened_at is None:
        return float(breaker.reset_timeout)
    return max(1.0, breaker.reset_timeout - (datetime.now(UTC) - opened_at).total_seconds())
