"""Documents as the reading steps would have left them, without a file: rows are written directly."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from automation.documents.models import Document, Extraction, FieldValue, Page, Reading, State
from automation.ledger.models import LegalEntity
from automation.ledger.project import project

TODAY = timezone.now().date()
BOX = [0.1, 0.1, 0.3, 0.12]

CLEAN: Mapping[str, str] = {
    "document_type": "invoice",
    "invoice_number": "RE-2026-0117",
    "issue_date": (TODAY - timedelta(days=10)).isoformat(),
    "due_date": (TODAY + timedelta(days=20)).isoformat(),
    "currency": "EUR",
    "net_amount": "100.00",
    "tax_amount": "19.00",
    "gross_amount": "119.00",
    "amount_due": "119.00",
    "seller_name": "Nordwind Bürobedarf GmbH",
    "seller_address": "Hafenstraße 12, 20457 Hamburg",
    "seller_vat_id": "DE129273398",
    "seller_iban": "DE89370400440532013000",
    "buyer_name": "Example Trading GmbH",
    "buyer_address": "Lindenallee 3, 10115 Berlin",
    "buyer_vat_id": "DE136695976",
}
"""A German invoice without a fault, addressed to conftest's `entity`."""

CLEAN_LINES: Sequence[Mapping[str, str]] = (
    {
        "position": "1",
        "description": "Copy paper A4",
        "quantity": "20",
        "unit": "pcs",
        "unit_price": "5.00",
        "tax_rate": "19",
        "net_amount": "100.00",
    },
)
CLEAN_TAX: Sequence[Mapping[str, str]] = ({"rate": "19", "net": "100.00", "tax": "19.00", "category": "S"},)


def make_document(
    entity: LegalEntity,
    values: Mapping[str, str] = CLEAN,
    *,
    lines: Sequence[Mapping[str, str]] = CLEAN_LINES,
    tax_lines: Sequence[Mapping[str, str]] = CLEAN_TAX,
    confidence: float | Mapping[str, float] = 0.99,
    state: State = State.RECEIVED,
    pages: int = 1,
    pages_without_text: Sequence[int] = (),
    cause: str = "",
    filename: str = "invoice.pdf",
    division: Mapping[str, object] | None = None,
) -> Document:
    """A document in `state` with one reading, one extraction and its projected invoice. `confidence`: one for all
    fields, or by name (0.99 where a name is missing)."""
    stopped = state in (State.REJECTED, State.FAILED, State.QUARANTINED)
    sha256 = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
    document = Document.objects.create(
        entity=entity,
        filename=filename,
        media_type="application/pdf",
        size=1000,
        sha256=sha256,
        wrapped_key=b"no bytes are stored",
        storage_name=sha256,
        channel="test",
        page_count=pages,
        division=division,
        state=state,
        problem={"code": "test", "message": "Made so by a test."} if stopped else None,
    )
    reading = Reading.objects.create(document=document, reader="text layer", needs_ocr=bool(pages_without_text))
    for number in range(1, pages + 1):
        blank = number in pages_without_text
        words = [] if blank else [["Invoice", 0.1, 0.1, 0.2, 0.12, 1.0]]
        size = {"width": 595, "height": 842}
        Page.objects.create(
            reading=reading, number=number, **size, reader="text layer", needs_ocr=blank, words=words, cause=cause
        )
    extraction = Extraction.objects.create(document=document, reading=reading, reader="rules", digest="0" * 64)
    for name, text in values.items():
        sure = confidence if isinstance(confidence, float) else confidence.get(name, 0.99)
        add_value(document, name, text, extraction=extraction, confidence=sure)
    for name, rows in (("line_items", lines), ("tax_lines", tax_lines)):
        if rows:
            add_value(document, name, [_cells(row) for row in rows], extraction=extraction)
    project(document)
    return document


def add_value(
    document: Document, name: str, value: object, *, extraction: Extraction | None = None, confidence: float = 0.99
) -> FieldValue:
    """A newer value of one field, by the same extraction unless another is given. The invoice is not projected anew."""
    return FieldValue.objects.create(
        document=document,
        extraction=extraction or document.extractions.latest("created_at"),
        name=name,
        raw=value if isinstance(value, str) else "",
        value=value,
        confidence=confidence,
        reader="rules",
        page=1,
        box=BOX,
    )


def _cells(row: Mapping[str, str]) -> dict[str, dict[str, object]]:
    return {
        cell: {"value": text, "confidence": 0.99, "page": 1, "box": BOX, "raw": text, "reader": "rules"}
        for cell, text in row.items()
    }
