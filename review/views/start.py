"""Where a person begins: their own work and its deadlines, and for those who answer for it how the work goes."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.signing import configured
from audit.status import status
from review import formatting, queries
from review.access import ADD, AUDIT, CONTROL, OPERATE, VIEW, allowed_entities, rights, signed_in, stands_in
from review.actions.comment import unseen_mentions
from review.four_eyes import RIGHT
from review.overview import Day, Overview, overview
from review.queue import COUNT_LIMIT, Filters, Row, counted

FIRST = 8  # documents of one's own work
HEIGHT, STEP, BAR = 96, 40, 14  # of the chart, in units of its view box
AGE_NAMES = (_l("less than a day"), _l("one to three days"), _l("three to seven days"), _l("longer"))


@dataclass(frozen=True, slots=True)
class Column:
    """A day of the chart: where its two bars stand and how high they are."""

    x: int
    label: str
    received: int
    received_height: int
    posted: int
    posted_height: int


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    number: int
    percent: int


@signed_in
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    held = rights(user)
    works = any(held.get(right) for right in RIGHT.values())
    rows: list[Row] = queries.queue(user, tab="mine", size=FIRST).rows if works else []
    context = {
        "here": "start",
        "works": works,
        "rows": rows,
        "waiting": _shown(counted(user)) if works else "",
        "overdue": _shown(counted(user, filters=Filters(due="overdue"))) if works else "",
        "this_week": _shown(counted(user, filters=Filters(due="week"))) if works else "",
        "unseen": unseen_mentions(user),
        "for_others": stands_in(user),
        "may_add": bool(held.get(ADD)),
        "status": status(configured().keys, Path(settings.AUDIT_HEADS_PATH)) if held.get(AUDIT) else None,
        "nothing_yet": bool(held.get(VIEW)) and not counted(user, tab="all"),
        **(_managed(request, user) if any(held.get(right) for right in (CONTROL, AUDIT, OPERATE)) else {}),
    }
    return render(request, "start.html", context)


def _managed(request: HttpRequest, user: User) -> dict[str, object]:
    figures = overview(list(allowed_entities(user, VIEW).values_list("pk", flat=True)))
    asked = figures.in_time + figures.late
    return {
        "figures": figures,
        "columns": _columns(request, figures.days),
        "width": STEP * len(figures.days),
        "received": sum(day.received for day in figures.days),
        "posted": sum(day.posted for day in figures.days),
        "ages": _bars(figures),
        "punctual": 100 * figures.in_time // asked if asked else None,
        "silent": 100 * figures.silent // figures.decided if figures.decided else None,
    }


def _columns(request: HttpRequest, days: tuple[Day, ...]) -> list[Column]:
    most = max(1, *(max(day.received, day.posted) for day in days))
    locale = formatting.locale_of(request)
    return [
        Column(
            x=STEP * n,
            label=formatting.short_day(day.day, locale),
            received=day.received,
            received_height=HEIGHT * day.received // most,
            posted=day.posted,
            posted_height=HEIGHT * day.posted // most,
        )
        for n, day in enumerate(days)
    ]


def _bars(figures: Overview) -> list[Bar]:
    most = max(1, *figures.ages)
    return [Bar(str(name), count, 100 * count // most) for name, count in zip(AGE_NAMES, figures.ages, strict=True)]


def _shown(count: int) -> str:
    return f"{count}+" if count >= COUNT_LIMIT else str(count)
