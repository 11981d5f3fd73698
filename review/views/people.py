"""Access review: who may do what, for people with the governance role."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from automation.errors import CountersignError
from review.access import governs
from review.access_review import DORMANT, Access, everybody, mark_reviewed
from review.models import Limit
from review.pack.cells import csv_lines
from review.spoken import spoken

HEADER: tuple[str, ...] = (
    "person",
    "name",
    "e-mail",
    "active",
    "role",
    "entity",
    "limits",
    "last signed in",
    "second factor",
)
HEADER += ("dormant", "conflicts", "reviewed", "reviewed by", "changed since")


@governs
@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """`look=1`: only those who were not reviewed, or whose rights changed since."""
    found, look = everybody(), request.GET.get("look") == "1"
    context = {
        "here": "people",
        "rows": [one for one in found if one.wants_a_look] if look else found,
        "look": look,
        "wanting": sum(one.wants_a_look for one in found),
        "conflicts": sum(bool(one.conflicts) for one in found),
        "dormant": sum(one.dormant for one in found),
        "without_factor": sum(one.person.is_active and not one.factors for one in found),
        "dormant_days": DORMANT.days,
    }
    return render(request, "people.html", context)


@governs
@require_POST
def reviewed(request: HttpRequest, user_id: int) -> HttpResponse:
    """`note`: what was found, which may be nothing."""
    person = get_object_or_404(User, pk=user_id)
    try:
        mark_reviewed(person, request.POST.get("note", ""), acting_user=cast(User, request.user))
    except CountersignError as error:
        messages.error(request, spoken(error.message))
    else:
        messages.success(request, _("%(name)s: reviewed.") % {"name": person.get_full_name() or person.username})
    return redirect("people")


@governs
@never_cache
@require_GET
def people_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = (row for access in everybody() for row in _rows(access))
    answer = StreamingHttpResponse(csv_lines(HEADER, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="access.csv"'
    return answer


def _rows(access: Access) -> Iterator[Sequence[object]]:
    person = access.person
    limits = "; ".join(map(_limit, access.limits))
    conflicts = "; ".join(f"{what} ({entity.name if entity else 'all'})" for entity, what in access.conflicts)
    for role, entity in access.roles or [("", None)]:
        where = entity.name if entity else "all" if role else ""
        yield (
            *(person.username, person.get_full_name(), person.email, person.is_active, role, where, limits),
            *(_stamp(person.last_login), " ".join(access.factors) or "none", access.dormant, conflicts),
            *(_stamp(access.reviewed_at), access.reviewed_by, access.changed),
        )


def _limit(one: Limit) -> str:
    where = (one.entity.name if one.entity else "all", *([one.cost_centre] if one.cost_centre else []))
    return f"{one.amount} {one.currency} ({', '.join(where)})"


def _stamp(moment: object) -> str:
    return moment.isoformat(timespec="seconds") if hasattr(moment, "isoformat") else ""
