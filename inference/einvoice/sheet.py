"""An electronic invoice laid out on paper, for people: every value it states, each in its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from inference.einvoice.content import Content, Row
from inference.einvoice.paper import (
    BOLD,
    LARGE,
    LEADING,
    LEFT,
    NORMAL,
    PLAIN,
    RIGHT,
    SMALL,
    Face,
    Sheet,
    width,
    wrapped,
)
from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, to_text

NOTE = "Drawn from the electronic invoice, which has no page of its own."
TITLES = {"credit_note": "Credit note"}
PARTY = ("name", "address", "vat_id", "tax_number", "email", "phone", "website")
FACTS = (
    "issue_date",
    "due_date",
    "service_period_start",
    "service_period_end",
    "purchase_order",
    "delivery_note",
    "customer_number",
    "credited_invoice",
    "ship_to_name",
    "ship_to_address",
    "currency",
)
PAYMENT = ("seller_iban", "seller_bic", "seller_bank_account", "payment_reference", "payment_terms")
TOTALS = (
    "discount_amount",
    "shipping_amount",
    "net_amount",
    "tax_amount",
    "gross_amount",
    "rounding_amount",
    "amount_paid",
    "amount_due",
)
COUNTED = frozenset(
    {name for name, kind in {**LINE_CELLS, **TAX_CELLS}.items() if kind == "money"}
    | {name for name, about in FIELDS.items() if about.kind == "money"}
)
LABELS = {"discount_amount": "Allowances", "shipping_amount": "Charges"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: which cell, its heading, and where it ends (numbers) or begins (texts)."""

    cell: str
    heading: str
    x: float
    right: bool = True


LINE_COLUMNS = (
    Column("position", "Pos.", LEFT, right=False),
    Column("product_code", "Code", 78, right=False),
    Column("description", "Description", 132, right=False),
    Column("quantity", "Quantity", 318),
    Column("unit", "Unit", 323, right=False),
    Column("unit_price", "Price", 398),
    Column("base_quantity", "per", 424),
    Column("discount", "Less", 458),
    Column("charge", "Plus", 458),
    Column("tax_rate", "Tax %", 488),
    Column("net_amount", "Net", RIGHT),
)
TAX_COLUMNS = (
    Column("category", "Tax", LEFT, right=False),
    Column("exemption", "", 78, right=False),
    Column("rate", "Rate %", 398),
    Column("net", "Net", 488),
    Column("tax", "Tax", RIGHT),
)
_ENDS = {
    "position": 74.0,
    "product_code": 128.0,
    "description": 280.0,
    "unit": 350.0,
    "category": 74.0,
    "exemption": 350.0,
}
"""Where the texts of a column end."""


def lay_out(content: Content, note: str = NOTE) -> Sheet:
    """The whole invoice; `note` stands under its title."""
    sheet = Sheet()
    _title(sheet, content, note)
    _parties(sheet, content)
    _facts(sheet, content)
    _table(sheet, LINE_COLUMNS, "line_items", content.lines)
    _adjustments(sheet, content)
    _table(sheet, TAX_COLUMNS, "tax_lines", content.tax_lines)
    _totals(sheet, content)
    _labelled(sheet, content.header, PAYMENT, LEFT, 140.0, RIGHT)
    for note in content.notes:
        sheet.down(times=0.4)
        for line in wrapped(note, RIGHT - LEFT, SMALL):
            sheet.room(SMALL * LEADING)
            sheet.put(LEFT, line, size=SMALL, grey=True)
            sheet.down(SMALL)
    return sheet


def _title(sheet: Sheet, content: Content, note: str) -> None:
    kind = str(content.header.get("document_type", ""))
    sheet.put(LEFT, TITLES.get(kind, "Invoice"), "document_type", size=LARGE, face=BOLD)
    number = str(content.header.get("invoice_number", ""))
    for line in wrapped(number, 250, LARGE - 5)[:3]:
        sheet.put(RIGHT, line, "invoice_number", size=LARGE - 5, right=True)
        sheet.down(LARGE - 5)
    sheet.put(LEFT, note, size=SMALL, grey=True)
    sheet.down(SMALL, 2.2)


