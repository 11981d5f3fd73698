"""Verify: a clerk says that all fields are right."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import State
from automation.documents.states import move
from automation.memory.remember import remember
from review.actions.decide import decide, require_gate, require_ready
from review.actions.opening import log, open_document
from review.models import Decision, Gate


def verify(document_id: uuid.UUID, *, expected_version: int, acting_user: User) -> Decision:
    """Pass the document on to approval; its values are an example for the next documents of its supplier.

    Raises NotReady while a required field is missing or a finding blocks, NotAllowed, Stale and Conflict.
    """
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, run=True)
        require_gate(opened, Gate.VERIFY)
        require_ready(opened.document)
        decision = decide(opened, "verified", acting_user)
        move(document_id, State.TO_APPROVE)
        log("document.verified", opened.document, acting_user)
        remember(opened.document, actor=f"user:{acting_user.username}")
    return decision
