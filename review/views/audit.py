"""The auditor's pages: the log and how it stands, completeness, packs, proofs."""

import json
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit import canonical, proofs
from audit.events import EVENTS
from audit.models import Event, Pack
from audit.signing import configured
from audit.status import status
from automation.documents.completeness import completeness
from automation.errors import Invalid
from review.access import AUDIT, VIEW, allowed_entities, needs, rights
from review.log_search import PAGE, Asked, activity, named, search
from review.pack.build import request_pack
from review.pack.parts import Period
from review.queries import visible_document

FORMATS = ("json", "compact")


@needs(AUDIT)
@never_cache
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """How the log stands, what happened each day, and a search."""
    user, asked, given = cast(User, request.user), _asked(request), _given(request)
    found = search(user, asked)
    events, more = found[:PAGE], len(found) > PAGE
    context = {
        "here": "audit",
        "tab": "log",
        "status": status(configured().keys, Path(settings.AUDIT_HEADS_PATH)),
        "activity": activity(user),
        "rows": [(event, named_subject, _payloads(event)) for event, named_subject in _with_names(events)],
        "asked": given,
        "actions": EVENTS,
        "kinds": sorted({name.partition(".")[0] + "." for name in EVENTS}),
        "next_page": f"?{urlencode({**given, 'before': events[-1].id})}" if more else "",
    }
    return render(request, "audit/log.html", context)


@needs(AUDIT)
@never_cache
@require_GET
def complete(request: HttpRequest) -> HttpResponse:
    """Received + parts = posted + rejected + in work + filed, for the days asked for (the last thirty)."""
    today = timezone.now().date()
    first = _day(request.GET.get("first", "")) or today - timedelta(days=29)
    last = _day(request.GET.get("last", "")) or today
    user = cast(User, request.user)
    entities = None if _everywhere(request) else [entity.pk for entity in allowed_entities(user, AUDIT)]
    period = Period(first, last)
    found = completeness(period.since, period.until, entities)
    context = {"here": "audit", "tab": "complete", "found": found, "first": first, "last": last}
    return render(request, "audit/complete.html", context)


@needs(AUDIT)
@never_cache
@require_http_methods(["GET", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    """The packs there are, and asking for another."""
    if request.method == "POST":
        first, last = (_day(request.POST.get(name, "")) for name in ("first", "last"))
        try:
            if first is None or last is None:
                raise Invalid("Give the first and the last day.")
            request_pack(first, last, acting_user=cast(User, request.user))
        except Invalid as error:
            messages.error(request, str(error))
        return redirect("audit-packs")
    found = Pack.objects.order_by("-id")[:50]
    waiting = any(pack.finished_at is None for pack in found)
    today = timezone.now().date()
    context = {"here": "audit", "tab": "packs", "packs": found, "waiting": waiting, "everywhere": _everywhere(request)}
    context |= {"first": today.replace(day=1), "last": today}
    name = "audit/packs.html#list" if request.headers.get("HX-Request") else "audit/packs.html"
    return render(request, name, context)


@needs(AUDIT)
@require_GET
def pack_file(request: HttpRequest, pack_id: int) -> FileResponse:
    if not _everywhere(request):
        raise PermissionDenied("A pack holds the events of all entities.")
    pack = get_object_or_404(Pack.objects.exclude(file=""), pk=pack_id)
    name = f"countersign-audit_{pack.since}_{pack.until}.zip"
    return FileResponse(default_storage.open(pack.file), as_attachment=True, filename=name)


@needs(VIEW)
@never_cache
@require_GET
def proof(request: HttpRequest, document_id: uuid.UUID, event_id: int) -> HttpResponse:
    """That an event of the document is in the signed log: one file for `verify.py`, as JSON or compact."""
    document = visible_document(cast(User, request.user), document_id)
    event = get_object_or_404(Event, pk=event_id, subject=f"document:{document.pk}")
    chosen = request.GET.get("as", "json")
    if chosen not in FORMATS:
        raise Http404("A proof comes as json or compact.")
    try:
        compact = chosen == "compact"
        body = proofs.compact(event.id) if compact else json.dumps(proofs.inclusion(event.id)).encode()
    except proofs.NotSealedError:
        text = "This event is not under a signed head yet. Heads are signed every minute: try again shortly."
        return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(body, content_type="application/octet-stream" if compact else "application/json")
    name = f"event-{event.id}.{'proof' if compact else 'json'}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _everywhere(request: HttpRequest) -> bool:
    return None in rights(cast(User, request.user)).get(AUDIT, frozenset())


def _asked(request: HttpRequest) -> Asked:
    given = _given(request)
    before = request.GET.get("before", "")
    return Asked(
        person=given.get("person", ""),
        document=given.get("document", ""),
        supplier=given.get("supplier", ""),
        action=given.get("action", ""),
        first=_day(given.get("first", "")),
        last=_day(given.get("last", "")),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def _given(request: HttpRequest) -> dict[str, str]:
    names = ("person", "document", "supplier", "action", "first", "last")
    given = {name: request.GET.get(name, "").replace("\0", "").strip()[:200] for name in names}
    return {name: value for name, value in given.items() if value}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _with_names(events: list[Event]) -> list[tuple[Event, str]]:
    names = named(events)
    return [(event, names.get(event.subject, "")) for event in events]


def _payloads(event: Event) -> list[tuple[str, str]]:
    parts = (("before", event.before), ("after", event.after), ("because", event.because))
    return [(name, value if isinstance(value, str) else canonical.dumps(value)) for name, value in parts if value]
