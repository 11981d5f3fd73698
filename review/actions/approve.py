"""Approve for payment, one document or many."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import CountersignError, NotAllowed
from review import four_eyes
from review.actions.decide import decide, require_gate, require_ready
from review.actions.opening import log, open_document
from review.models import Decision, Gate


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of one document in a bulk approval: its decision, or the reason why there is none."""

    document_id: uuid.UUID
    decision: Decision | None
    problem: str = ""


def approve(document_id: uuid.UUID, *, expected_version: int, acting_user: User) -> Decision:
    """Let the document be posted.

    Raises NotAllowed for whoever handed it in, corrected or verified it (the database refuses them too), NotReady while
    a required field is missing or a finding blocks, Stale and Conflict.
    """
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, run=True)
        require_gate(opened, Gate.APPROVE)
        own = four_eyes.why_not(opened.document, acting_user)
        if own is not None:
            raise NotAllowed(own, code="four_eyes")
        require_ready(opened.document)
        decision = decide(opened, "approved", acting_user)
        move(document_id, State.APPROVED)
        log("document.approved", opened.document, acting_user)
    return decision


def approve_many(documents: Iterable[tuple[uuid.UUID, int]], *, acting_user: User) -> list[Approval]:
    """Approve each (document id, version seen) on its own: what cannot be approved says why and stops no other."""
    return [_attempt(document_id, version, acting_user) for document_id, version in documents]


def _attempt(document_id: uuid.UUID, version: int, acting_user: User) -> Approval:
    try:
        return Approval(document_id, approve(document_id, expected_version=version, acting_user=acting_user))
    except CountersignError as error:
        return Approval(document_id, None, error.message)
    except Document.DoesNotExist:
        return Approval(document_id, None, "There is no such document.")
