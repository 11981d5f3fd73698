"""Put a document aside that failed or was quarantined: nobody will work on it any more."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Conflict
from review.access import VERIFY, require
from review.actions.opening import log, require_version
from review.actions.reject import checked_reason
from review.models import Task


def dismiss(document_id: uuid.UUID, reason: str, *, expected_version: int, acting_user: User) -> None:
    """Reject a document whose run has ended, so that no gate decides about it. Raises as `reject`."""
    reason = checked_reason(reason)
    with transaction.atomic():
        documents = Document.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
        document = documents.get(pk=document_id)
        require(acting_user, VERIFY, document.entity)
        require_version(document, expected_version)
        if document.state not in (State.FAILED, State.QUARANTINED):
            raise Conflict(
                f"{document.filename} is {State(document.state).label.lower()}: only problems are dismissed."
            )
        Task.objects.filter(document=document, closed_at=None).update(closed_at=timezone.now())
        move(document_id, State.REJECTED, problem={"code": "rejected", "message": reason})
        log("document.rejected", document, acting_user, before=document.problem, because=reason)
