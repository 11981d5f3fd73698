"""The data API, version 1: hand in documents, see what became of them."""

import hashlib
import json
import uuid
from typing import Any, cast

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit import proofs
from audit.models import Event
from audit.reads import record_read
from automation.api import idempotency, openapi
from automation.api.authentication import needs
from automation.api.data import parsing, queries, schemas
from automation.api.models import ServiceToken
from automation.documents import arrange, storage
from automation.documents.models import Document, State
from automation.documents.report import report
from automation.einvoice import export as einvoice
from automation.errors import Conflict
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.workflow.queues import require_room

Json = dict[str, Any]


@needs(GET="documents:read", POST="documents:write")
@extend_schema(
    methods=["GET"],
    operation_id="list_documents",
    parameters=[
        openapi.query("state", "Only documents in this state", enum=schemas.SUMMARY["properties"]["state"]["enum"]),
        schemas.ENTITY,
        openapi.CURSOR,
        openapi.LIMIT,
    ],
    responses=openapi.answers({200: schemas.DOCUMENTS}, 422),
)
@extend_schema(
    methods=["POST"],
    operation_id="hand_in_document",
    parameters=[openapi.KEY, schemas.ENTITY],
    request=schemas.UPLOAD,
    responses=openapi.answers({200: schemas.HANDED_IN, 201: schemas.HANDED_IN}, 400, 413, 415, 422),
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser, parsing.BoundedJSONParser])
def documents(request: Request) -> Response:
    return _hand_in(request) if request.method == "POST" else _list(request)


def _list(request: Request) -> Response:
    given = {name: request.query_params.get(name, "") for name in ("state", "entity", "cursor", "limit")}
    found, following = queries.document_page(_token(request), **given)
    return Response({"items": [_summary(document) for document in found], "next_cursor": following})


def _hand_in(request: Request) -> Response:
    key, token = idempotency.key_of(request), _token(request)
    file = parsing.incoming(request, queries.entity_of(token, request.query_params.get("entity", "")))
    answer = idempotency.once(token, key, parsing.fingerprint(file), lambda: _accepted(file))
    response = answer.response()
    if answer.status < 400:
        response["Location"] = reverse("data-v1:document", args=[answer.body["id"]])
    return response


def _accepted(file: IncomingFile) -> idempotency.Answer:
    require_room(settings.WORKFLOW_BACKLOG)
    accepted = accept(file)
    body = {**_summary(accepted.document), "duplicate": accepted.duplicate}
    return idempotency.Answer(200 if accepted.duplicate else 201, body)


@needs(GET="documents:read")
@extend_schema(operation_id="get_document", responses=openapi.answers({200: schemas.DOCUMENT}, 404))
@api_view(["GET"])
def document(request: Request, document_id: uuid.UUID) -> Response:
    found = _found(request, document_id)
    _seen("document.viewed", request, found)
    body = {**_summary(found), **report(found)}
    etag = f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers={"ETag": etag})
    return Response(body, headers={"ETag": etag})


@needs(GET="documents:read")
@extend_schema(
    operation_id="list_document_events",
    parameters=[openapi.query("before", "next_before of the answer before"), openapi.LIMIT],
    responses=openapi.answers({200: schemas.EVENTS}, 404, 422),
)
@api_view(["GET"])
def events(request: Request, document_id: uuid.UUID) -> Response:
    before, limit = (request.query_params.get(name, "") for name in ("before", "limit"))
    found, following = queries.event_page(_found(request, document_id), before=before, limit=limit)
    return Response({"items": [_event(event) for event in found], "next_before": following})


@needs(GET="documents:read")
@extend_schema(operation_id="get_event_proof", responses=openapi.answers({200: schemas.PROOF}, 404, 409))
@api_view(["GET"])
def proof(request: Request, document_id: uuid.UUID, event_id: int) -> Response:
    """That the event is in the signed log: what `countersign-verify` checks."""
    found = _found(request, document_id)
    if not Event.objects.filter(pk=event_id, subject=f"document:{found.pk}").exists():
        raise NotFound(f"The document has no event {event_id}.")
    try:
        return Response(proofs.inclusion(event_id))
    except proofs.NotSealedError as error:
        raise Conflict(f"{error}: heads are signed every minute.", code="not_sealed") from error


