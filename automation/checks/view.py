"""From stored rows to the view that rules see: six queries, whatever the document's size."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from django.db.models import Q
from django.utils import timezone
from stdnum import iban

from automation.checks.base import Buyer, Cells, EInvoiceFacts, InvoiceView, OtherInvoice
from automation.checks.rules.duplicates import NEAR_DAYS
from automation.documents.models import Document, FieldValue, State
from automation.documents.values import current_values, page_marks
from automation.einvoice.models import ElectronicInvoice
from automation.ledger.models import BankAccount, Invoice
from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, Kind, from_text
from inference.types import Value

MOST_OTHERS = 20
_DECEIVING = ("text_disagrees", "text_unseen")
HEADER_KINDS: Mapping[str, Kind] = MappingProxyType({name: field.kind for name, field in FIELDS.items()})


def view_of(document: Document) -> InvoiceView:
    """The document's current values and the facts around them, as of now."""
    stored = current_values(document.pk)
    header, malformed = _typed(_texts(stored.values()), HEADER_KINDS)
    lines = [_typed(row, LINE_CELLS) for row in _rows(stored.get("line_items"))]
    tax_lines = [_typed(row, TAX_CELLS) for row in _rows(stored.get("tax_lines"))]
    for table, rows in (("line_items", lines), ("tax_lines", tax_lines)):
        for number, (_, wrong) in enumerate(rows, start=1):
            malformed |= {f"{table}.{number}.{cell}": text for cell, text in wrong.items()}
    pages = page_marks(document.pk)
    invoice = Invoice.objects.filter(document=document).first()
    entity = document.entity
    return InvoiceView(
        document=document.pk,
        today=timezone.now().date(),
        buyer=Buyer(entity.name, entity.country, entity.vat_id, entity.currency),
        values=header,
        lines=tuple(cells for cells, _ in lines),
        tax_lines=tuple(cells for cells, _ in tax_lines),
        malformed=malformed,
        pages_without_text=tuple(page.number for page in pages if page.needs_ocr),
        pages_deceiving=tuple(page.number for page in pages if page.cause in _DECEIVING),
        doubtful_breaks=tuple((document.division or {}).get("doubts", ())),
        supplier=invoice.supplier_id if invoice else None,
        normal_number=invoice.normal_number if invoice else "",
        others=_others(invoice) if invoice else (),
        known_ibans=_known_ibans(invoice) if invoice else None,
        einvoice=_einvoice(document, stored.values()),
    )


def _einvoice(document: Document, stored: Iterable[FieldValue]) -> EInvoiceFacts | None:
    found = ElectronicInvoice.objects.filter(document=document).order_by("-id").first()
    if found is None:
        return None
    return EInvoiceFacts(
        problems=tuple(found.problems),
        differences=tuple(found.differences),
        missing=tuple(found.missing),
        unread=tuple(found.unread),
        decided=frozenset(value.name for value in stored if value.entered_by_id is not None),
    )


def _texts(values: Iterable[FieldValue]) -> dict[str, str]:
    """Header names to canonical texts. An empty text is a person's "not on the document"."""
    return {value.name: value.value for value in values if value.name in FIELDS and value.value}


def _rows(table: FieldValue | None) -> list[dict[str, str]]:
    rows = table.value if table else []
    return [{name: cell["value"] for name, cell in row.items() if cell["value"]} for row in rows]


def _typed(texts: Mapping[str, str], kinds: Mapping[str, Kind]) -> tuple[Cells, dict[str, str]]:
    """Typed values by name, and the texts that are no value of their kind."""
    typed: dict[str, Value] = {}
    malformed: dict[str, str] = {}
    for name, text in texts.items():
        try:
            typed[name] = from_text(kinds.get(name, "text"), text)
        except ValueError:
            malformed[name] = text
    return typed, malformed


def _others(invoice: Invoice) -> tuple[OtherInvoice, ...]:
    """Documents of the entity with the same number, or with the same total at about the same date."""
    same = Q(normal_number=invoice.normal_number) if invoice.normal_number else Q(pk=None)
    if invoice.gross_amount is not None and invoice.issue_date is not None:
        days = timedelta(days=NEAR_DAYS)
        near = (invoice.issue_date - days, invoice.issue_date + days)
        same |= Q(gross_amount=invoice.gross_amount, issue_date__range=near)
    found = (
        Invoice.objects.filter(same, entity_id=invoice.entity_id)
        .exclude(document_id=invoice.document_id)
        .exclude(document__state__in=(State.REJECTED, State.QUARANTINED, State.SPLIT, State.ATTACHED))
        .select_related("document")
        .order_by("document_id")[:MOST_OTHERS]
    )
    return tuple(
        OtherInvoice(
            document=other.document_id,
            filename=other.document.filename,
            state=other.document.state,
            document_type=other.document_type,
            supplier=other.supplier_id,
            seller_name=other.seller_name,
            number=other.number,
            normal_number=other.normal_number,
            issue_date=other.issue_date,
            currency=other.currency,
            gross_amount=other.gross_amount,
        )
        for other in found
    )


def _known_ibans(invoice: Invoice) -> frozenset[str] | None:
    if invoice.supplier_id is None:
        return None
    accounts = BankAccount.objects.filter(supplier_id=invoice.supplier_id).values_list("iban", flat=True)
    return frozenset(iban.compact(account) for account in accounts) or None
