"""Working time: what is added is what lies between, and it lies in working hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.policy.calendar import Calendar, add_working_time, calendar_of, working_time

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
calendars = st.sampled_from(["DE", "US", "JP", "AE", "AU", "XX"]).map(calendar_of)
moments = st.integers(0, 7 * 365 * 86400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
durations = st.integers(0, 200 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@given(moments, durations, calendars)
def test_what_was_added_lies_between(start: datetime, duration: timedelta, calendar: Calendar) -> None:
    end = add_working_time(start, duration, calendar)
    assert end >= start
    assert working_time(start, end, calendar) == duration


@given(moments, durations, calendars)
def test_it_ends_in_working_hours(start: datetime, duration: timedelta, calendar: Calendar) -> None:
    end = add_working_time(start, duration, calendar)
    local = end.astimezone(calendar.zone)
    assert calendar.window(local.date()) is not None
    assert calendar.opens <= local.time() <= calendar.closes


@given(moments, durations, durations, calendars)
def test_it_adds_up(start: datetime, first: timedelta, second: timedelta, calendar: Calendar) -> None:
    in_two = add_working_time(add_working_time(start, first, calendar), second, calendar)
    at_once = add_working_time(start, first + second, calendar)
    assert working_time(start, in_two, calendar) == working_time(start, at_once, calendar)
    assert in_two == at_once or not second


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),  # within a Monday
        ("2026-11-23 15:00", 4, "2026-11-24 11:00"),  # over night
        ("2026-11-27 16:00", 2, "2026-11-30 10:00"),  # over a week-end
        ("2026-12-24 16:00", 2, "2026-12-28 10:00"),  # over Christmas and a week-end
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),  # over the beginning of summer time
        ("2026-11-22 03:00", 1, "2026-11-23 10:00"),  # from a Sunday
    ],
)
def test_examples_in_germany(start: str, hours: int, end: str) -> None:
    found = add_working_time(
        datetime.fromisoformat(start).replace(tzinfo=BERLIN), timedelta(hours=hours), calendar_of("DE")
    )
    assert found == datetime.fromisoformat(end).replace(tzinfo=BERLIN)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="working hours"):
        Calendar("DE", BERLIN, opens=time(17), closes=time(9))
    with pytest.raises(ValueError, match="not taken away"):
        add_working_time(datetime.now(UTC), timedelta(hours=-1), calendar_of("DE"))
