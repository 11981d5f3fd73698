"""Reject a document, with the reason that its sender and every later reader will see."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Invalid
from review.access import VIEW, require
from review.actions.decide import decide
from review.actions.letter import sender_of, tell_of_rejection
from review.actions.opening import log, open_document
from review.models import Decision

MAX_REASON = 2000


def reject(
    document_id: uuid.UUID, reason: str, *, expected_version: int, acting_user: User, tell_sender: bool = False
) -> Decision:
    """Refuse the document at the gate where it stands, and end its run. Raises Invalid, NotAllowed, Stale, Conflict.

    `tell_sender`: write the reason to the address that it came from, where it came by mail.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, run=True)
        decision = decide(opened, "rejected", acting_user, reason)
        move(document_id, State.REJECTED, problem={"code": "rejected", "message": reason})
        log("document.rejected", opened.document, acting_user, because=reason)
        if tell_sender and (address := sender_of(opened.document)):
            tell_of_rejection(opened.document, address, reason, acting_user)
    return decision


def mark_duplicate(document_id: uuid.UUID, of: uuid.UUID, *, expected_version: int, acting_user: User) -> Decision:
    """Reject the document as a copy of another one of the same entity, which goes its own way. Raises as `reject`."""
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, run=True)
        first = (
            Document.objects.select_related("entity", "invoice").filter(pk=of, entity=opened.document.entity).first()
        )
        if first is None or first.pk == document_id:
            raise Invalid("Choose the document that this one repeats.")
        require(acting_user, VIEW, first.entity)
        invoice = getattr(first, "invoice", None)
        named = f"{invoice.seller_name} {invoice.number}".strip() if invoice is not None else ""
        reason = f"Duplicate of {named or first.filename}."
        decision = decide(opened, "rejected", acting_user, reason, duplicate_of=first)
        move(document_id, State.REJECTED, problem={"code": "duplicate", "message": reason})
        log("document.rejected", opened.document, acting_user, after={"duplicate_of": first.pk}, because=reason)
    return decision


def checked_reason(reason: str) -> str:
    """The reason without surrounding space. Raises Invalid for none, or one too long to be read."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters: the reason is kept and shown.")
    return reason
