"""The steps at which a run waits for a person. A decision (review/actions) closes the task and signals the step.

    verify                    when triage wants a person's eye
    approve                   always
    controller, treasury      when the policy's matrix asks for them (review/matrix.py)

An approval is passed on after UNDO_SECONDS: until then whoever gave it may take it back (review/actions/withdraw.py).
While a document was sent back to be verified again, its run stays where it was; the gate follows the task that is open.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.workflow.results import Context, Done, Waiting
from automation.workflow.store import NOW
from review import deadlines, matrix, reminders
from review.four_eyes import barred
from review.models import Gate, Task
from review.reassign import give_to_another
from review.urgency import urgency_of

STATES = {
    Gate.VERIFY: State.TO_VERIFY,
    Gate.APPROVE: State.TO_APPROVE,
    Gate.CONTROLLER: State.TO_APPROVE,
    Gate.TREASURY: State.TO_APPROVE,
}


def verify(context: Context) -> Done | Waiting:
    """Wait until a clerk has verified the fields. Output: {"outcome": "verified" | "rejected", "by": username}."""
    return _gate(context, Gate.VERIFY)


def approve(context: Context) -> Done | Waiting:
    """Wait until an approver has decided. Output: {"outcome": "approved" | "rejected", "by": username}."""
    return _gate(context, Gate.APPROVE)


def controller(context: Context) -> Done | Waiting:
    """Wait for a controller where the amount asks for one. Output as `approve`, or {"outcome": "not_needed"}."""
    return _later_gate(context, Gate.CONTROLLER)


def treasury(context: Context) -> Done | Waiting:
    """Wait for treasury where the money would go to a new account; the last approval. Output as `controller`."""
    return _later_gate(context, Gate.TREASURY)


def ask(document: Document, gate: Gate, now: datetime) -> Task:
    """Open the task at a gate, once, in the caller's transaction, and bring the document there."""
    move(document.pk, STATES[gate])
    there = Task.objects.filter(document=document, gate=gate, closed_at=None).first()
    return there or _opened(document, gate, now, deadlines.due_at(document, gate, now))


def _opened(document: Document, gate: Gate, now: datetime, due_at: datetime | None) -> Task:
    return Task.objects.create(
        document=document,
        gate=gate,
        entity=document.entity,
        opened_at=now,
        due_at=due_at,
        urgency=urgency_of(document),
        barred=barred(document, gate),
    )


def _later_gate(context: Context, gate: Gate) -> Done | Waiting:
    document = Document.objects.get(pk=context.input["document"])
    if not context.signals and matrix.needed(document, gate) is None:
        return Done({"outcome": "not_needed"}, partial(_approved_by_all, document, gate))
    return _gate(context, gate)


def _gate(context: Context, gate: Gate) -> Done | Waiting:
    with_clock = Document.objects.select_related("entity").annotate(now=NOW)  # the clock that timers go by
    document = with_clock.get(pk=context.input["document"])
    if context.signals:
        decided = context.signals[-1].payload
        passed_on = datetime.fromisoformat(context.signals[-1].received_at) + timedelta(seconds=settings.UNDO_SECONDS)
        if decided["outcome"] == "approved" and document.now < passed_on:
            return Waiting(until=passed_on)
        output = {"outcome": decided["outcome"], "by": decided["by"]}
        commit = partial(FOLLOWING.get(decided["outcome"], _nothing), document, gate)
        return Done(output, commit, end=decided["outcome"] in ENDING)
    task = Task.objects.filter(document=document, closed_at=None).select_related("entity").first()
    due = deadlines.due_at(document, gate, document.now) if task is None else None
    looked = task or Task(entity=document.entity, gate=gate, opened_at=document.now, due_at=due)
    until = deadlines.next_look(looked, document.now)
    return Waiting(for_signal=context.step, until=until, commit=partial(_ask, document, gate, document.now, due))


def _ask(document: Document, gate: Gate, now: datetime, due_at: datetime | None) -> None:
    """Ask people about the document, once, and remind them: a step may be executed again while its task is open."""
    task = Task.objects.filter(document=document, closed_at=None).select_related("entity").first()
    if task is None:
        move(document.pk, STATES[gate])
        task = _opened(document, gate, now, due_at)
    if said := deadlines.remind(task, now):
        overdue = task.due_at is not None and now >= task.due_at
        reminders.write_for(task, said, give_to_another(task, document) if overdue else None)


def _approved_by_all(document: Document, gate: Gate) -> None:
    """After the last approval the document is approved, also where a later one turned out not to be needed."""
    if gate == Gate.TREASURY:
        move(document.pk, State.APPROVED)


def _ask_no_more(document: Document, _: Gate) -> None:
    """Its pages are other documents now, or it belongs to one (documents/arrange.py)."""
    Task.objects.filter(document=document, closed_at=None).update(closed_at=NOW, leased_by=None, leased_until=None)


def _nothing(_: Document, __: Gate) -> None:
    """The action of any other decision has done everything already."""


ENDING = frozenset({"rejected", "regrouped"})
FOLLOWING = {"approved": _approved_by_all, "regrouped": _ask_no_more}
