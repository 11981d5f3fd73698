"""The steps at which a run waits for a person. A decision (review/actions) closes the task and signals the step.

    verify                    when triage wants a person's eye
    approve                   always
    controller, treasury      when the policy's matrix asks for them (review/matrix.py)

The approvals are asked for one after the other, or at once where the policy says `"approvals": "parallel"`: then the
tasks of all that the matrix names are open while the run is at the first, a decision signals the step of its own gate,
and the run passes what was signalled before it came there.

An approval is passed on after UNDO_SECONDS: until then whoever gave it may take it back (review/actions/withdraw.py).
While a document was sent back to be verified again, its run stays where it was; people are asked to verify it alone.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.workflow.results import Context, Done, Waiting
from automation.workflow.store import NOW
from review import deadlines, matrix, reminders
from review.doubts import policy_of
from review.four_eyes import PAYMENT_GATES, barred
from review.models import Gate, Task
from review.reassign import give_to_another
from review.urgency import urgency_of

PARALLEL = "parallel"
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
    """Bring the document to a gate in the caller's transaction: its task, and those that are open at the same time."""
    move(document.pk, STATES[gate])
    return next(task for task in _tasks(document, _asked(document, gate), now) if task.gate == gate)


def follow(document: Document, now: datetime) -> None:
    """After an approval or a correction: what is asked for at once is what the matrix asks for now."""
    at_once = policy_of(document.pk).approvals == PARALLEL
    if not at_once or not Task.objects.filter(document=document, gate__in=PAYMENT_GATES, closed_at=None).exists():
        return
    for task in _tasks(document, matrix.outstanding(document), now):
        task.barred = barred(document, Gate(task.gate))
        task.assigned_to_id = None if task.assigned_to_id in task.barred else task.assigned_to_id
        task.save(update_fields=["barred", "assigned_to"])


def _asked(document: Document, gate: Gate) -> list[Gate]:
    """Where people are asked while the run is at this gate: only to verify, while it was sent back."""
    if gate == Gate.VERIFY or Task.objects.filter(document=document, gate=Gate.VERIFY, closed_at=None).exists():
        return [Gate.VERIFY]
    if policy_of(document.pk).approvals != PARALLEL:
        return [gate]
    return [gate, *(other for other in matrix.outstanding(document) if other != gate)]


def _tasks(document: Document, gates: list[Gate], now: datetime) -> list[Task]:
    """The open tasks, after those at other gates were closed."""
    open_ones = Task.objects.filter(document=document, closed_at=None)
    open_ones.exclude(gate__in=gates).update(closed_at=now, leased_by=None, leased_until=None)
    there = {task.gate: task for task in open_ones.select_related("entity", "leased_by")}
    return [there.get(gate) or _opened(document, gate, now) for gate in gates]


def _new(document: Document, gate: Gate, now: datetime) -> Task:
    due_at = deadlines.due_at(document, gate, now)
    return Task(document=document, gate=gate, entity=document.entity, opened_at=now, due_at=due_at)


def _opened(document: Document, gate: Gate, now: datetime) -> Task:
    task = _new(document, gate, now)
    task.urgency, task.barred = urgency_of(document), barred(document, gate)
    task.save(force_insert=True)
    return task


def _later_gate(context: Context, gate: Gate) -> Done | Waiting:
    document = Document.objects.get(pk=context.input["document"])
    if not context.signals and matrix.needed(document, gate) is None:
        return Done({"outcome": "not_needed"}, partial(_not_needed, document, gate))
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
    there = {
        task.gate: task for task in Task.objects.filter(document=document, closed_at=None).select_related("entity")
    }
    looked = [there.get(asked) or _new(document, asked, document.now) for asked in _asked(document, gate)]
    until = min((look for task in looked if (look := deadlines.next_look(task, document.now))), default=None)
    return Waiting(for_signal=context.step, until=until, commit=partial(_ask, document, gate, document.now))


def _ask(document: Document, gate: Gate, now: datetime) -> None:
    """Ask people about the document, once, and remind them: a step may be executed again while its tasks are open."""
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    if not Task.objects.filter(document=document, closed_at=None).exists():
        move(document.pk, STATES[gate])
    for task in _tasks(document, _asked(document, gate), now):
        if said := deadlines.remind(task, now):
            overdue = task.due_at is not None and now >= task.due_at
            reminders.write_for(task, said, give_to_another(task, document) if overdue else None)


def _approved_by_all(document: Document, gate: Gate) -> None:
    """After the last approval the document is approved, also where a later one turned out not to be needed."""
    if gate == Gate.TREASURY:
        move(document.pk, State.APPROVED)


def _not_needed(document: Document, gate: Gate) -> None:
    """It may have been asked for at once, and a later round of checks have found that it is not."""
    Task.objects.filter(document=document, gate=gate, closed_at=None).update(
        closed_at=NOW, leased_by=None, leased_until=None
    )
    _approved_by_all(document, gate)


def _ask_no_more(document: Document, _: Gate) -> None:
    """Its pages are other documents now, or it belongs to one (documents/arrange.py)."""
    Task.objects.filter(document=document, closed_at=None).update(closed_at=NOW, leased_by=None, leased_until=None)


def _nothing(_: Document, __: Gate) -> None:
    """The action of any other decision has done everything already."""


ENDING = frozenset({"rejected", "regrouped"})
FOLLOWING = {"approved": _approved_by_all, "regrouped": _ask_no_more}
