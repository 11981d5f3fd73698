"""Everything known of a document as JSON: what the command line prints and the API answers."""

import uuid
from typing import Any

from automation.checks.models import CheckRound, Finding
from automation.documents.models import Document, FieldValue
from automation.documents.values import TABLES, current_values
from automation.policy.models import TriageDecision
from inference.fields import FORM

Json = dict[str, Any]

NOTHING: Json = {
    "state": None,
    "problem": None,
    "fields": {},
    **{name: [] for name in TABLES},
    "findings": [],
    "decision": None,
}
"""The report on a file that became no document."""


def report(document: Document) -> Json:
    """Keys: state, problem, fields {name: field}, line_items and tax_lines [{cell: field}], findings, decision.

    A field is {"value": canonical text, "confidence", "page", "box", "reader", "raw", "alternatives", "reasons"}.
    """
    values = current_values(document.pk)
    return {
        "state": document.state,
        "problem": document.problem,
        "fields": {name: _field(values[name]) for name in FORM if name in values and values[name].value != ""},
        **{name: values[name].value if name in values else [] for name in TABLES},
        "findings": _findings(document.pk),
        "decision": _decision(document.pk),
    }


def _field(value: FieldValue) -> Json:
    return {
        "value": value.value,
        "confidence": round(value.confidence, 4),
        "page": value.page,
        "box": value.box,
        "reader": value.reader,
        "raw": value.raw,
        "alternatives": value.alternatives,
        "reasons": value.reasons,
    }


def _findings(document_id: uuid.UUID) -> list[Json]:
    newest = CheckRound.objects.filter(document_id=document_id).order_by("-id").values("id")[:1]
    found = Finding.objects.filter(round=newest).order_by("id")
    return [dict(row) for row in found.values("code", "severity", "message", "fields", "evidence")]


def _decision(document_id: uuid.UUID) -> Json | None:
    found = TriageDecision.objects.filter(document_id=document_id).select_related("policy").order_by("-id").first()
    if found is None:
        return None
    return {"route": found.route, "reasons": found.reasons, "policy_version": found.policy.version}
