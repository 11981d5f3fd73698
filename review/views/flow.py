"""How a person comes from one document to the next: who has it open, and the next one, fetched before it is needed."""

import uuid
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from automation.errors import Conflict
from review import formatting, queries
from review.access import VIEW, needs
from review.actions import lease
from review.actions.comment import mentions_seen
from review.actions.view import viewed
from review.views import screen
from review.views.filters import asked_for


@needs(VIEW)
@require_POST
def take_lease(request: HttpRequest, document_id: uuid.UUID) -> JsonResponse:
    """Take or renew; `over` takes it from a colleague; `shown` says that a prefetched document came into view.

    Answers who has it since when ("" where it waits for nobody), and the document's version now.
    """
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    if "shown" in request.POST:
        viewed(document, acting_user=user)
        mentions_seen(document.pk, acting_user=user)
    act = lease.take_over if "over" in request.POST else lease.take
    try:
        held = act(document_id, acting_user=user)
    except Conflict:
        return JsonResponse({"mine": True, "name": "", "version": document.version})
    since = formatting.moment(held.since, formatting.locale_of(request)) if held.since else ""
    return JsonResponse({"mine": held.mine, "name": held.name, "since": since, "version": document.version})


@needs(VIEW)
@require_POST
def release_lease(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The screen is gone: the document is free for others."""
    lease.release(document_id, acting_user=cast(User, request.user))
    return HttpResponse(status=204)


@needs(VIEW)
@require_POST
def next_document(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The whole screen of the next document of the tab and filters in the address, leased; 204 where none waits."""
    user = cast(User, request.user)
    tab, filters = asked_for(request.GET)
    for waiting in queries.following(user, after=document_id, tab=tab, filters=filters):
        try:
            taken = lease.take(waiting, acting_user=user)
        except Conflict:
            continue
        if taken.mine:
            view = queries.document_view(user, waiting)
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            address = reverse("document", args=[waiting]) + query
            response = render(request, "document.html", screen.context(request, user, view))
            response.headers["X-Document"] = address
            return response
    return HttpResponse(status=204)
