"""What an operator does to a document's run, and what that means for the document: one transaction, run first.

    pause, resume   the document stays as it is
    cancel          the document has failed, with the operator's reason; a clerk may put it aside
    retry           the document goes back to where the step finds it
    skip            only steps that the document can do without: it counts as posted when a person booked it by hand

Runs that belong to no document are operated the same way, without the second half.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from django.db import transaction

from audit.record import record
from automation.documents.models import Document, State
from automation.documents.states import REGROUPED, move
from automation.errors import Conflict, CountersignError, Invalid
from automation.workflow import operators
from automation.workflow.models import Run, StepResult

BEFORE: Mapping[str, State] = MappingProxyType(
    {
        "verify": State.TO_VERIFY,
        "approve": State.TO_APPROVE,
        "controller": State.TO_APPROVE,
        "treasury": State.TO_APPROVE,
        "post": State.APPROVED,
        "archive": State.POSTED,
    }
)
"""In which state a step finds its document; the steps before the first gate find it received."""
DISPENSABLE = frozenset({"post", "archive"})
DECIDED_BY_PEOPLE = frozenset({"verify", "approve", "controller", "treasury"})


def pause(run_id: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Hold the run before its next step. Raises Conflict, as all here."""
    with _refusals_on_record("pause", run_id, actor):
        operators.pause(run_id, actor=actor, because=because)


def resume(run_id: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Let a paused run go on."""
    with _refusals_on_record("resume", run_id, actor):
        operators.resume(run_id, actor=actor, because=because)


def cancel(run_id: uuid.UUID, *, actor: str, because: str) -> None:
    """Stop the run for good and say so on the document."""
    with _refusals_on_record("cancel", run_id, actor), transaction.atomic():
        because = _reason(because)
        operators.cancel(run_id, actor=actor, because=because)
        document = _document(run_id)
        if document is not None and document.state not in (State.POSTED, State.REJECTED):
            move(
                document.pk,
                State.FAILED,
                problem={"code": "cancelled", "message": f"An operator stopped it: {because}"},
            )


def retry(run_id: uuid.UUID, *, actor: str, from_step: str | None = None, because: str = "") -> None:
    """Start a failed run again where it failed, or from an earlier step."""
    with _refusals_on_record("retry", run_id, actor), transaction.atomic():
        operators.retry(run_id, actor=actor, from_step=from_step, because=because)
        document = _document(run_id)
        if document is not None:
            resume_document(document, Run.objects.only("step").get(pk=run_id))


def skip(run_id: uuid.UUID, *, actor: str, because: str) -> None:
    """Pass over the step at which the run stands."""
    with _refusals_on_record("skip", run_id, actor), transaction.atomic():
        because = _reason(because)
        step = Run.objects.select_for_update(no_key=True).only("step").get(pk=run_id).step
        document = _document(run_id)
        if document is not None:
            _require_dispensable(step)
        operators.skip(run_id, actor=actor, because=because)
        if document is not None and step == "post":
            _posted_by_hand(document, run_id, actor, because)


ACTIONS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"pause": pause, "resume": resume, "cancel": cancel, "retry": retry, "skip": skip}
)


def resume_document(document: Document, run: Run) -> None:
    """Bring a failed or quarantined document to where the run's present step finds it, in the caller's transaction.

    Raises Conflict where that would post what nobody approved, or undo what was posted.
    """
    to = BEFORE.get(run.step, State.RECEIVED)
    if to == State.APPROVED:
        _require_approved(document, run.pk)
    if document.state in REGROUPED:
        raise Conflict(f"{document.filename} is {State(document.state).label.lower()} and has no way of its own.")
    if document.state == State.POSTED and to != State.POSTED:
        raise Conflict(f"{document.filename} is posted already; only what comes after that can be done again.")
    if document.state != to:
        move(document.pk, to)
        record(
            "document.resumed",
            actor="system:workflow",
            subject=f"document:{document.pk}",
            before={"state": document.state},
            after={"state": to.value, "step": run.step},
        )


@contextmanager
def _refusals_on_record(action: str, run_id: uuid.UUID, actor: str) -> Iterator[None]:
    """What an operator tried and could not do is on record too, in a transaction of its own."""
    try:
        yield
    except CountersignError as error:
        with transaction.atomic():
            record(
                "run.action_refused",
                actor=actor,
                subject=f"run:{run_id}",
                after={"action": action, "code": error.code},
                because=error.message,
            )
        raise


def _document(run_id: uuid.UUID) -> Document | None:
    return Document.objects.select_for_update(no_key=True, of=("self",)).filter(run_id=run_id).first()


def _reason(because: str) -> str:
    because = because.replace("\0", "").strip()
    if not because:
        raise Invalid("Say why: the reason is kept with the run.", code="reason_missing")
    return because


def _require_dispensable(step: str) -> None:
    if step in DECIDED_BY_PEOPLE:
        raise Conflict("A person's decision cannot be skipped.")
    if step not in DISPENSABLE:
        raise Conflict(f"The step {step} cannot be skipped: the steps after it need what it finds.")


def _require_approved(document: Document, run_id: uuid.UUID) -> None:
    """Approved in this run: an approval that was set aside by a retry from an earlier step no longer counts."""
    approval = StepResult.objects.filter(run_id=run_id, step="approve", skipped=False).first()
    if approval is None or approval.output.get("outcome") != "approved":
        raise Conflict(f"{document.filename} was not approved in this run; retry from an earlier step.")


def _posted_by_hand(document: Document, run_id: uuid.UUID, actor: str, because: str) -> None:
    _require_approved(document, run_id)
    move(document.pk, State.APPROVED)
    move(document.pk, State.POSTED)
    record(
        "document.posted",
        actor=actor,
        subject=f"document:{document.pk}",
        before={"state": document.state},
        after={"state": State.POSTED.value},
        because=because,
    )
