"""The fields of a document as the screen shows them: in the reader's notation, with how sure each is and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale
from django.contrib.auth.models import User

from automation.documents.models import FieldValue
from inference.fields import DOCUMENT_TYPES, FORM, LINE_CELLS, TAX_CELLS, Field
from review.formatting import shown
from review.queries import DocumentView

GROUPS = {"numbers": "Numbers and dates", "parties": "Parties", "amounts": "Amounts", "payment": "Payment"}
ALWAYS = frozenset(
    {"invoice_number", "issue_date", "due_date", "seller_name", "currency", "net_amount", "tax_amount"}
) | {
    "gross_amount",
    "seller_vat_id",
    "seller_iban",
    "cost_centre",
}
LONG = frozenset({"seller_address", "buyer_address", "ship_to_address", "payment_terms"})
LOW = Decimal("0.5")
PERSON = "person"
DESCRIPTIVE = frozenset({"text", "name"})
NUMERIC = ("number", "money", "percent")
TABLES = {"line_items": LINE_CELLS, "tax_lines": TAX_CELLS}
USUAL = {
    "line_items": frozenset({"description", "quantity", "unit_price", "net_amount"}),
    "tax_lines": frozenset({"rate", "net", "tax"}),
}
COLUMNS = {
    "position": "Pos.",
    "description": "Description",
    "product_code": "Code",
    "quantity": "Qty",
    "unit": "Unit",
    "unit_price": "Price",
    "discount": "Discount",
    "tax_rate": "Tax %",
    "net_amount": "Net",
    "purchase_order": "Order",
    "rate": "Rate %",
    "net": "On",
    "tax": "Tax",
    "category": "Category",
    "base_quantity": "Price per",
    "charge": "Charge",
    "status": "Kind",
}


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a value is: a shape and a number, never colour alone."""

    level: str  # high, middle, low, person
    mark: str
    number: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Another reading to pick with one key."""

    key: int
    text: str
    box: str
    page: int | None


@dataclass(frozen=True, slots=True)
class ShownField:
    """One row of the panel. `text` is what the input holds; `doubtful` rows are those Enter visits."""

    field: Field
    text: str
    sureness: Sureness | None
    doubtful: bool
    reasons: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    page: int | None = None
    box: str = ""
    unit: str = ""
    was: str = ""
    options: tuple[tuple[str, str], ...] = ()
    long: bool = False
    blocked: bool = False
    remarks: tuple[tuple[str, str], ...] = ()  # who, what


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with its fields; `rest` are those that nobody found and few need."""

    key: str
    title: str
    fields: tuple[ShownField, ...]
    rest: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the lines or of the taxes."""

    name: str
    label: str
    numeric: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the text shown, the canonical text that goes back untouched, and "page x0 y0 x1 y1" of where it is."""

    column: Column
    text: str
    canonical: str
    doubtful: bool
    place: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table to edit; `doubtful`: Enter stops there, for the `reasons`."""

    name: str
    columns: list[Column]
    rows: list[list[Cell]]
    doubtful: bool
    reasons: tuple[str, ...]


def groups(view: DocumentView, locale: Locale) -> list[Group]:
    """All fields in their groups, as the reader writes them."""
    rows = [_row(field, view, locale) for field in FORM.values()]
    answer = []
    for key, title in GROUPS.items():
        own = [row for row in rows if row.field.group == key]
        seen = tuple(row for row in own if row.text or row.reasons or row.was or row.field.name in ALWAYS)
        answer.append(Group(key, title, seen, tuple(row for row in own if row not in seen)))
    return answer


def is_stop(view: DocumentView, name: str) -> bool:
    """Whether Enter stops there: an open doubt that a key field, a finding, or anything but a mere description has.

    An uncertain address or telephone number is shown as uncertain, but holds nobody up.
    """
    if name not in FORM:
        return name in TABLES and name in view.values and is_open(view, name)
    named = any(name in finding.fields for finding in view.findings if finding.severity != "info")
    weighs = named or name in view.policy.key_fields or FORM[name].kind not in DESCRIPTIVE
    return weighs and is_open(view, name)


def is_open(view: DocumentView, name: str) -> bool:
    """Whether the doubt about a field or table still wants a person: once one spoke, it is only shown."""
    return name in view.doubts and (name not in view.values or view.values[name].reader != PERSON)


def currency_of(view: DocumentView) -> str:
    return str(view.values["currency"].value) if "currency" in view.values else ""


def _row(field: Field, view: DocumentView, locale: Locale) -> ShownField:
    value = view.values.get(field.name)
    text = str(value.value) if value is not None else ""
    currency = currency_of(view)
    doubtful = is_stop(view, field.name)
    return ShownField(
        field=field,
        text=shown(field.kind, text, currency, locale),
        sureness=sureness(value, view.policy.minimum_confidence),
        doubtful=doubtful,
        reasons=_reasons(field.name, text, view),
        blocked=any(field.name in finding.fields and finding.severity == "blocks" for finding in view.findings),
        choices=_choices(field, value, text, currency, locale) if doubtful and value is not None else (),
        page=value.page if value is not None else None,
        box=box_text(value.box) if value is not None else "",
        unit=currency if field.kind == "money" else "",
        was=_was(field, view, currency, locale),
        options=_options(field),
        long=field.name in LONG or len(text) > 48,
        remarks=tuple((name_of(one.by), one.text) for one in reversed(view.comments) if one.field == field.name),
    )


def name_of(person: User) -> str:
    return person.get_full_name() or person.username


def _reasons(name: str, text: str, view: DocumentView) -> tuple[str, ...]:
    """Why there is doubt. Of a value that is absent, a finding says more than that it is required."""
    reasons = tuple(view.doubts.get(name, ()))
    return reasons[-1:] if not text else reasons


def _was(field: Field, view: DocumentView, currency: str, locale: Locale) -> str:
    """What a person's value stands in place of: the newest value that no person entered."""
    value = view.values.get(field.name)
    if value is None or value.reader != PERSON:
        return ""
    own = [correction for correction in view.corrections if correction.name == field.name]
    first = next((c.before for c in own if c.before is None or c.before.reader != PERSON), None)
    before = str(first.value) if first is not None else ""
    if before == value.value or not own:
        return ""
    return shown(field.kind, before, currency, locale) or "nothing"


