"""Circuit breakers: a downstream that keeps failing is left in peace for a while, by all workers together.

A breaker has the name `kind:name`, such as `posting:ubl`. After so many failures in a row its calls fail at once, with
a hint when to come back that the workflow engine obeys and that uses up none of a step's attempts; then a single call
tries, and its success lets all others through. Breakers are kept in Redis, where every worker sees them; while Redis is
away each process has its own.

A refusal is an answer: only TemporaryFailure and errors that nobody raises on purpose count as failures.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    storage = pybreaker.CircuitRedisStorage(pybreaker.STATE_CLOSED, client, namespace=name)
    return _made(name, downstream, storage)


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
