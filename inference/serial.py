"""Readings and extractions as JSON-ready dicts, and back without loss.

Shapes: reading {"pages": [page]};
page {"number", "width", "height", "reader", "needs_ocr", "digest", "cause", "pictures": [[4]],
"words": [[text, x0, y0, x1, y1, confidence]]};
field {"name", "raw", "value": canonical text, "confidence", "page", "box": [4] or null, "reader",
"alternatives": [{"raw", "value", "confidence", "page", "box"}], "reasons"}; row {cell: field}.
"""

from collections.abc import Mapping
from typing import Any

from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, Kind, from_text, to_text
from inference.types import Alternative, Box, Extraction, FieldPrediction, Page, Reading, Row, Word

Json = dict[str, Any]

_HEADER_KINDS: Mapping[str, Kind] = {name: field.kind for name, field in FIELDS.items()}


def reading_to_json(reading: Reading) -> Json:
    return {"pages": [_page_to_json(page) for page in reading.pages]}


def reading_from_json(data: Json) -> Reading:
    """Raises KeyError, TypeError or ValueError where the shape is wrong."""
    return Reading(tuple(_page_from_json(page) for page in data["pages"]))


def extraction_to_json(extraction: Extraction) -> Json:
    return {
        "reader": extraction.reader,
        "digest": extraction.digest,
        "fields": _row_to_json(extraction.fields),
        "line_items": [_row_to_json(row) for row in extraction.line_items],
        "tax_lines": [_row_to_json(row) for row in extraction.tax_lines],
        "timings_ms": dict(extraction.timings_ms),
    }


def extraction_from_json(data: Json) -> Extraction:
    """Raises KeyError, TypeError or ValueError where the shape or a value is wrong."""
    return Extraction(
        reader=data["reader"],
        digest=data["digest"],
        fields=_row_from_json(data["fields"], _HEADER_KINDS),
        line_items=tuple(_row_from_json(row, LINE_CELLS) for row in data["line_items"]),
        tax_lines=tuple(_row_from_json(row, TAX_CELLS) for row in data["tax_lines"]),
        timings_ms=data["timings_ms"],
    )


def _page_to_json(page: Page) -> Json:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "reader": page.reader,
        "needs_ocr": page.needs_ocr,
        "digest": page.digest,
        "cause": page.cause,
        "pictures": [list(box) for box in page.pictures],
        "words": [[word.text, *word.box, word.confidence] for word in page.words],
    }


def _page_from_json(data: Json) -> Page:
    return Page(
        number=data["number"],
        width=data["width"],
        height=data["height"],
        words=tuple(Word(text, Box(x0, y0, x1, y1), confidence) for text, x0, y0, x1, y1, confidence in data["words"]),
        reader=data["reader"],
        needs_ocr=data["needs_ocr"],
        digest=data["digest"],
        cause=data["cause"],
        pictures=tuple(Box(*edges) for edges in data["pictures"]),
    )


def _row_to_json(row: Row) -> Json:
    return {cell: field_to_json(prediction) for cell, prediction in row.items()}


def _row_from_json(data: Json, kinds: Mapping[str, Kind]) -> dict[str, FieldPrediction]:
    return {cell: field_from_json(prediction, kinds[cell]) for cell, prediction in data.items()}


def field_to_json(prediction: FieldPrediction) -> Json:
    return {
        "name": prediction.name,
        "raw": prediction.raw,
        "value": to_text(prediction.value),
        "confidence": prediction.confidence,
        "page": prediction.page,
        "box": None if prediction.box is None else list(prediction.box),
        "reader": prediction.reader,
        "alternatives": [_alternative_to_json(alternative) for alternative in prediction.alternatives],
        "reasons": list(prediction.reasons),
    }


def field_from_json(data: Json, kind: Kind) -> FieldPrediction:
    return FieldPrediction(
        name=data["name"],
        raw=data["raw"],
        value=from_text(kind, data["value"]),
        confidence=data["confidence"],
        reader=data["reader"],
        page=data["page"],
        box=None if data["box"] is None else Box(*data["box"]),
        alternatives=tuple(_alternative_from_json(alternative, kind) for alternative in data["alternatives"]),
        reasons=tuple(data["reasons"]),
    )


def _alternative_to_json(alternative: Alternative) -> Json:
    return {
        "raw": alternative.raw,
        "value": to_text(alternative.value),
        "confidence": alternative.confidence,
        "page": alternative.page,
        "box": list(alternative.box),
    }


def _alternative_from_json(data: Json, kind: Kind) -> Alternative:
    return Alternative(
        raw=data["raw"],
        value=from_text(kind, data["value"]),
        confidence=data["confidence"],
        page=data["page"],
        box=Box(*data["box"]),
    )
