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
from review.actions.opening import Opened, grow
from review.doubts import missing, policy_of
from review.models import Decision, Gate, Task

Outcome = Literal["verified", "approved", "rejected"]


class NotReady(Conflict):
    """Something must be put right before this decision."""

    code = "not_ready"


def require_gate(opened: Opened, gate: Gate) -> None:
    """Raise Conflict unless this is the gate where the document waits."""
    if opened.gate != gate:
        state = State(opened.document.state).label.lower()
        raise Conflict(f"{opened.document.filename} does not wait for this: it is {state}.")


def require_ready(document: Document) -> None:
    """Raise NotReady while a required field is missing or a finding blocks.

    The rules run once more, at the moment of the decision: another invoice may have come since.
    """
    absent = missing(current_values(document.pk), policy_of(document.pk))
    blocking = list(Finding.objects.filter(round=check_document(document), severity=Severity.BLOCKS))
    if absent:
        labels = ", ".join(field.label for field in absent)
        raise NotReady(f"Still missing: {labels}. Enter what the document says, or reject it.")
    if blocking:
        reasons = " ".join(finding.message for finding in blocking)
        raise NotReady(f"This stands in the way: {reasons} Correct it, or reject the document.")


def decide(opened: Opened, outcome: Outcome, acting_user: User, reason: str = "") -> Decision:
    document, task = opened.document, opened.task
    decision = Decision.objects.create(
        task=task,
        document=document,
        gate=task.gate,
        verdict="rejected" if outcome == "rejected" else "approved",
        reason=reason,
        by=acting_user,
    )
    now = timezone.now()
    Task.objects.filter(pk=task.pk).update(closed_at=now, leased_by=None, leased_until=None)
    grow(document)
    if document.run_id is None:
        raise Conflict(f"{document.filename} has no run that could go on.")
    payload = {"outcome": outcome, "by": acting_user.username, "reason": reason}
    engine.signal(document.run_id, task.gate, payload, dedupe_key=str(task.pk))
    return decision