@needs(GET="documents:read", PUT="documents:write")
@extend_schema(
    methods=["GET"], operation_id="list_document_parts", responses=openapi.answers({200: schemas.SPLIT}, 404)
)
@extend_schema(
    methods=["PUT"],
    operation_id="split_document",
    request={"application/json": schemas.PARTS},
    responses=openapi.answers({200: schemas.SPLIT}, 400, 404, 409, 413, 415, 422),
)
@api_view(["GET", "PUT"])
@parser_classes([JSONParser])
def parts(request: Request, document_id: uuid.UUID) -> Response:
    """The documents that a file is split into. PUT splits it so; one part with all pages makes it one again."""
    found = _found(request, document_id)
    if request.method == "PUT":
        _arrange(found, parsing.parts(request), f"service:{_token(request).name}")
    return Response({"items": [_summary(part) for part in arrange.parts_of(found)]})


def _arrange(found: Document, wanted: list[list[int]], actor: str) -> None:
    if found.parent_id is not None:
        raise Conflict("It is a part itself: split the file it is from.")
    if found.state not in (State.TO_VERIFY, State.TO_APPROVE, State.SPLIT):
        raise Conflict(f"It is {State(found.state).label.lower()}: only what waits for a person is split.")
    whole = [list(range(1, (found.page_count or 0) + 1))]
    now = [part.pages for part in arrange.parts_of(found)] or whole
    if wanted == whole != now:
        arrange.merge(found.pk, actor=actor)
    elif wanted != now:
        arrange.split(found.pk, wanted, actor=actor)


@needs(GET="documents:read")
@extend_schema(
    operation_id="get_document_content",
    responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **openapi.answers({}, 404)},
)
@api_view(["GET"])
def content(request: Request, document_id: uuid.UUID) -> HttpResponse:
    """The bytes as they were received."""
    found = _found(request, document_id)
    headers = {
        "Content-Disposition": content_disposition_header(True, found.filename) or "attachment",
        "ETag": f'"{found.sha256}"',
    }
    data = storage.load(found)
    _seen("document.downloaded", request, found)
    return HttpResponse(data, content_type=found.media_type, headers=headers)


@needs(GET="documents:read")
@extend_schema(
    operation_id="export_invoice",
    parameters=[openapi.path("form", "What to write", enum=sorted(einvoice.FORMATS))],
    responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **openapi.answers({}, 404, 409, 422)},
)
@api_view(["GET"])
def export(request: Request, document_id: uuid.UUID, form: str) -> HttpResponse:
    """An approved invoice as UBL 2.1, CII or Factur-X."""
    found = _found(request, document_id)
    if form not in einvoice.FORMATS:
        raise NotFound(f"There is no form {form}; there are {', '.join(einvoice.FORMATS)}.")
    written = einvoice.export(found, form)
    _seen("document.exported", request, found, {"form": form})
    headers = {"Content-Disposition": content_disposition_header(True, written.filename) or "attachment"}
    return HttpResponse(written.data, content_type=written.media_type, headers=headers)


def _token(request: Request) -> ServiceToken:
    return cast(ServiceToken, request.auth)


def _seen(action: str, request: Request, document: Document, after: Json | None = None) -> None:
    actor = f"service:{_token(request).name}"
    record_read(action, actor=actor, subject=f"document:{document.pk}", after=after)


def _found(request: Request, document_id: uuid.UUID) -> Document:
    found = queries.document_of(_token(request), document_id)
    if found is None:
        raise NotFound(f"The token's entities have no document {document_id}.")
    return found


def _summary(document: Document) -> Json:
    return {
        "id": str(document.pk),
        "entity": document.entity.name,
        "filename": document.filename,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256,
        "page_count": document.page_count,
        "received_at": document.received_at.isoformat(),
        "parent": str(document.parent_id) if document.parent_id else None,
        "pages": document.pages,
        "attached_to": str(document.attached_to_id) if document.attached_to_id else None,
        "state": document.state,
        "problem": document.problem,
        "version": document.version,
    }


def _event(event: Event) -> Json:
    return {
        "id": event.pk,
        "at": event.at.isoformat(),
        "action": event.action,
        "actor": event.actor,
        "before": event.before,
        "after": event.after,
        "because": event.because,
    }
