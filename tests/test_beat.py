"""Beat goes by the monotonic clock: what a wall clock shows neither stops it nor makes it send more."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery.beat import ScheduleEntry
from django.conf import settings
from django.utils import timezone

from automation import beat
from automation.celery import app

ENTRIES: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
SECONDS = {name: float(ENTRIES[name]["schedule"]) for name in ("sweep", "fold")}


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(beat, "time", fake)
    return fake


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(beat.Schedule, "apply_entry", lambda self, entry, **_: found.append(entry.name))
    return found


@pytest.fixture
def schedule(tmp_path: Path) -> beat.Schedule:
    return beat.Schedule(app=app, schedule_filename=str(tmp_path / "schedule"))


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_clock_that_is_set_holds_nothing_up(
    schedule: beat.Schedule, clock: Clock, sent: list[str], step: timedelta
) -> None:
    schedule.tick()
    assert {"sweep", "fold"} <= set(sent)
    entries: dict[str, ScheduleEntry] = schedule.schedule
    for entry in entries.values():
        entry.last_run_at = timezone.now() - step  # what the entry looks like once the clock was set by `step`
    sent.clear()
    begun = clock.now
    while clock.now < begun + 20:
        clock.now += schedule.tick()
    for name in ("sweep", "fold"):
        turns = 20 / SECONDS[name]
        assert turns - 1 <= sent.count(name) <= turns + 1


def test_it_sleeps_until_something_is_due(schedule: beat.Schedule, clock: Clock, sent: list[str]) -> None:
    soonest = min(SECONDS.values())
    assert schedule.tick() == pytest.approx(soonest)
    clock.now += 0.25
    sent.clear()
    assert schedule.tick() == pytest.approx(soonest - 0.25)
    assert sent == []


def test_while_nobody_answers_the_broker_is_not_filled(
    schedule: beat.Schedule, clock: Clock, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "BACKLOG", 2)
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.rpush("default", *(["message"] * 2))
        schedule.tick()
        broker.delete("default")
    assert sent == []


def test_a_schedule_that_was_kept_is_read_again(tmp_path: Path, clock: Clock, sent: list[str]) -> None:
    for _ in range(2):
        kept: Any = beat.Schedule(app=app, schedule_filename=str(tmp_path / "schedule"))
        kept.tick()
        kept.close()
    assert sent.count("sweep") == 2
