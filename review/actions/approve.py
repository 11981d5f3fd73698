"""Approve for payment, one document or many; at each gate of the approval matrix."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from audit.record import record
from automation.documents.models import Document, State
from automation.documents.states import move
from automation.documents.values import current_values
from automation.errors import CountersignError, NotAllowed
from automation.ledger.models import Invoice
from review import four_eyes, gates, matrix
from review.actions.decide import decide, require_gate, require_ready
from review.actions.opening import log, open_document
from review.four_eyes import PAYMENT_GATES
from review.models import Decision, Gate


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of one document in a bulk approval: its decision, or the reason why there is none."""

    document_id: uuid.UUID
    decision: Decision | None
    problem: str = ""


def approve(
    document_id: uuid.UUID,
    *,
    expected_version: int,
    acting_user: User,
    gate: Gate | None = None,
    by_link: bool = False,
) -> Decision:
    """Let the document go on to the next approval it needs, or to be posted. Bank accounts released are on record.

    `gate`: which of several approvals that are asked for at once; the one that counts for the person without it.
    `by_link`: from the link in a reminder, which is put on record.

    Raises NotAllowed for whoever touched or already approved it and above the person's limit (the database refuses them
    too), NotReady while a required field is missing, a finding blocks or a hold stands, Stale, Held and Conflict.
    """
    with transaction.atomic():
        opened = open_document(
            document_id, expected_version=expected_version, acting_user=acting_user, gate=gate, run=True
        )
        require_gate(opened, *PAYMENT_GATES)
        standing = four_eyes.standing(opened.document, opened.gate, acting_user)
        if standing.why_not is not None:
            raise NotAllowed(standing.why_not, code="four_eyes")
        require_ready(opened.document)
        decision = decide(opened, "approved", acting_user, on_behalf_of=standing.on_behalf_of)
        gates.follow(opened.document, decision.at)
        if not matrix.outstanding(opened.document):
            move(document_id, State.APPROVED)
        _log(opened.document, opened.gate, decision, acting_user, by_link)
    return decision


def approve_many(documents: Iterable[tuple[uuid.UUID, int]], *, acting_user: User) -> list[Approval]:
    """Approve each (document id, version seen) on its own: what cannot be approved says why and stops no other."""
    return [_attempt(document_id, version, acting_user) for document_id, version in documents]


def _log(document: Document, gate: Gate, decision: Decision, acting_user: User, by_link: bool) -> None:
    absent = decision.on_behalf_of
    why = {"gate": gate.value, **({"on_behalf_of": absent.username} if absent is not None else {})}
    why |= {"by": "link"} if by_link else {}
    log("document.approved", document, acting_user, because=why)
    invoice = Invoice.objects.select_related("supplier").filter(document=document).first()
    if gate == Gate.TREASURY and invoice is not None and invoice.supplier is not None:
        record(
            "supplier.bank_account_confirmed",
            actor=f"user:{acting_user.username}",
            subject=f"supplier:{invoice.supplier_id}",
            after={"document": document.pk, "account": _account(document)},
        )


def _account(document: Document) -> str:
    value = current_values(document.pk).get("seller_iban")
    return str(value.value) if value is not None else ""


def _attempt(document_id: uuid.UUID, version: int, acting_user: User) -> Approval:
    try:
        return Approval(document_id, approve(document_id, expected_version=version, acting_user=acting_user))
    except CountersignError as error:
        return Approval(document_id, None, error.message)
    except Document.DoesNotExist:
        return Approval(document_id, None, "There is no such document.")
