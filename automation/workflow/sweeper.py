"""Finds runs that are due and wakes them: retries, timers, leases of dead workers, wake-ups that got lost."""

from datetime import UTC, datetime

from automation.workflow import definition, wakeup
from automation.workflow.models import Run

BATCH = 500


def sweep() -> int:
    """Re-enqueue (never execute) every run whose time has come; returns how many."""
    due = Run.objects.filter(due_at__lte=datetime.now(UTC)).select_related("definition").order_by("due_at")[:BATCH]
    count = 0
    for run in due:
        steps = definition.parse(run.definition.name, run.definition.body).steps
        queue = next((step.queue for step in steps if step.name == run.step), "default")
        wakeup.now(run.pk, queue)
        count += 1
    return count
