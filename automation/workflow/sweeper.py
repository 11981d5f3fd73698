"""Finds runs that are due and wakes them: retries, timers, leases of dead workers, wake-ups that got lost."""

from automation.workflow import definition, store, wakeup
from automation.workflow.models import Definition

BATCH = 500
GRACE = 1.0  # seconds a wake-up is given to arrive before it counts as lost


def sweep(*, grace: float = GRACE) -> int:
    """Re-enqueue (never execute) every run whose time has come; returns how many."""
    due = store.due(BATCH, grace)
    digests = dict(Definition.objects.filter(pk__in={d for _, _, d in due}).values_list("pk", "digest"))
    for run_id, name, definition_id in due:
        step = definition.load(definition_id, digests[definition_id]).find(name)
        wakeup.now(run_id, step.queue if step else "default")
    return len(due)
