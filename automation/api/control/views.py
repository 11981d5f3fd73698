"""The control API, version 1: see the runs of documents, and operate them."""

import hashlib
import json
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from automation import breakers
from automation.api import idempotency, openapi
from automation.api.authentication import needs
from automation.api.control import schemas
from automation.api.models import ServiceToken
from automation.api.paging import page_size
from automation.documents import operate
from automation.documents import runs as of_documents
from automation.documents.models import Document
from automation.errors import Invalid
from automation.workflow.models import Run, RunState
from automation.workflow.queues import queues
from automation.workflow.timeline import StepView, timeline

Json = dict[str, Any]
LONGEST_REASON = 2000


@needs(GET="runs:read")
@extend_schema(
    operation_id="list_runs",
    parameters=[
        openapi.query("state", "Only runs in this state", enum=list(RunState.values)),
        openapi.query("q", "The id of a run or document, or a text in file name, seller or number"),
        openapi.CURSOR,
        openapi.LIMIT,
    ],
    responses=openapi.answers({200: schemas.RUNS}, 422),
)
@api_view(["GET"])
def runs(request: Request) -> Response:
    given = {name: request.query_params.get(name, "") for name in ("state", "q", "cursor")}
    page = of_documents.page(_entities(request), **given, size=page_size(request.query_params.get("limit", "")))
    return Response({"items": [_run(row.run, row.document) for row in page.rows], "next_cursor": page.next_cursor})


@needs(GET="runs:read")
@extend_schema(operation_id="get_run", responses=openapi.answers({200: schemas.RUN}, 404))
@api_view(["GET"])
def run(request: Request, run_id: uuid.UUID) -> Response:
    return Response(_body(_found(request, run_id)))


@needs(GET="runs:read")
@extend_schema(operation_id="get_run_timeline", responses=openapi.answers({200: schemas.TIMELINE}, 404))
@api_view(["GET"])
def run_timeline(request: Request, run_id: uuid.UUID) -> Response:
    found = _found(request, run_id)
    return Response({"run": _body(found), "steps": [_step(step) for step in timeline(found)]})


@needs(POST="runs:operate")
@extend_schema(
    operation_id="operate_run",
    parameters=[openapi.KEY],
    request={"application/json": schemas.ACTION},
    responses=openapi.answers({200: schemas.RUN}, 400, 404, 409, 413, 415, 422),
)
@api_view(["POST"])
@parser_classes([JSONParser])
def actions(request: Request, run_id: uuid.UUID) -> Response:
    """Pause, resume, cancel, retry or skip; the answer is the run as it is then."""
    key, found = idempotency.key_of(request), _found(request, run_id)
    action, given = _asked(request.data)
    asked = json.dumps([str(found.pk), action, given], sort_keys=True)
    token, actor = _token(request), f"service:{_token(request).name}"

    def act() -> idempotency.Answer:
        operate.ACTIONS[action](found.pk, actor=actor, **given)
        return idempotency.Answer(200, _body(_found(request, run_id)))

    return idempotency.once_with(token, key, hashlib.sha256(asked.encode()).hexdigest(), act).response()


@needs(GET="runs:read")
@extend_schema(operation_id="list_queues", responses=openapi.answers({200: schemas.QUEUES}))
@api_view(["GET"])
def queue_list(request: Request) -> Response:
    """How much lies in each queue, of all legal entities together."""
    return Response({"items": [asdict(queue) for queue in queues()]})


@needs(GET="runs:read")
@extend_schema(operation_id="list_downstreams", responses=openapi.answers({200: schemas.DOWNSTREAMS}))
@api_view(["GET"])
def downstream_list(request: Request) -> Response:
    """The circuit breaker of every system that ours depends on."""
    views = breakers.states()
    return Response({"items": None if views is None else [asdict(view) for view in views]})


def _token(request: Request) -> ServiceToken:
    return cast(ServiceToken, request.auth)


def _entities(request: Request) -> list[uuid.UUID]:
    return list(_token(request).entities.values_list("pk", flat=True))


def _found(request: Request, run_id: uuid.UUID) -> Run:
    found = of_documents.visible(_entities(request)).select_related("definition").filter(pk=run_id).first()
    if found is None:
        raise NotFound(f"The token's entities have no run {run_id}.")
    return found


def _asked(body: object) -> tuple[str, dict[str, str]]:
    """The action and its arguments. Raises Invalid."""
    if not isinstance(body, dict) or not isinstance(body.get("action"), str) or body["action"] not in operate.ACTIONS:
        raise Invalid(f'Send {{"action": one of {", ".join(operate.ACTIONS)}, "because": why}}.')
    action: str = body["action"]
    allowed = ("because", "from_step") if action == "retry" else ("because",)
    given = {name: value for name, value in body.items() if name != "action"}
    for name, value in given.items():
        if name not in allowed or not isinstance(value, str) or "\0" in value or len(value) > LONGEST_REASON:
            raise Invalid(f"{action} takes {' and '.join(allowed)}: texts of up to {LONGEST_REASON} characters.")
    if not given.get("from_step", "-"):
        raise Invalid("from_step must be the name of a step.")
    return action, {"because": "", **given}


def _body(found: Run) -> Json:
    return _run(found, of_documents.document_of(found))


def _run(found: Run, document: Document | None) -> Json:
    return {
        "id": str(found.pk),
        "workflow": found.definition.name,
        "version": found.definition.version,
        "subject": found.subject,
        "document": str(document.pk) if document else None,
        "state": found.state,
        "paused": found.held,
        "step": found.step,
        "queue": found.queue,
        "attempt": found.attempt,
        "waits_for": found.awaited_signal,
        "due_at": _time(found.due_at),
        "error": found.error,
        "created_at": _time(found.created_at),
        "finished_at": _time(found.finished_at),
    }


def _step(step: StepView) -> Json:
    return {
        "name": step.name,
        "queue": step.queue,
        "state": step.state,
        "started_at": _time(step.started_at),
        "finished_at": _time(step.finished_at),
        "seconds": step.seconds,
        "attempts": step.attempts,
        "waits_for": step.waits_for,
        "until": _time(step.until),
        "compensated_at": _time(step.compensated_at),
        "tries": [
            {
                "number": one.number,
                "code": one.code,
                "message": one.message,
                "at": _time(one.at),
                "retry_at": _time(one.retry_at),
            }
            for one in step.tries
        ],
        "signals": [
            {"received_at": _time(one.received_at), "payload": one.payload, "consumed": one.consumed_by is not None}
            for one in step.signals
        ],
        "items": step.items,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
