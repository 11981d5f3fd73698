"""The JSON of requests and answers, as OpenAPI schemas."""

from automation.api.openapi import ID, NUMBER, TEXT, TIME, Schema, array, nullable, query, record
from automation.documents.models import State
from inference.fields import FORM

BOX = {
    "type": "array",
    "items": NUMBER,
    "minItems": 4,
    "maxItems": 4,
    "description": "x0, y0, x1, y1 of the page, 0..1",
}
CELL = record(
    {
        "value": {"type": "string", "description": "ISO dates, amounts with a point and no grouping"},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "page": nullable({"type": "integer"}),
        "box": nullable(BOX),
        "reader": TEXT,
        "raw": TEXT,
    }
)
FIELD = record(
    {
        **CELL["properties"],
        "alternatives": {"type": "array", "items": {"type": "object"}},
        "reasons": array(TEXT),
    }
)
ROWS = {"type": "array", "items": {"type": "object", "additionalProperties": CELL}}
FINDING = record(
    {
        "code": TEXT,
        "severity": {"type": "string", "enum": ["info", "warning", "blocks"]},
        "message": TEXT,
        "fields": array(TEXT),
        "evidence": {"type": "object"},
    }
)
DECISION = record(
    {
        "route": {"type": "string", "enum": ["verify", "approve"]},
        "reasons": array(TEXT),
        "policy_version": {"type": "integer"},
    }
)
TROUBLE = nullable(record({"code": TEXT, "message": TEXT}))
_SUMMARY: Schema = {
    "id": ID,
    "entity": TEXT,
    "filename": TEXT,
    "media_type": TEXT,
    "size": {"type": "integer"},
    "sha256": TEXT,
    "page_count": nullable({"type": "integer"}),
    "received_at": TIME,
    "parent": nullable({**ID, "description": "The file that it is a part of"}),
    "pages": nullable({**array({"type": "integer"}), "description": "Of the parent's file; null for a whole file"}),
    "attached_to": nullable({**ID, "description": "The document that it only belongs to"}),
    "state": {"type": "string", "enum": list(State.values)},
    "problem": TROUBLE,
    "version": {"type": "integer"},
}
SUMMARY = record(_SUMMARY)
HANDED_IN = record({**_SUMMARY, "duplicate": {"type": "boolean", "description": "These bytes were already here"}})
DOCUMENT = record(
    {
        **_SUMMARY,
        "fields": {"type": "object", "properties": dict.fromkeys(FORM, FIELD), "additionalProperties": False},
        "line_items": ROWS,
        "tax_lines": ROWS,
        "findings": array(FINDING),
        "decision": nullable(DECISION),
    }
)
PARTS = record({"parts": {"type": "array", "items": array({"type": "integer", "minimum": 1}), "minItems": 1}})
SPLIT = record({"items": array(SUMMARY)})
EVENT = record(
    {"id": {"type": "integer"}, "at": TIME, "action": TEXT, "actor": TEXT, "before": {}, "after": {}, "because": {}}
)
PROOF = record({"entry": TEXT, "proof": {**TEXT, "description": "A c2sp.org/tlog-proof: docs/audit.md"}})
DOCUMENTS = record({"items": array(SUMMARY), "next_cursor": nullable(TEXT)})
EVENTS = record({"items": array(EVENT), "next_before": nullable(TEXT)})
UPLOAD = {
    "multipart/form-data": record({"file": {"type": "string", "format": "binary"}}),
    "application/json": {
        "oneOf": [
            record({"filename": TEXT, "content": {"type": "string", "format": "byte"}}),
            record({"url": {"type": "string", "format": "uri"}, "filename": TEXT}, optional=("filename",)),
        ]
    },
}
ENTITY = query("entity", "Name or id of the legal entity; needed where the token has several")
