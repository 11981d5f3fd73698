"""The decisions about a document; each leads on to the next one that waits."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from automation.documents.models import Document
from automation.errors import CountersignError, Invalid
from review import queries
from review.access import VIEW, needs
from review.actions.approve import approve
from review.actions.hold import hold as put_on_hold
from review.actions.hold import release_hold
from review.actions.postpone import postpone as put_off
from review.actions.reject import mark_duplicate
from review.actions.reject import reject as refuse
from review.actions.verify import verify
from review.actions.withdraw import send_back as give_back
from review.actions.withdraw import withdraw_decision
from review.four_eyes import PAYMENT_GATES
from review.models import Gate
from review.spoken import spoken
from review.views.document import panel, version_of
from review.views.filters import asked_for

MORNING = time(6, 0, tzinfo=UTC)


@needs(VIEW)
@require_POST
def decide(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Verify or approve, whichever `gate` the person saw; the actions hold the rights."""

    def act(document: Document, user: User) -> str:
        if request.POST.get("gate") == Gate.VERIFY:
            verify(document.pk, expected_version=version_of(request), acting_user=user)
            return _("verified; it waits for approval")
        gate = next((gate for gate in PAYMENT_GATES if gate == request.POST.get("gate")), None)
        approve(document.pk, expected_version=version_of(request), acting_user=user, gate=gate)
        return _("approved; it is being passed on")

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def reject(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    def act(document: Document, user: User) -> str:
        refuse(
            document.pk,
            request.POST.get("reason", ""),
            expected_version=version_of(request),
            acting_user=user,
            tell_sender="tell" in request.POST,
        )
        return _("rejected")

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def duplicate(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`of`: the id of the document that this one repeats."""

    def act(document: Document, user: User) -> str:
        of = _id(request.POST.get("of", ""))
        mark_duplicate(document.pk, of, expected_version=version_of(request), acting_user=user)
        return _("rejected as a duplicate")

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def send_back(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    def act(document: Document, user: User) -> str:
        give_back(document.pk, request.POST.get("reason", ""), expected_version=version_of(request), acting_user=user)
        return _("sent back to be verified")

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def postpone(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`until`: a date; the document comes back that morning."""

    def act(document: Document, user: User) -> str:
        until = datetime.combine(_day(request.POST.get("until", "")), MORNING)
        put_off(document.pk, until, expected_version=version_of(request), acting_user=user)
        return _("postponed until %(day)s") % {"day": f"{until:%Y-%m-%d}"}

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def hold(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`name` of the hold and a `reason`."""

    def act(document: Document, user: User) -> str:
        put_on_hold(document.pk, request.POST.get("name", ""), request.POST.get("reason", ""), acting_user=user)
        return _("on hold")

    return _act(request, document_id, act)


@needs(VIEW)
@require_POST
def release(request: HttpRequest, document_id: uuid.UUID, hold_id: int) -> HttpResponse:
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        if document.holds.filter(pk=hold_id).exists():
            release_hold(hold_id, acting_user=user)
    except CountersignError as error:
        return panel(request, document_id, error.status, notice=error.message)
    return trigger_client_event(panel(request, document_id), "say", {"value": _("Released.")})


@needs(VIEW)
@require_POST
def withdraw(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Take one's last decision back and show the document again; what is too late is said where the person is now."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        withdraw_decision(document.pk, acting_user=user)
    except CountersignError as error:
        return trigger_client_event(HttpResponse(status=204), "toast", {"value": spoken(error.message)})
    messages.success(request, _("%(file)s: taken back.") % {"file": document.filename})
    return HttpResponseClientRedirect(reverse("document", args=[document_id]))


def _act(request: HttpRequest, document_id: uuid.UUID, act: Callable[[Document, User], str]) -> HttpResponse:
    """What is refused is said above the fields. Otherwise on: a page that has the `next` document shows it itself."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        said = f"{document.filename}: {act(document, user)}."
    except CountersignError as error:
        return panel(request, document_id, error.status, notice=error.message)
    if request.POST.get("next"):
        return trigger_client_event(HttpResponse(status=204), "decided", {"said": said})
    messages.success(request, said)
    tab, filters = asked_for(request.GET)
    waiting = queries.following(user, after=document_id, tab=tab, filters=filters)
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    target = reverse("document", args=[waiting[0]]) if waiting else reverse("queue")
    return HttpResponseClientRedirect(target + query)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Choose a day.")) from error


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Invalid(_("Choose the document that this one repeats.")) from error
