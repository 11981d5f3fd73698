"""What the OpenAPI documents of all APIs share: schemas, parameters, answers."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from automation.api.problems import MEDIA_TYPE

Schema = dict[str, Any]


def record(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """An object that has these properties, all of them but the optional ones always."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def nullable(schema: Schema) -> Schema:
    return {**schema, "nullable": True}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
ID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time"}
PROBLEM = record({"type": TEXT, "title": TEXT, "status": INTEGER, "code": TEXT, "detail": TEXT})


def answers(good: dict[int, Schema], *problems: int) -> dict[Any, Schema]:
    """Responses of an operation: JSON for the good ones, problem details for the others."""
    always = (401, 403, 406, 429)
    return {
        **{(status, "application/json"): schema for status, schema in good.items()},
        **{(status, MEDIA_TYPE): PROBLEM for status in sorted({*always, *problems})},
    }


def query(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY, description=description, **more)


def path(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=description, **more)


CURSOR = query("cursor", "next_cursor of the answer before")
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A value of your own for each new request; repeating it repeats the answer",
)
