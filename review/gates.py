"""The two steps at which a run waits for a person. A decision (review/actions) closes the task and signals the step."""

from datetime import datetime
from functools import partial

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.workflow.results import Context, Done, Waiting
from automation.workflow.store import NOW
from review import deadlines
from review.models import Gate, Task

STATES = {Gate.VERIFY: State.TO_VERIFY, Gate.APPROVE: State.TO_APPROVE}


def verify(context: Context) -> Done | Waiting:
    """Wait until a clerk has verified the fields. Output: {"outcome": "verified" | "rejected", "by": username}."""
    return _gate(context, Gate.VERIFY)


def approve(context: Context) -> Done | Waiting:
    """Wait until an approver has decided. Output: {"outcome": "approved" | "rejected", "by": username}."""
    return _gate(context, Gate.APPROVE)


def _gate(context: Context, gate: Gate) -> Done | Waiting:
    if context.signals:
        decided = context.signals[-1].payload
        output = {"outcome": decided["outcome"], "by": decided["by"]}
        return Done(output, end=decided["outcome"] == "rejected")
    with_clock = Document.objects.select_related("entity").annotate(now=NOW)  # the clock that timers go by
    document = with_clock.get(pk=context.input["document"])
    open_tasks = Task.objects.filter(document=document, gate=gate, closed_at=None).select_related("entity")
    task = open_tasks.first() or Task(
        document=document,
        entity=document.entity,
        gate=gate,
        opened_at=document.now,
        due_at=deadlines.due_at(document, gate, document.now),
    )
    until = deadlines.next_look(task, document.now)
    return Waiting(for_signal=context.step, until=until, commit=partial(_ask, task, document.now))


def _ask(task: Task, now: datetime) -> None:
    """Ask people about the document, once, and remind them: a step may be executed again while its task is open."""
    move(task.document_id, STATES[Gate(task.gate)])
    asked = {"document": task.document, "gate": task.gate, "closed_at": None}
    fresh = {"entity": task.entity, "opened_at": task.opened_at, "due_at": task.due_at}
    kept, _ = Task.objects.get_or_create(**asked, defaults=fresh)
    deadlines.remind(kept, now)
