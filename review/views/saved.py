"""Views of the queue that a person saved, and the bulk approval of what is clean."""

import uuid
from collections.abc import Iterable, Iterator
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from review.access import VIEW, needs
from review.actions.approve import Approval, approve_many
from review.models import SavedView
from review.queue import MAX_PAGE
from review.views.filters import NAMES

MOST_VIEWS = 30
MOST_REASONS = 5


@needs(VIEW)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """`name` for the filters in the address; a name used before means these filters from now on."""
    owner, name = cast(User, request.user), request.POST.get("name", "").strip()[:60]
    query = urlencode({key: request.GET[key] for key in ("tab", *NAMES) if request.GET.get(key)})
    if name and SavedView.objects.filter(owner=owner).count() < MOST_VIEWS:
        SavedView.objects.update_or_create(owner=owner, name=name, defaults={"query": query})
    return redirect(f"{reverse('queue')}?{query}")


@needs(VIEW)
@require_POST
def forget_view(request: HttpRequest, view_id: int) -> HttpResponse:
    SavedView.objects.filter(pk=view_id, owner=cast(User, request.user)).delete()
    return redirect("queue")


@needs(VIEW)
@require_POST
def approve_clean(request: HttpRequest) -> HttpResponse:
    """Approve each `document` ("id version") on its own; what could not be approved says why."""
    user = cast(User, request.user)
    chosen = list(_chosen(request.POST))[:MAX_PAGE]
    done = approve_many(chosen, acting_user=user)
    count = sum(approval.decision is not None for approval in done)
    messages.success(request, ngettext("%(n)d document approved.", "%(n)d documents approved.", count) % {"n": count})
    for problem in _problems(done)[:MOST_REASONS]:
        messages.warning(request, problem)
    return redirect(f"{reverse('queue')}?{request.GET.urlencode()}")


def _chosen(posted: QueryDict) -> Iterator[tuple[uuid.UUID, int]]:
    for text in posted.getlist("document"):
        key, _space, version = text.partition(" ")
        try:
            yield uuid.UUID(key), int(version)
        except ValueError:
            continue


def _problems(done: Iterable[Approval]) -> list[str]:
    return list(dict.fromkeys(approval.problem for approval in done if approval.problem))
