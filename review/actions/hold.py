"""Put a document on hold under a name, and release it. While a hold stands nobody verifies or approves it."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.documents.models import Document, State
from automation.errors import Conflict, Invalid, NotAllowed
from review.access import may
from review.actions.opening import grow, log
from review.four_eyes import RIGHT
from review.models import Hold

WAITING = (State.TO_VERIFY, State.TO_APPROVE)
MAX_REASON = 2000


def hold(document_id: uuid.UUID, name: str, reason: str = "", *, acting_user: User) -> Hold:
    """Raises Invalid for a name that is none, NotAllowed, and Conflict where it is on hold so already or decided."""
    if name not in Hold.Name.values:
        raise Invalid("Choose one of the reasons for a hold.")
    if len(reason) > MAX_REASON:
        raise Invalid(f"Explain it in at most {MAX_REASON} characters.")
    with transaction.atomic():
        document = _document(document_id, acting_user)
        if document.state not in WAITING:
            raise Conflict(f"{document.filename} waits for nobody: it is {State(document.state).label.lower()}.")
        if Hold.objects.filter(document=document, name=name, released_at=None).exists():
            raise Conflict(f"It is on hold already: {Hold.Name(name).label}.")
        held = Hold.objects.create(document=document, name=name, reason=reason.strip(), by=acting_user)
        grow(document)
        log("document.held", document, acting_user, after={"hold": name}, because=reason.strip() or None)
    return held


def release_hold(hold_id: int, *, acting_user: User) -> None:
    """End one hold; whoever may decide about the document may. Releasing twice does nothing."""
    with transaction.atomic():
        held = Hold.objects.get(pk=hold_id)
        document = _document(held.document_id, acting_user)
        open_one = Hold.objects.filter(pk=hold_id, released_at=None)
        if open_one.update(released_at=timezone.now(), released_by=acting_user):
            grow(document)
            log("document.released", document, acting_user, before={"hold": held.name})


def _document(document_id: uuid.UUID, acting_user: User) -> Document:
    documents = Document.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
    document = documents.get(pk=document_id)
    if not any(may(acting_user, right, document.entity_id) for right in RIGHT.values()):
        raise NotAllowed("Your roles let you see this document, not work on it.")
    return document
