"""The start page: which documents wait, for whom, and how many."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from automation.errors import Invalid
from review import queries
from review.access import ADD, APPROVE, VIEW, allowed_entities, needs, rights
from review.actions.comment import unseen_mentions
from review.models import SavedView
from review.queue import COUNT_LIMIT, WAITING_TABS, Tab
from review.views.filters import NAMES, asked_for, narrowed

TITLES: dict[Tab, tuple[str, str]] = {
    "mine": ("For you", "Nothing waits for you"),
    "team": ("Team", "Nothing waits for your team"),
    "verify": ("To verify", "Nothing waits to be verified"),
    "approve": ("To approve", "Nothing waits for approval"),
    "problems": ("Problems", "No document has a problem"),
    "posted": ("Posted", "Nothing has been posted yet"),
    "all": ("All", "There are no documents yet"),
}


@dataclass(frozen=True, slots=True)
class TabView:
    key: str
    title: str
    empty: str
    count: str


@needs(VIEW)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    tab, filters = asked_for(request.GET)
    try:
        page = queries.queue(user, tab=tab, filters=filters, page_cursor=request.GET.get("page"))
    except Invalid:
        return redirect("queue")
    q = filters.q
    tabs = _tabs(user)
    here = {key: value for key, value in request.GET.items() if key in ("tab", *NAMES) and value}
    context = {
        "here": "queue",
        "tabs": tabs,
        "current": next(one for one in tabs if one.key == tab),
        "rows": page.rows,
        "q": q,
        "nothing_yet": next(one for one in tabs if one.key == "all").count == "0",
        "may_add": bool(rights(user).get(ADD)),
        "next_page": f"?{urlencode({**here, 'page': page.next_cursor})}" if page.next_cursor else "",
        "first_page": f"?{urlencode(here)}" if request.GET.get("page") else "",
        "filters": filters,
        "narrowed": narrowed(filters),
        "here_query": urlencode(here),
        "entities": allowed_entities(user, VIEW).order_by("name")[:200],
        "views": SavedView.objects.filter(owner=user).order_by("name"),
        "bulk": tab in WAITING_TABS and any(row.clean for row in page.rows) and bool(rights(user).get(APPROVE)),
        "unseen": unseen_mentions(user),
        "keys": queries.keys_of(user),
        "opened_from": f"?{urlencode(here)}" if here else "",
    }
    return render(request, "queue.html", context)


@needs(VIEW)
@require_GET
def queue_counts(request: HttpRequest) -> HttpResponse:
    """The tabs alone, asked for again and again while the page is open."""
    tabs, tab = _tabs(cast(User, request.user)), asked_for(request.GET)[0]
    return render(request, "queue.html#counts", {"tabs": tabs, "current": next(one for one in tabs if one.key == tab)})


def _tabs(user: User) -> list[TabView]:
    counts = queries.counts(user)
    return [TabView(key, *TITLES[key], shown_count(counts[key])) for key in TITLES]


def shown_count(count: int) -> str:
    return f"{count}+" if count >= COUNT_LIMIT else str(count)
