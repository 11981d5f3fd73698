"""Breakers: a failing downstream is left in peace, by all processes together, with and without Redis."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pybreaker
import pytest
import redis
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from automation import breakers
from automation.breakers import Downstream, NotCalled
from automation.errors import PermanentFailure, TemporaryFailure
from automation.workflow import engine
from automation.workflow.definition import Retry, Step, Workflow, publish
from automation.workflow.models import Attempt, Run, RunState
from automation.workflow.results import Context, Done
from tests.servers import ROOT, service_environment

NAME = "posting:test"


class Other:
    """A downstream that fails as told and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = TemporaryFailure("no route to host")

    def __call__(self) -> str:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return "here"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """No breaker of this process remembers another test."""
    yield
    breakers._own.cache_clear()


def fail(other: Callable[[], str], times: int, error: type[Exception] = TemporaryFailure) -> None:
    for _ in range(times):
        with pytest.raises(error):
            breakers.call(NAME, other)


@pytest.fixture(params=["with Redis", "while Redis is away"])
def anywhere(request: pytest.FixtureRequest, settings: Any) -> None:
    if request.param == "while Redis is away":
        settings.REDIS_URL = "unix:///nowhere/redis.sock"


def test_after_failures_in_a_row_it_is_not_asked_any_more(anywhere: None) -> None:
    other = Other()
    fail(other, 5)
    with pytest.raises(NotCalled) as refused:
        breakers.call(NAME, other)
    assert other.asked == 5
    assert (refused.value.code, refused.value.retryable) == ("circuit_open", True)
    assert 20 < refused.value.retry_after <= 30


def test_a_success_in_between_starts_the_count_anew(anywhere: None) -> None:
    other = Other()
    fail(other, 4)
    error, other.error = other.error, None
    assert breakers.call(NAME, other) == "here"
    other.error = error
    fail(other, 4)
    assert other.asked == 9


def test_a_refusal_is_an_answer(anywhere: None) -> None:
    other = Other()
    other.error = PermanentFailure("the period is closed")
    fail(other, 9, PermanentFailure)
    assert other.asked == 9


def test_after_its_rest_one_call_tries_and_lets_the_others_through(
    anywhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breakers, "DOWNSTREAMS", {"posting": Downstream(2, 0, "none")})
    other = Other()
    fail(other, 3)
    assert other.asked == 3
    other.error = None
    assert [breakers.call(NAME, other) for _ in range(3)] == ["here"] * 3


def test_what_is_open_is_shown_with_what_happens_meanwhile() -> None:
    fail(Other(), 5)
    found = {view.name: view for view in breakers.states() or []}
    assert found.keys() == {NAME} | breakers.DOWNSTREAMS.keys() - {"posting"}
    shown = found[NAME]
    assert (shown.state, shown.failures, shown.limit) == ("open", 5, 5)
    assert 25 < shown.seconds_left <= 30
    assert shown.fallback == breakers.DOWNSTREAMS["posting"].fallback
    assert (found["ocr"].state, found["ocr"].failures) == ("closed", 0)


def test_without_redis_nothing_is_shown(settings: Any) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    assert breakers.states() is None


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_worker_whose_clock_is_wrong_waits_no_longer_and_no_shorter(
    monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    other = Other()
    fail(other, 5)

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + step

    monkeypatch.setattr(breakers, "datetime", Wrong)
    monkeypatch.setattr(pybreaker, "datetime", Wrong)
    with pytest.raises(NotCalled) as refused:
        breakers.call(NAME, other)
    assert (20 < refused.value.retry_after <= 30, other.asked) == (True, 5)
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.delete(f"{NAME}:pybreaker:rest")  # the rest is over
    fail(other, 1)
    assert other.asked == 6


ELSEWHERE = f"""
import django
django.setup()
from automation import breakers
try:
    breakers.call("{NAME}", lambda: print("asked"))
except breakers.NotCalled:
    print("not asked")
"""


def test_every_process_leaves_it_in_peace() -> None:
    fail(Other(), 5)
    environment = {**service_environment(), "DJANGO_SETTINGS_MODULE": "automation.settings"}
    said = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == "not asked\n"


OTHER = Other()


def asks(context: Context) -> Done:
    return Done({"said": breakers.call(NAME, OTHER)})


@pytest.mark.django_db(transaction=True)
def test_the_engine_comes_back_when_it_is_told_to() -> None:
    OTHER.asked = 0
    fail(OTHER, 5)
    publish(Workflow("asking", (Step("ask", "tests.test_breakers.asks"),)))
    with transaction.atomic():
        run = engine.start("asking", "thing", {}, wake=False)
    engine.advance(run.pk)
    due_at = Run.objects.get(pk=run.pk).due_at
    assert due_at is not None
    assert timedelta(seconds=20) < due_at - timezone.now() < timedelta(seconds=30 + 300)
    assert (Attempt.objects.get(run=run).code, OTHER.asked) == ("circuit_open", 5)


@pytest.mark.django_db(transaction=True)
def test_not_being_asked_uses_up_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    OTHER.asked = 0
    fail(OTHER, 5)
    publish(Workflow("asking", (Step("ask", "tests.test_breakers.asks", retry=Retry(attempts=2)),)))
    with transaction.atomic():
        run = engine.start("asking", "thing", {}, wake=False)
    for _ in range(4):
        engine.advance(run.pk)
        Run.objects.filter(pk=run.pk).update(due_at="2000-01-01T00:00Z")
    assert (Run.objects.get(pk=run.pk).state, OTHER.asked) == (RunState.READY, 5)
    monkeypatch.setattr(OTHER, "error", None)
    monkeypatch.setattr(breakers, "DOWNSTREAMS", {"posting": Downstream(5, 0, "none")})
    engine.advance(run.pk)
    assert Run.objects.get(pk=run.pk).state == RunState.DONE
