"""Keeping and erasing: the rules, the holds, what is due. Auditors see it; the governance role changes it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.models import Event, LegalHold, RetentionKind
from audit.retention import INVOICE, erases_nightly, rules
from automation.documents.models import Document
from automation.errors import CountersignError
from review.access import AUDIT, allowed_entities, may_govern, needs
from review.actions import retention as actions
from review.erasure import due

AHEAD = timedelta(days=400)  # how far the page looks: past the next end of a year, at which everything falls due
SHOWN = 200


@needs(AUDIT)
@never_cache
@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), timezone.now().date()
    coming = due(allowed_entities(user, AUDIT), today + AHEAD)
    found = [item for item in coming if item.until < today]
    context = {
        "here": "audit",
        "tab": "retention",
        "rules": rules(),
        "holds": LegalHold.objects.order_by("-id")[:200],
        "due": found[:SHOWN],
        "due_count": len(found),
        "nightly": erases_nightly(),
        "ran": Event.objects.filter(action="retention.ran").order_by("-id").first(),
        "coming": [item for item in coming if item.until >= today][:SHOWN],
        "kinds": actions.KINDS,
        "paper_kinds": RetentionKind.choices,
        "governs": may_govern(user),
    }
    return render(request, "audit/retention.html", context)


@needs(AUDIT)
@require_POST
def change_rule(request: HttpRequest) -> HttpResponse:
    country, years, basis, kind = (request.POST.get(name, "").strip() for name in ("country", "years", "basis", "kind"))
    number = int(years) if years.isascii() and years.isdigit() and len(years) < 4 else 0
    return _done(
        request,
        lambda: actions.set_rule(country, number, basis, acting_user=cast(User, request.user), kind=kind or INVOICE),
        f"The rule for {country} is changed.",
    )


@needs(AUDIT)
@require_POST
def change_schedule(request: HttpRequest) -> HttpResponse:
    enabled, because = request.POST.get("enabled") == "yes", request.POST.get("because", "").strip()
    return _done(
        request,
        lambda: actions.set_schedule(enabled, because, acting_user=cast(User, request.user)),
        _("What is due is erased every night.") if enabled else _("Nothing is erased by itself any more."),
    )


@needs(AUDIT)
@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    kind, key, reason = (request.POST.get(name, "").strip() for name in ("kind", "key", "reason"))
    act = lambda: actions.place_hold(kind, key, reason, acting_user=cast(User, request.user))  # noqa: E731
    return _done(request, act, "It is under a hold now.")


@needs(AUDIT)
@require_POST
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    because = request.POST.get("because", "").strip()
    act = lambda: actions.release_hold(hold_id, because, acting_user=cast(User, request.user))  # noqa: E731
    return _done(request, act, "The hold is released.")


@needs(AUDIT)
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """The certificate comes as the answer: what was erased when, by which rule, and the event that says so."""
    try:
        document_id = uuid.UUID(request.POST.get("document", ""))
        certificate = actions.erase_document(document_id, acting_user=cast(User, request.user))
    except (CountersignError, ValueError, Document.DoesNotExist) as error:
        messages.error(request, str(error))
        return redirect("audit-retention")
    answer = HttpResponse(certificate.text(), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="erasure-{document_id}.txt"'
    return answer


def _done(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except CountersignError as error:
        messages.error(request, str(error))
    return redirect("audit-retention")
