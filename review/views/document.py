"""One document: its pages beside its fields."""

import uuid
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from automation.errors import Invalid
from review import queries
from review.access import VIEW, needs
from review.actions.comment import mentions_seen
from review.actions.view import viewed
from review.views import screen


@needs(VIEW)
@never_cache
@require_GET
def document(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    user = cast(User, request.user)
    view = queries.document_view(user, document_id)
    if "HX-Request" not in request.headers:
        viewed(view.document, acting_user=user)
        mentions_seen(document_id, acting_user=user)
    return render(request, "document.html", screen.context(request, user, view))


def panel(request: HttpRequest, document_id: uuid.UUID, status: int = 200, **more: Any) -> HttpResponse:
    """The fields as they are now, after a change or instead of one; with the foot of the page."""
    user = cast(User, request.user)
    view = queries.document_view(user, document_id)
    context = {**screen.context(request, user, view), "swapped": True, **more}
    return render(request, "document.html#answer", context, status=status)


def version_of(request: HttpRequest) -> int:
    """The version that the person saw. Raises Invalid."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError as error:
        raise Invalid("The page did not say which version it shows. Load it again.") from error
