"""The operator's pages: runs by state, one run's timeline, the queues, and what may be done to a run."""

import uuid
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit import queries as audit_queries
from automation import breakers
from automation.documents import operate
from automation.documents import runs as of_documents
from automation.documents.operate import DISPENSABLE
from automation.errors import CountersignError, Invalid
from automation.workflow.models import OPEN, Run, RunState
from automation.workflow.queues import queues
from automation.workflow.timeline import timeline
from review import formatting
from review.access import OPERATE, needs, rights
from review.queries import names_of
from review.views import trail
from review.views.queue import TabView, shown_count

ORDER = ("failed", "waiting", "running", "ready", "done", "cancelled")
CAUSES = {
    "temporary_failure": "The other side did not answer as it should, and all tries are used up.",
    "circuit_open": "The other side had failed so often that it was left in peace; all tries are used up.",
    "attempts_exhausted": "The step was begun as often as it may be and never came to an end.",
    "worker_lost": "The worker ended in mid-step.",
    "posting_unknown": "Nobody knows whether the posting arrived. Find out before you retry or skip.",
    "cancelled": "An operator stopped it.",
}
SAID = {
    "pause": "The run is paused.",
    "resume": "The run goes on.",
    "cancel": "The run is cancelled.",
    "retry": "The run starts again.",
    "skip": "The step is skipped.",
}


@needs(OPERATE)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    state, q, cursor = (request.GET.get(name, "").strip() for name in ("tab", "q", "page"))
    state = state or ("all" if q else ORDER[0])
    entities = _entities(request)
    try:
        page = of_documents.page(entities, state="" if state == "all" else state, q=q, cursor=cursor)
    except Invalid:
        return redirect("runs")
    here = {name: value for name, value in (("tab", state), ("q", q)) if value}
    context = {
        "here": "runs",
        **_tabs(entities, state),
        "rows": [(row, _why(row.run)) for row in page.rows],
        "q": q,
        **_now(),
        "next_page": f"?{urlencode({**here, 'page': page.next_cursor})}" if page.next_cursor else "",
        "first_page": f"?{urlencode(here)}" if cursor else "",
    }
    return render(request, "runs.html", context)


@needs(OPERATE)
@require_GET
def run_counts(request: HttpRequest) -> HttpResponse:
    """The tabs alone, asked for again and again while the page is open."""
    return render(request, "runs.html#counts", _tabs(_entities(request), request.GET.get("tab", "")))


@needs(OPERATE)
@require_GET
def queue_table(request: HttpRequest) -> HttpResponse:
    return render(request, "runs.html#queues", _now())


@needs(OPERATE)
@never_cache
@require_GET
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    return _run_page(request, _found(request, run_id))


@needs(OPERATE)
@require_POST
def operate_run(request: HttpRequest, run_id: uuid.UUID, action: str) -> HttpResponse:
    """Pause, resume, cancel, retry (`from_step`) or skip, with the reason given in `because`."""
    if action not in operate.ACTIONS:
        raise Http404("There is no such action.")
    found, user = _found(request, run_id), cast(User, request.user)
    given: dict[str, str] = {"because": request.POST.get("because", "").replace("\0", "").strip()[:2000]}
    if action == "retry" and request.POST.get("from_step"):
        given["from_step"] = request.POST["from_step"]
    try:
        operate.ACTIONS[action](found.pk, actor=f"user:{user.username}", **given)
    except CountersignError as error:
        return _run_page(request, _found(request, run_id), status=error.status, notice=error.message)
    messages.success(request, SAID[action])
    return redirect("run", run_id)


def _run_page(request: HttpRequest, found: Run, *, status: int = 200, notice: str = "") -> HttpResponse:
    document, events = of_documents.document_of(found), audit_queries.trail(f"run:{found.pk}")
    names = names_of(event.actor.removeprefix("user:") for event in events)
    steps = timeline(found)
    here = next((step for step in steps if step.name == found.step), None)
    context: dict[str, Any] = {
        "here": "runs",
        "run": found,
        "document": document,
        "steps": steps,
        "cause": CAUSES.get(found.error["code"], "") if found.error else "",
        "entries": trail.entries(events, names, formatting.locale_of(request)),
        "notice": notice,
        "open": found.state in OPEN,
        "retry_from": _retry_from(found, [step.name for step in steps]),
        "may_pause": found.state in OPEN and not found.held,
        "may_cancel": found.state in OPEN and found.unwinding is None,
        "may_skip": _may_skip(found, about_document=document is not None),
        "step": here,
    }
    return render(request, "run.html", context, status=status)


def _retry_from(found: Run, names: list[str]) -> list[str]:
    """The steps from which the run may start again, the failed one first; none while it has not failed."""
    if found.state != RunState.FAILED:
        return []
    reached = names[: names.index(found.step) + 1] if found.step in names else []
    return [found.step] if found.unwinding else reached[::-1]


def _may_skip(found: Run, *, about_document: bool) -> bool:
    stands = found.state in (RunState.FAILED, RunState.WAITING, RunState.READY) and not found.unwinding
    return stands and (not about_document or found.step in DISPENSABLE)


def _now() -> dict[str, Any]:
    return {"queues": queues(), "downstreams": breakers.states()}


def _entities(request: HttpRequest) -> frozenset[uuid.UUID] | None:
    """Where the person may operate; None is everywhere."""
    ids = rights(cast(User, request.user)).get(OPERATE, frozenset())
    return None if None in ids else frozenset(entity for entity in ids if entity is not None)


def _found(request: HttpRequest, run_id: uuid.UUID) -> Run:
    """The run, or the one that it is an item of. Raises Http404 for what the person may not operate."""
    visible = of_documents.visible(_entities(request)).select_related("definition")
    found = visible.filter(pk=run_id).first() or visible.filter(children=run_id).first()
    if found is None:
        raise Http404("There is no such run, or none that you may operate.")
    return found


def _why(found: Run) -> str:
    return str(found.error["message"]) if found.error else ""


def _tabs(entities: frozenset[uuid.UUID] | None, current: str) -> dict[str, Any]:
    counts = of_documents.counts(of_documents.visible(entities))
    tabs = [TabView(s, RunState(s).label, "", shown_count(counts[s]) if s in counts else "") for s in ORDER]
    tabs.append(TabView("all", "All", "", ""))
    return {"tabs": tabs, "current": next((tab for tab in tabs if tab.key == current), tabs[0])}
