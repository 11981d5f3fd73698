"""Working time: hours of working days, without weekends and public holidays, where a legal entity is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays

MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done: from `opens` to `closes`, local time, on these weekdays (Monday is 0) that are no holidays."""

    country: str
    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY

    def __post_init__(self) -> None:
        if self.opens >= self.closes or not self.weekdays & frozenset(range(7)):
            raise ValueError("A calendar needs working hours on at least one weekday.")

    def window(self, day: date) -> tuple[datetime, datetime] | None:
        """The working time of one day as UTC, None on a day off."""
        if day.weekday() not in self.weekdays or day in _holidays(self.country, day.year):
            return None
        begin, end = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in (self.opens, self.closes))
        return begin, end


@lru_cache
def calendar_of(country: str) -> Calendar:
    """The calendar of a country (ISO 3166-1 alpha-2), in the first time zone that tzdata lists for it, else UTC."""
    return Calendar(country, ZoneInfo(_zones().get(country, "UTC")))


def add_working_time(start: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    """When so much working time will have passed after `start` (aware); UTC. Raises ValueError for a negative one."""
    if duration < timedelta(0):
        raise ValueError("Working time is added, not taken away.")
    day = start.astimezone(calendar.zone).date()
    while True:
        if window := calendar.window(day):
            begin = max(start.astimezone(UTC), window[0])
            if begin + duration <= window[1]:
                return begin + duration
            duration -= max(timedelta(0), window[1] - begin)
        day += timedelta(days=1)


def working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much working time lies between two moments (aware); nothing where `end` is not after `start`."""
    total = timedelta(0)
    day, last = (moment.astimezone(calendar.zone).date() for moment in (start, end))
    while day <= last:
        if window := calendar.window(day):
            total += max(timedelta(0), min(end, window[1]) - max(start, window[0]))
        day += timedelta(days=1)
    return total


@lru_cache
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:  # a country whose holidays nobody has written down yet
        return frozenset()


@lru_cache
def _zones() -> dict[str, str]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[2] for row in reversed(rows)}
