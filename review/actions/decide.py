"""What every decision at a gate has in common: it closes the task, moves the version on and signals the run."""

from typing import Literal

from django.contrib.auth.models import User
from django.utils import timezone

from automation.checks.models import Finding, Severity
from automation.checks.run import check_document
from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.errors import Conflict
from automation.workflow import engine
from automation.workflow.models import Run
from review import gates
from review.actions.opening import Opened, grow
from review.doubts import missing, policy_of
from review.four_eyes import open_holds
from review.models import Decision, Gate, Task

Outcome = Literal["verified", "approved", "rejected"]


class NotReady(Conflict):
    """Something must be put right before this decision."""

    code = "not_ready"


def require_gate(opened: Opened, *gates: Gate) -> None:
    """Raise Conflict unless this is a gate where the document waits."""
    if opened.gate not in gates:
        state = State(opened.document.state).label.lower()
        raise Conflict(f"{opened.document.filename} does not wait for this: it is {state}.")


def require_ready(document: Document) -> None:
    """Raise NotReady while a required field is missing, a finding blocks or a hold stands.

    The rules run once more, at the moment of the decision: another invoice may have come since.
    """
    if holds := open_holds(document):
        raise NotReady(f"On hold: {holds[0].get_name_display()}. Release the hold first.")
    absent = missing(current_values(document.pk), policy_of(document.pk))
    blocking = list(Finding.objects.filter(round=check_document(document), severity=Severity.BLOCKS))
    if absent:
        labels = ", ".join(field.label for field in absent)
        raise NotReady(f"Still missing: {labels}. Enter what the document says, or reject it.")
    if blocking:
        reasons = " ".join(finding.message for finding in blocking)
        raise NotReady(f"This stands in the way: {reasons} Correct it, or reject the document.")


def decide(
    opened: Opened,
    outcome: Outcome,
    acting_user: User,
    reason: str = "",
    *,
    on_behalf_of: int | None = None,
    duplicate_of: Document | None = None,
) -> Decision:
    """Store the decision, close the task and let the run go on."""
    document, task = opened.document, opened.task
    decision = Decision.objects.create(
        task=task,
        document=document,
        gate=task.gate,
        verdict="rejected" if outcome == "rejected" else "approved",
        reason=reason,
        by=acting_user,
        on_behalf_of_id=on_behalf_of,
        duplicate_of=duplicate_of,
    )
    now = timezone.now()
    open_ones = Task.objects.filter(document=document, closed_at=None)
    ends = open_ones if outcome == "rejected" else open_ones.filter(pk=task.pk)
    ends.update(closed_at=now, leased_by=None, leased_until=None)
    open_ones.filter(leased_by=acting_user).update(leased_by=None, leased_until=None)  # who approved once may not again
    if not open_ones.exists():  # a colleague who is asked at the same time need not look again
        grow(document)
    if document.run_id is None:
        raise Conflict(f"{document.filename} has no run that could go on.")
    step = Run.objects.values_list("step", flat=True).get(pk=document.run_id)
    if outcome == "verified" and step != task.gate:  # it had been sent back, and its run waits at a later gate
        gates.ask(document, Gate(step), now)
        return decision
    payload = {"outcome": outcome, "by": acting_user.username, "reason": reason}
    engine.signal(document.run_id, task.gate if outcome == "approved" else step, payload, dedupe_key=str(task.pk))
    return decision
