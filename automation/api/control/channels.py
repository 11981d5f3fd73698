"""The control API: the channels that files come in by. A secret is written and never read."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.exceptions import NotFound
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from automation.api import idempotency, openapi
from automation.api.authentication import needs
from automation.api.data.queries import entity_of
from automation.api.models import ServiceToken
from automation.api.openapi import FLAG, ID, INTEGER, TEXT, TIME, array, nullable, record
from automation.errors import Invalid
from automation.ingestion.channels import KINDS
from automation.ingestion.configure import change_channel, create_channel, fetch_soon, remove_channel
from automation.ingestion.models import Channel

Json = dict[str, Any]
SETTINGS: Json = {"type": "object", "additionalProperties": True, "description": "Those of the kind: docs/channels.md"}
SECRET: Json = {"type": "string", "description": "Written only; or env:CHANNEL_SECRET_NAME"}
CHANNEL = record(
    {
        "id": ID,
        "entity": TEXT,
        "name": TEXT,
        "kind": {"type": "string", "enum": list(KINDS)},
        "settings": SETTINGS,
        "has_secret": FLAG,
        "enabled": FLAG,
        "version": INTEGER,
        "worked_at": nullable(TIME),
        "failures": INTEGER,
        "error": nullable(record({"code": TEXT, "message": TEXT, "at": TEXT})),
        "waiting": nullable(INTEGER),
        "dead_letters": nullable(INTEGER),
    }
)
NEW = record(
    {
        "entity": {"type": "string", "description": "Name or id; needed where the token has several"},
        "name": TEXT,
        "kind": {"type": "string", "enum": list(KINDS)},
        "settings": SETTINGS,
        "secret": SECRET,
        "enabled": FLAG,
    },
    optional=("entity", "secret", "enabled"),
)
CHANGE = record(
    {"name": TEXT, "settings": SETTINGS, "secret": SECRET, "enabled": FLAG},
    optional=("name", "settings", "secret", "enabled"),
)
IF_MATCH = OpenApiParameter(
    "If-Match", {"type": "string"}, OpenApiParameter.HEADER, required=True, description="The ETag of the last answer"
)
TYPES: dict[str, type] = {"entity": str, "name": str, "kind": str, "settings": dict, "secret": str, "enabled": bool}


@needs(GET="channels:read", POST="channels:write")
@extend_schema(
    methods=["GET"],
    operation_id="list_channels",
    responses=openapi.answers({200: record({"items": array(CHANNEL)})}),
)
@extend_schema(
    methods=["POST"],
    operation_id="create_channel",
    parameters=[openapi.KEY],
    request={"application/json": NEW},
    responses=openapi.answers({201: CHANNEL}, 400, 413, 415, 422),
)
@api_view(["GET", "POST"])
@parser_classes([JSONParser])
def channels(request: Request) -> Response:
    if request.method == "GET":
        return Response({"items": [_body(one) for one in _visible(request).order_by("name")]})
    given = _given(request.data, needed=("name", "kind", "settings"))
    entity = entity_of(_token(request), given.pop("entity", ""))

    def create() -> idempotency.Answer:
        made = create_channel(entity, **given, within=_token(request).entities.all(), actor=_actor(request))
        return idempotency.Answer(201, _body(made))

    return _once(request, [str(entity.pk), given], create)


@needs(GET="channels:read", PATCH="channels:write", DELETE="channels:write")
@extend_schema(methods=["GET"], operation_id="get_channel", responses=openapi.answers({200: CHANNEL}, 404))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_channel",
    parameters=[IF_MATCH],
    request={"application/json": CHANGE},
    responses=openapi.answers({200: CHANNEL}, 400, 404, 409, 413, 415, 422),
)
@extend_schema(
    methods=["DELETE"],
    operation_id="remove_channel",
    responses={204: None, **openapi.answers({}, 404, 409)},
)
@api_view(["GET", "PATCH", "DELETE"])
@parser_classes([JSONParser])
def channel(request: Request, channel_id: uuid.UUID) -> Response:
    found = _found(request, channel_id)
    if request.method == "DELETE":
        remove_channel(found.pk, actor=_actor(request))
        return Response(status=204)
    if request.method == "PATCH":
        given = _given(request.data, allowed=("name", "settings", "secret", "enabled"))
        version, within = _version(request), _token(request).entities.all()
        found = change_channel(found.pk, expected_version=version, **given, within=within, actor=_actor(request))
    return Response(_body(found), headers={"ETag": f'"{found.version}"'})


@needs(POST="channels:write")
@extend_schema(
    operation_id="fetch_channel",
    parameters=[openapi.KEY],
    request=None,
    responses=openapi.answers({200: CHANNEL}, 400, 404, 409, 415, 422),
)
@api_view(["POST"])
@parser_classes([JSONParser])
def fetch(request: Request, channel_id: uuid.UUID) -> Response:
    """Have the channel looked at now."""
    found = _found(request, channel_id)

    def soon() -> idempotency.Answer:
        fetch_soon(found.pk, actor=_actor(request))
        return idempotency.Answer(200, _body(_found(request, channel_id)))

    return _once(request, [str(found.pk), "fetch"], soon)


def _once(request: Request, asked: object, work: Callable[[], idempotency.Answer]) -> Response:
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return idempotency.once_with(_token(request), idempotency.key_of(request), digest, work).response()


def _given(body: object, *, allowed: tuple[str, ...] = tuple(TYPES), needed: tuple[str, ...] = ()) -> Json:
    """Raises Invalid, naming what is missing, unknown or of another type."""
    if not isinstance(body, dict):
        raise Invalid("Send a JSON object.")
    if missing := [name for name in needed if name not in body]:
        raise Invalid(f"Give {', '.join(missing)}.")
    for name, value in body.items():
        if name not in allowed or type(value) is not TYPES[name] or "\\u0000" in json.dumps(value):
            raise Invalid(f"There are {', '.join(allowed)}; each must be of the type that the OpenAPI document says.")
    return dict(body)


def _version(request: Request) -> int:
    match = re.fullmatch(r'"(\d{1,9})"', request.headers.get("If-Match", ""))
    if match is None:
        raise Invalid("Send If-Match with the ETag of the channel as you saw it last.", code="if_match_missing")
    return int(match[1])


def _token(request: Request) -> ServiceToken:
    return cast(ServiceToken, request.auth)


def _actor(request: Request) -> str:
    return f"service:{_token(request).name}"


def _visible(request: Request) -> Any:
    return Channel.objects.filter(entity__in=_token(request).entities.all()).select_related("entity")


def _found(request: Request, channel_id: uuid.UUID) -> Channel:
    found: Channel | None = _visible(request).filter(pk=channel_id).first()
    if found is None:
        raise NotFound(f"The token's entities have no channel {channel_id}.")
    return found


def _body(found: Channel) -> Json:
    return {
        "id": str(found.pk),
        "entity": found.entity.name,
        "name": found.name,
        "kind": found.kind,
        "settings": found.settings,
        "has_secret": bool(found.secret),
        "enabled": found.enabled,
        "version": found.version,
        "worked_at": found.worked_at.isoformat() if found.worked_at else None,
        "failures": found.failures,
        "error": found.error,
        "waiting": found.waiting,
        "dead_letters": found.dead_letters,
    }
