"""The invoice as the books know it, derived from a document's current values. Never edited by hand: derived again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from automation.documents.models import Document, FieldValue
from automation.documents.values import current_values
from automation.ledger.models import Invoice, InvoiceLine
from automation.ledger.suppliers import find_supplier, normal_id
from inference.fields import DOCUMENT_TYPES, FORM, LINE_CELLS, Kind, from_text
from inference.types import Value

_DERIVED = [field.name for field in Invoice._meta.fields if field.name not in ("id", "document")]


def project(document: Document, values: Mapping[str, FieldValue] | None = None) -> Invoice:
    """Derive the invoice, its lines and its supplier again, inside the caller's transaction.

    `values`: the current values, where the caller has them. What is not understood or does not fit is left unknown.
    """
    values = current_values(document.pk) if values is None else values
    header = _Header({name: str(value.value) for name, value in values.items() if name in FORM})
    seller, number, currency = header.text("seller_name"), header.text("invoice_number"), header.text("currency")
    supplier = find_supplier(document.entity_id, vat_id=header.text("seller_vat_id"), name=seller)
    kind = header.text("document_type")
    invoice = Invoice(
        document=document,
        entity_id=document.entity_id,
        supplier=supplier,
        document_type=kind if kind in DOCUMENT_TYPES else "invoice",
        seller_name=seller,
        number=number,
        normal_number=normal_id(number),
        issue_date=header.date("issue_date"),
        due_date=header.date("due_date"),
        currency=currency if re.fullmatch("[A-Z]{3}", currency) else "",
        net_amount=header.amount("net_amount"),
        tax_amount=header.amount("tax_amount"),
        gross_amount=header.amount("gross_amount"),
        cost_centre=header.text("cost_centre").upper()[:40],
    )
    Invoice.objects.bulk_create([invoice], update_conflicts=True, unique_fields=["document"], update_fields=_DERIVED)
    rows = values["line_items"].value if "line_items" in values else []
    InvoiceLine.objects.filter(invoice=invoice).delete()
    InvoiceLine.objects.bulk_create(_lines(invoice, rows))
    return invoice


@dataclass(frozen=True, slots=True)
class _Header:
    texts: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def date(self, name: str) -> date | None:
        value = _typed("date", self.text(name))
        return value if isinstance(value, date) else None

    def amount(self, name: str) -> Decimal | None:
        return _amount("money", self.text(name), digits=18, places=4)


def _lines(invoice: Invoice, rows: list[dict[str, Any]]) -> Iterator[InvoiceLine]:
    for position, row in enumerate(rows, 1):
        cells = {name: str(cell["value"]) for name, cell in row.items() if name in LINE_CELLS}

        def number(name: str, digits: int, places: int, cells: Mapping[str, str] = cells) -> Decimal | None:
            return _amount(LINE_CELLS[name], cells.get(name, ""), digits=digits, places=places)

        yield InvoiceLine(
            invoice=invoice,
            position=position,
            description=cells.get("description", ""),
            product_code=cells.get("product_code", ""),
            quantity=number("quantity", 18, 6),
            unit=cells.get("unit", ""),
            unit_price=number("unit_price", 18, 6),
            tax_rate=number("tax_rate", 7, 4),
            net_amount=number("net_amount", 18, 4),
        )


def _typed(kind: Kind, text: str) -> Value | None:
    try:
        return from_text(kind, text)
    except ValueError:
        return None


def _amount(kind: Kind, text: str, *, digits: int, places: int) -> Decimal | None:
    """The amount for a column of `digits` digits, `places` after the point; None where it is none or too long."""
    value = _typed(kind, text)
    if not isinstance(value, Decimal) or value.adjusted() >= digits - places:
        return None
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
