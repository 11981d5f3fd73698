"""The decisions about a document; each leads on to the next one that waits."""

import uuid
from datetime import UTC, date, datetime, time
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from automation.errors import CountersignError, Invalid
from review import queries
from review.access import VIEW, needs
from review.actions.approve import approve
from review.actions.postpone import postpone as put_off
from review.actions.reject import reject as refuse
from review.actions.verify import verify
from review.models import Gate
from review.views.document import panel, version_of

MORNING = time(6, 0, tzinfo=UTC)


@needs(VIEW)
@require_POST
def decide(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Verify or approve, whichever `gate` the person saw; the actions hold the rights."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        if request.POST.get("gate") == Gate.APPROVE:
            approve(document.pk, expected_version=version_of(request), acting_user=user)
            said = "approved; it is being posted"
        else:
            verify(document.pk, expected_version=version_of(request), acting_user=user)
            said = "verified; it waits for approval"
    except CountersignError as error:
        return panel(request, document_id, error.status, notice=error.message)
    return _on(request, document_id, said)


@needs(VIEW)
@require_POST
def reject(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        refuse(document.pk, request.POST.get("reason", ""), expected_version=version_of(request), acting_user=user)
    except CountersignError as error:
        return panel(request, document_id, error.status, notice=error.message)
    return _on(request, document_id, "rejected")


@needs(VIEW)
@require_POST
def postpone(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`until`: a date; the document comes back that morning."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        until = datetime.combine(_day(request.POST.get("until", "")), MORNING)
        put_off(document.pk, until, expected_version=version_of(request), acting_user=user)
    except CountersignError as error:
        return panel(request, document_id, error.status, notice=error.message)
    return _on(request, document_id, f"postponed until {until:%d %b %Y}")


def _on(request: HttpRequest, document_id: uuid.UUID, said: str) -> HttpResponse:
    """To the next document that waits for this person, else to the queue."""
    user = cast(User, request.user)
    document = queries.visible_document(user, document_id)
    messages.success(request, f"{document.filename}: {said}.")
    following = queries.next_document(user, after=document_id) or _first(user)
    return HttpResponseClientRedirect(reverse("document", args=[following]) if following else reverse("queue"))


def _first(user: User) -> uuid.UUID | None:
    rows = queries.queue(user, size=1).rows
    return rows[0].document.pk if rows else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Choose a day.") from error
