"""Finds queues with runs that are due and rings for them: retries, timers, leases of dead workers, lost wake-ups."""

from automation.workflow import store, wakeup

GRACE = 1.0  # seconds a wake-up is given to arrive before it counts as lost


def sweep(*, grace: float = GRACE) -> int:
    """Ring (never execute) for every run whose time has come, unless bells enough lie there; returns how often."""
    rung = 0
    for queue, runs in store.overdue(wakeup.ENOUGH, grace).items():
        for _ in range(runs - wakeup.unanswered(queue)):
            wakeup.ring(queue)
            rung += 1
    return rung
