"""The clock of a gate: due after so many working hours, warned at three quarters of them, escalated when they are over.

    opened ──> warned ──> escalated     who held it lost it, a postponement ends, and another person gets it

The run itself waits for these moments (review/gates.py), so no other timer exists.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from audit.record import record
from automation.documents.models import Document
from automation.policy.calendar import add_working_time, calendar_of, working_time
from review.doubts import policy_of
from review.models import Task

WARN_AT = 3 / 4


def due_at(document: Document, gate: str, opened_at: datetime) -> datetime | None:
    """When the policy wants the gate decided; None where it sets no time."""
    hours = policy_of(document.pk).hours.get(gate)
    if hours is None:
        return None
    return add_working_time(opened_at, timedelta(hours=hours), calendar_of(document.entity.country))


def next_look(task: Task, now: datetime) -> datetime | None:
    """When the run must look at its task again by itself; None when there is nothing more to say."""
    if task.due_at is None or task.due_at <= now:
        return None
    warning = _warn_at(task, task.due_at)
    return warning if now < warning else task.due_at


def remind(task: Task, now: datetime) -> str:
    """Warn or escalate, once each, in the caller's transaction; what to tell those who may decide, or nothing."""
    if task.due_at is None:
        return ""
    open_one = Task.objects.filter(pk=task.pk, closed_at=None)
    if now >= task.due_at:
        released = {"leased_by": None, "leased_until": None, "postponed_until": None}
        if open_one.filter(escalated_at=None).update(escalated_at=now, **released):
            _tell("document.sla_escalated", task)
            return "A document is past its deadline"
    elif now >= _warn_at(task, task.due_at) and open_one.filter(warned_at=None).update(warned_at=now):
        _tell("document.sla_warned", task)
        return "A document waits for you"
    return ""


def left(task: Task) -> timedelta | None:
    """Working time until the task is due, nothing (zero) once it is overdue; None where it has no time."""
    if task.due_at is None:
        return None
    return working_time(timezone.now(), task.due_at, calendar_of(task.entity.country))


def _warn_at(task: Task, due: datetime) -> datetime:
    calendar = calendar_of(task.entity.country)
    return add_working_time(task.opened_at, working_time(task.opened_at, due, calendar) * WARN_AT, calendar)


def _tell(action: str, task: Task) -> None:
    record(
        action,
        actor="system:workflow",
        subject=f"document:{task.document_id}",
        after={"gate": task.gate, "due_at": task.due_at},
    )