def sureness(value: FieldValue | None, threshold: Decimal) -> Sureness | None:
    """None where there is no value to be sure of."""
    if value is None or (value.reader != PERSON and not value.value):
        return None
    if value.reader == PERSON:
        return Sureness("person", "✓", "by hand")
    exact = Decimal(str(value.confidence))
    if exact >= threshold:
        return Sureness("high", "●", number_of(exact))
    return Sureness("middle", "◐", number_of(exact)) if exact >= LOW else Sureness("low", "○", number_of(exact))


def number_of(confidence: Decimal) -> str:
    """Three places, never rounded up to certainty: 0.9996 is 0.999."""
    return f"{min(confidence, Decimal('0.999')):.3f}" if confidence < 1 else "1.000"


def _choices(field: Field, value: FieldValue, text: str, currency: str, locale: Locale) -> tuple[Choice, ...]:
    """What was read first, then the other readings; each text once."""
    once: dict[str, Mapping[str, Any]] = {}
    for reading in ({"value": text, "page": value.page, "box": value.box}, *value.alternatives):
        once.setdefault(str(reading["value"]), reading)
    if len(once) < 2:
        return ()
    return tuple(
        Choice(key, shown(field.kind, canonical, currency, locale), box_text(reading.get("box")), reading.get("page"))
        for key, (canonical, reading) in enumerate(list(once.items())[:9], start=1)
    )


def _options(about: Field) -> tuple[tuple[str, str], ...]:
    if about.kind != "choice":
        return ()
    return tuple((name, name.replace("_", " ").capitalize()) for name in DOCUMENT_TYPES)


def box_text(box: Sequence[float] | None) -> str:
    """x0 y0 x1 y1 for the page script, in fractions of the page."""
    return " ".join(f"{edge:.4f}" for edge in box) if box else ""


def grid(view: DocumentView, name: str, locale: Locale) -> Grid:
    """The rows of a table with the columns that any of them fills, the usual ones always among them."""
    value = view.values.get(name)
    rows: list[dict[str, Any]] = list(value.value) if value is not None and value.value else []
    used = {cell for row in rows for cell in row if row[cell].get("value")} | USUAL[name]
    if all(str(row.get("position", {}).get("value", "")) in ("", str(number)) for number, row in enumerate(rows, 1)):
        used.discard("position")  # it only counts, as the first column does
    kinds = TABLES[name]
    columns = [Column(cell, COLUMNS[cell], kind in NUMERIC, kind) for cell, kind in kinds.items() if cell in used]
    currency, settled = currency_of(view), not is_open(view, name)
    return Grid(
        name,
        columns,
        [
            [_cell(column, row.get(column.name, {}), view, currency, locale, settled) for column in columns]
            for row in rows
        ],
        is_stop(view, name),
        tuple(view.doubts.get(name, ())),
    )


def _cell(
    column: Column, cell: Mapping[str, Any], view: DocumentView, currency: str, locale: Locale, settled: bool
) -> Cell:
    text = str(cell.get("value") or "")
    sure = cell.get("reader") == PERSON or Decimal(str(cell.get("confidence", 1))) >= view.policy.minimum_confidence
    return Cell(
        column=column,
        text=shown(column.kind, text, currency, locale),
        canonical=text,
        doubtful=bool(text) and not sure and not settled,
        place=f"{cell['page']} {box_text(cell['box'])}" if cell.get("page") and cell.get("box") else "",
    )
