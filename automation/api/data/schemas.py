"""The JSON of requests and answers, as OpenAPI schemas."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from automation.api.problems import MEDIA_TYPE
from automation.documents.models import State
from inference.fields import FIELDS

Schema = dict[str, Any]


def _object(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _nullable(schema: Schema) -> Schema:
    return {**schema, "nullable": True}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
ID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time"}
BOX = {
    "type": "array",
    "items": NUMBER,
    "minItems": 4,
    "maxItems": 4,
    "description": "x0, y0, x1, y1 of the page, 0..1",
}
CELL = _object(
    {
        "value": {"type": "string", "description": "ISO dates, amounts with a point and no grouping"},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "page": _nullable({"type": "integer"}),
        "box": _nullable(BOX),
        "reader": TEXT,
        "raw": TEXT,
    }
)
FIELD = _object(
    {
        **CELL["properties"],
        "alternatives": {"type": "array", "items": {"type": "object"}},
        "reasons": {"type": "array", "items": TEXT},
    }
)
ROWS = {"type": "array", "items": {"type": "object", "additionalProperties": CELL}}
FINDING = _object(
    {
        "code": TEXT,
        "severity": {"type": "string", "enum": ["info", "warning", "blocks"]},
        "message": TEXT,
        "fields": {"type": "array", "items": TEXT},
        "evidence": {"type": "object"},
    }
)
DECISION = _object(
    {
        "route": {"type": "string", "enum": ["verify", "approve"]},
        "reasons": {"type": "array", "items": TEXT},
        "policy_version": {"type": "integer"},
    }
)
TROUBLE = _nullable(_object({"code": TEXT, "message": TEXT}))
_SUMMARY: Schema = {
    "id": ID,
    "entity": TEXT,
    "filename": TEXT,
    "media_type": TEXT,
    "size": {"type": "integer"},
    "sha256": TEXT,
    "page_count": _nullable({"type": "integer"}),
    "received_at": TIME,
    "state": {"type": "string", "enum": list(State.values)},
    "problem": TROUBLE,
    "version": {"type": "integer"},
}
SUMMARY = _object(_SUMMARY)
HANDED_IN = _object({**_SUMMARY, "duplicate": {"type": "boolean", "description": "These bytes were already here"}})
DOCUMENT = _object(
    {
        **_SUMMARY,
        "fields": {"type": "object", "properties": dict.fromkeys(FIELDS, FIELD), "additionalProperties": False},
        "line_items": ROWS,
        "tax_lines": ROWS,
        "findings": {"type": "array", "items": FINDING},
        "decision": _nullable(DECISION),
    }
)
EVENT = _object(
    {"id": {"type": "integer"}, "at": TIME, "action": TEXT, "actor": TEXT, "before": {}, "after": {}, "because": {}}
)
DOCUMENTS = _object({"items": {"type": "array", "items": SUMMARY}, "next_cursor": _nullable(TEXT)})
EVENTS = _object({"items": {"type": "array", "items": EVENT}, "next_before": _nullable(TEXT)})
PROBLEM = _object({"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT, "detail": TEXT})
UPLOAD = {
    "multipart/form-data": _object({"file": {"type": "string", "format": "binary"}}),
    "application/json": _object({"filename": TEXT, "content": {"type": "string", "format": "byte"}}),
}


def answers(good: dict[int, Schema], *problems: int) -> dict[Any, Schema]:
    """Responses of an operation: JSON for the good ones, problem details for the others."""
    always = (401, 403, 406, 429)
    return {
        **{(status, "application/json"): schema for status, schema in good.items()},
        **{(status, MEDIA_TYPE): PROBLEM for status in sorted({*always, *problems})},
    }


def query(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=description, **more)


ENTITY = query("entity", "Name or id of the legal entity; needed where the token has several")
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A value of your own for each new file; repeating it repeats the answer",
)