def _parties(sheet: Sheet, content: Content) -> None:
    top, page = sheet.y, len(sheet.pages)
    ends = []
    for role, x, label in (("seller", LEFT, "Seller"), ("buyer", 310.0, "Buyer")):
        sheet.y = top
        sheet.put(x, label, size=SMALL, grey=True)
        sheet.down(SMALL, 1.2)
        for part in PARTY:
            value = str(content.header.get(f"{role}_{part}", ""))
            label = {"vat_id": "VAT id ", "tax_number": "Tax number "}.get(part, "")
            _block(sheet, x, 230.0, value, f"{role}_{part}", BOLD if part == "name" else PLAIN, label)
        ends.append((len(sheet.pages), sheet.y))
    sheet.y = max(y for last, y in ends if last == max(ends)[0]) if max(ends)[0] == page else sheet.y
    sheet.down()


def _block(sheet: Sheet, x: float, room: float, value: str, name: str, face: Face = PLAIN, label: str = "") -> None:
    """A value over as many lines as it needs, a label before its first."""
    if not value:
        return
    before = width(label, NORMAL, PLAIN)
    for number, line in enumerate(wrapped(value, room - before, NORMAL, face)):
        sheet.room(NORMAL * LEADING)
        if label and not number:
            sheet.put(x, label.strip(), grey=True)
        sheet.put(x + before, line, name, face=face)
        sheet.down()


def _facts(sheet: Sheet, content: Content) -> None:
    _labelled(sheet, content.header, FACTS, LEFT, 150.0, RIGHT)
    sheet.down(times=0.8)


def _labelled(sheet: Sheet, row: Row, names: Iterable[str], x: float, values: float, end: float) -> None:
    for name in names:
        if name in row:
            sheet.room(NORMAL * LEADING)
            sheet.put(x, LABELS.get(name, FIELDS[name].label), grey=True)
            _block(sheet, values, end - values, shown(row, name), name)


def _table(sheet: Sheet, columns: tuple[Column, ...], table: str, rows: list[Row]) -> None:
    if not rows:
        return
    used = [column for column in columns if any(column.cell in row for row in rows)]
    sheet.room(60)
    _headings(sheet, used)
    for number, row in enumerate(rows, start=1):
        _row(sheet, used, f"{table}.{number}", row)
    sheet.rule()
    sheet.down(times=0.6)


def _headings(sheet: Sheet, used: list[Column]) -> None:
    for column in used:
        sheet.put(column.x, column.heading, size=SMALL, grey=True, right=column.right)
    sheet.down(SMALL, 1.4)
    sheet.rule()


def _row(sheet: Sheet, used: list[Column], name: str, row: Row) -> None:
    cells = {
        column: [shown(row, column.cell)]
        if column.right
        else wrapped(shown(row, column.cell), _ENDS[column.cell] - column.x, NORMAL)
        for column in used
        if column.cell in row
    }
    height = max(map(len, cells.values()), default=1)
    page = len(sheet.pages)
    sheet.room(min(height, 20) * NORMAL * LEADING)
    if len(sheet.pages) > page:
        _headings(sheet, used)
    for line in range(height):
        sheet.room(NORMAL * LEADING)
        for column, said in cells.items():
            if line < len(said):
                sheet.put(column.x, said[line], f"{name}.{column.cell}", right=column.right)
        sheet.down()


def _adjustments(sheet: Sheet, content: Content) -> None:
    for change in content.adjustments:
        sheet.room(NORMAL * LEADING)
        kind = "Charge" if change.is_charge else "Allowance"
        rate = f" ({change.rate.normalize():f} %)" if change.rate is not None else ""
        sheet.put(LEFT, wrapped(f"{kind}: {change.reason}{rate}", 400, NORMAL)[0])
        sheet.put(RIGHT, amount(change.amount if change.is_charge else -change.amount), right=True)
        sheet.down()
    if content.adjustments:
        sheet.down(times=0.6)


def _totals(sheet: Sheet, content: Content) -> None:
    for name in TOTALS:
        if name in content.header:
            face = BOLD if name in ("gross_amount", "amount_due") else PLAIN
            sheet.room(NORMAL * LEADING)
            sheet.put(350.0, LABELS.get(name, FIELDS[name].label), face=face)
            sheet.put(RIGHT, shown(content.header, name), name, face=face, right=True)
            sheet.down()
    sheet.down(times=0.8)


def shown(row: Row, name: str) -> str:
    """A value as the sheet writes it; '' where the row has none."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, Decimal):
        return to_text(value)
    return amount(value) if name in COUNTED else f"{value:,f}"


def amount(value: Decimal) -> str:
    """All its places and at least two, thousands apart."""
    return f"{value:,.{max(2, -int(value.as_tuple().exponent))}f}"
