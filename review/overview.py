"""How the work goes, for those who answer for it: what came and went, how old it is, what was late, what went wrong.

Each figure is read off an index: ids sort by time (automation/identity.py), so a period is a range of keys.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from automation.checks.models import Finding, Severity
from automation.documents.models import Document, State
from automation.identity import first_id
from automation.policy.models import TriageDecision
from review.models import Hold, Task

DAYS = 14
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
KEPT = 60  # seconds
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
WORST = 5


@dataclass(frozen=True, slots=True)
class Day:
    """How many documents came and how many were posted."""

    day: date
    received: int
    posted: int


@dataclass(frozen=True, slots=True)
class Overview:
    """`ages`: how many wait for less than one, three, seven days, and longer. `in_time`, `late`: tasks of thirty days
    that had a deadline and are closed; `overdue`: that are open past it. `silent` of `decided`: documents of the period
    for which no person was asked to verify. `causes`: the commonest findings of a week, code and number."""

    days: tuple[Day, ...]
    ages: tuple[int, ...]
    in_time: int
    late: int
    overdue: int
    silent: int
    decided: int
    failed: int
    quarantined: int
    rejected: int
    held: int
    causes: tuple[tuple[str, int], ...]


def overview(entities: Collection[uuid.UUID]) -> Overview:
    """The figures of these entities together, at most a minute old."""
    key = f"overview:{uuid.uuid5(uuid.NAMESPACE_OID, ','.join(sorted(map(str, entities))))}"
    kept: Overview | None = cache.get(key)
    if kept is None:
        kept = _overview(list(entities))
        cache.set(key, kept, KEPT)
    return kept


def _overview(entities: list[uuid.UUID]) -> Overview:
    here = {"entity__in": entities}
    return Overview(days=_days(here), ages=_ages(here), **_punctuality(here), **_silence(here), **_exceptions(here))


def _days(here: dict[str, Any]) -> tuple[Day, ...]:
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    came = Document.objects.filter(**here, pk__gte=first_id(first), parent=None)
    went = Document.objects.filter(**here, state=State.POSTED, state_since__date__gte=first)
    received, posted = _by_day(came, "received_at"), _by_day(went, "state_since")
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return tuple(Day(day, received.get(day, 0), posted.get(day, 0)) for day in days)


def _by_day(documents: Any, moment: str) -> dict[date, int]:
    return dict(documents.values_list(TruncDate(moment)).annotate(Count("pk")).order_by())


def _ages(here: dict[str, Any]) -> tuple[int, ...]:
    now = timezone.now()
    edges = [now, *(now - age for age in AGES)]
    spans = [Q(opened_at__lte=younger) & Q(opened_at__gt=older) for younger, older in pairwise(edges)]
    counted = {f"age{n}": Count("pk", filter=span) for n, span in enumerate([*spans, Q(opened_at__lte=edges[-1])])}
    open_ones = Task.objects.filter(**here, closed_at=None, waiting=True)
    return tuple(open_ones.aggregate(**counted).values())


def _punctuality(here: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    asked = Task.objects.filter(**here, pk__gte=first_id((now - MONTH).date()), due_at__isnull=False)
    return asked.aggregate(
        in_time=Count("pk", filter=Q(closed_at__lte=F("due_at"))),
        late=Count("pk", filter=Q(closed_at__gt=F("due_at"))),
        overdue=Count("pk", filter=Q(closed_at=None, waiting=True, due_at__lt=now)),
    )


def _silence(here: dict[str, Any]) -> dict[str, Any]:
    first = timezone.now().date() - timedelta(days=DAYS - 1)
    routed = TriageDecision.objects.filter(pk__gte=first_id(first), document__entity__in=here["entity__in"])
    return routed.aggregate(silent=Count("pk", filter=~Q(route="verify")), decided=Count("pk"))


def _exceptions(here: dict[str, Any]) -> dict[str, Any]:
    week = timezone.now() - WEEK
    troubled = Document.objects.filter(**here, state__in=[State.FAILED, State.QUARANTINED, State.REJECTED])
    found = Finding.objects.filter(
        round__gte=first_id(week.date()), round__document__entity__in=here["entity__in"]
    ).exclude(severity=Severity.INFO)
    causes = (
        found.values_list("code").annotate(found=Count("round__document", distinct=True)).order_by("-found", "code")
    )
    return {
        **troubled.aggregate(
            failed=Count("pk", filter=Q(state=State.FAILED)),
            quarantined=Count("pk", filter=Q(state=State.QUARANTINED)),
            rejected=Count("pk", filter=Q(state=State.REJECTED, state_since__gte=week)),
        ),
        "held": Hold.objects.filter(released_at=None, document__entity__in=here["entity__in"]).count(),
        "causes": tuple(causes[:WORST]),
    }
