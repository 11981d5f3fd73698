"""Take a decision back while nothing has followed from it, or give a document back to be verified again.

approval        until its run has passed it on (UNDO_SECONDS after it was given)
verification    until somebody decided at the gate it led to
"""

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.documents.models import Document, State
from automation.errors import Conflict
from automation.workflow.models import Run, RunState, Signal
from review import access, gates, matrix
from review.actions.decide import require_gate
from review.actions.lease import HELD_FOR
from review.actions.opening import grow, log, open_document
from review.actions.reject import checked_reason
from review.four_eyes import PAYMENT_GATES
from review.models import Decision, Gate, Reversal, Task

ENDED = (State.REJECTED, State.SPLIT, State.ATTACHED, State.FAILED)
TOO_LATE = "It is too late to take this back: {filename} has gone on."


def withdraw_decision(document_id: uuid.UUID, *, acting_user: User) -> Task:
    """Take back one's last decision about a document; the task that is open again, held by the person.

    Raises Conflict when there is none, when it was a rejection, and when something has followed from it.
    """
    with transaction.atomic():
        run, document = _locked(document_id, acting_user)
        decisions = Decision.objects.filter(document=document).order_by("-pk")
        decision = decisions.filter(by=acting_user).first()
        again = decision is not None and decisions.filter(gate=decision.gate, pk__gt=decision.pk).exists()
        if decision is None or again or Reversal.objects.filter(decision=decision).exists():
            raise Conflict("There is no decision of yours to take back on this document.")
        if decision.verdict == "rejected":
            raise Conflict("A rejection cannot be taken back: ask the sender to send it again.")
        _unsay(run, document, decision)
        Reversal.objects.create(decision=decision, by=acting_user)
        now = timezone.now()
        task = gates.ask(document, Gate(decision.gate), now)
        gates.follow(document, now)
        lease = {"leased_by": acting_user, "leased_since": now, "leased_until": now + HELD_FOR}
        Task.objects.filter(pk=task.pk).update(**lease)
        grow(document)
        log("document.decision_withdrawn", document, acting_user, before={"gate": decision.gate})
    return task


def send_back(document_id: uuid.UUID, reason: str, *, expected_version: int, acting_user: User) -> Task:
    """Let a clerk verify the document once more. Raises Invalid without a reason, and as `approve`."""
    reason = checked_reason(reason)
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, run=True)
        require_gate(opened, *PAYMENT_GATES)
        anew = _ask_anew(opened.document, acting_user)
        task = gates.ask(opened.document, Gate.VERIFY, timezone.now())
        grow(opened.document)
        log(
            "document.sent_back",
            opened.document,
            acting_user,
            before={"gate": opened.task.gate},
            after={"asked_anew": anew} if anew else None,
            because=reason,
        )
    return task


def _locked(document_id: uuid.UUID, acting_user: User) -> tuple[Run, Document]:
    of_document = Document.objects.filter(pk=document_id).values("run_id")
    run = Run.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=of_document).first()
    documents = Document.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
    document = documents.get(pk=document_id)
    access.require(acting_user, access.VIEW, document.entity)
    if run is None:
        raise Conflict(TOO_LATE.format(filename=document.filename))
    return run, document


def _unsay(run: Run, document: Document, decision: Decision) -> None:
    """Take the decision's signal back before a worker acts on it, or see that nobody has the task that it led to."""
    if document.state in ENDED or run.state not in (RunState.WAITING, RunState.READY):
        raise Conflict(TOO_LATE.format(filename=document.filename))
    unheard = Signal.objects.filter(run=run, dedupe_key=str(decision.task_id), consumed_by=None)
    if unheard.delete()[0]:
        return
    led_to = Task.objects.filter(document=document, closed_at=None, gate__in=PAYMENT_GATES).select_related("leased_by")
    first = run.step == Gate.APPROVE and any(task.gate == Gate.APPROVE for task in led_to)
    if decision.gate != Gate.VERIFY or not first or matrix.given(document):
        raise Conflict(TOO_LATE.format(filename=document.filename))
    for task in led_to:
        if task.leased_by is not None and task.leased_until is not None and task.leased_until > timezone.now():
            raise Conflict(f"{task.leased_by.username} is approving it right now. Ask them to send it back.")


def _ask_anew(document: Document, acting_user: User) -> list[str]:
    """Take back what others approved before the run came to their gates: they are asked again once it is verified."""
    unheard = Signal.objects.filter(run=document.run_id, name__in=PAYMENT_GATES, consumed_by=None)
    given = Decision.objects.filter(task__in=[uuid.UUID(key) for key in unheard.values_list("dedupe_key", flat=True)])
    gates_of = [decision.gate for decision in given.order_by("pk")]
    Reversal.objects.bulk_create([Reversal(decision=decision, by=acting_user) for decision in given])
    unheard.delete()
    return gates_of
