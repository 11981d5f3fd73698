"""Beat: what comes again and again, by the monotonic clock. A wall clock set forward or back holds nothing up."""

import time
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from celery.schedules import schedule

from automation.workflow import wakeup

BACKLOG = 10_000  # unanswered messages, after which more would only fill the broker of workers that are away
LONGEST_SLEEP = 60.0  # seconds until the calendar entries are looked at again: those go by the wall clock


class Schedule(PersistentScheduler):
    """Sends each interval entry at its interval and each calendar entry when it is due.

    Celery's own compares wall clocks, so that one set back by an hour stops everything for an hour. It also wakes 10 ms
    early and spins until then, each second anew.
    """

    def setup_schedule(self) -> None:
        super().setup_schedule()
        self._next: dict[str | None, float] = {}  # monotonic time at which an entry is looked at again

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; the seconds to sleep until something else is."""
        now = time.monotonic()
        for entry in list(self.schedule.values()):
            if now >= self._next.get(entry.name, now):
                self._next[entry.name] = now + self._look_at(entry)
        return max(0.0, min(self._next.values(), default=now + LONGEST_SLEEP) - time.monotonic())

    def _look_at(self, entry: ScheduleEntry) -> float:
        if isinstance(entry.schedule, schedule):
            due, wait = True, float(entry.schedule.seconds)
        else:
            due, wait = entry.is_due()
        if due and wakeup.unanswered(str(self.app.conf.task_default_queue)) < BACKLOG:
            self.apply_entry(entry, producer=self.producer)
        if due:
            self.reserve(entry)
        return min(wait, LONGEST_SLEEP)
