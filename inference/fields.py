"""The fields of an invoice: their names (EN 16931 terms), kinds and groups, and the text form of their values.

One list serves extraction, evaluation, storage and the screens. A value's text form is canonical and lossless:
dates ISO 8601, amounts with a point and no grouping, identifiers as printed without surrounding space.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Literal

from inference.types import Value

Kind = Literal[
    "choice", "id", "date", "money", "number", "percent", "currency", "vat_id", "iban", "bic", "text", "name"
]
Group = Literal["parties", "numbers", "amounts", "payment"]


@dataclass(frozen=True, slots=True)
class Field:
    """One header field. `key`: a wrong value here pays the wrong sum or the wrong party."""

    name: str
    kind: Kind
    group: Group
    label: str
    key: bool = False


_HEADER = (
    Field("document_type", "choice", "numbers", "Document type"),
    Field("invoice_number", "id", "numbers", "Invoice number", key=True),
    Field("issue_date", "date", "numbers", "Invoice date", key=True),
    Field("due_date", "date", "numbers", "Due date"),
    Field("service_period_start", "date", "numbers", "Service from"),
    Field("service_period_end", "date", "numbers", "Service until"),
    Field("purchase_order", "id", "numbers", "Purchase order"),
    Field("delivery_note", "id", "numbers", "Delivery note"),
    Field("customer_number", "id", "numbers", "Customer number"),
    Field("credited_invoice", "id", "numbers", "Credited invoice"),
    Field("seller_name", "name", "parties", "Seller", key=True),
    Field("seller_address", "text", "parties", "Seller address"),
    Field("seller_vat_id", "vat_id", "parties", "Seller VAT id"),
    Field("seller_tax_number", "id", "parties", "Seller tax number"),
    Field("seller_email", "text", "parties", "Seller e-mail"),
    Field("seller_phone", "text", "parties", "Seller phone"),
    Field("seller_website", "text", "parties", "Seller website"),
    Field("buyer_name", "name", "parties", "Buyer"),
    Field("buyer_address", "text", "parties", "Buyer address"),
    Field("buyer_vat_id", "vat_id", "parties", "Buyer VAT id"),
    Field("ship_to_name", "name", "parties", "Ship to"),
    Field("ship_to_address", "text", "parties", "Ship-to address"),
    Field("currency", "currency", "amounts", "Currency", key=True),
    Field("net_amount", "money", "amounts", "Net"),
    Field("tax_amount", "money", "amounts", "Tax"),
    Field("gross_amount", "money", "amounts", "Total", key=True),
    Field("amount_due", "money", "amounts", "Amount due"),
    Field("amount_paid", "money", "amounts", "Already paid"),
    Field("discount_amount", "money", "amounts", "Discount"),
    Field("shipping_amount", "money", "amounts", "Shipping"),
    Field("rounding_amount", "money", "amounts", "Rounding"),
    Field("payment_terms", "text", "payment", "Payment terms"),
    Field("payment_reference", "id", "payment", "Payment reference"),
    Field("seller_iban", "iban", "payment", "IBAN"),
    Field("seller_bic", "bic", "payment", "BIC"),
    Field("seller_bank_account", "id", "payment", "Bank account"),
)

FIELDS: Mapping[str, Field] = MappingProxyType({f.name: f for f in _HEADER})

ASSIGNED: Mapping[str, Field] = MappingProxyType(
    {"cost_centre": Field("cost_centre", "id", "numbers", "Cost centre")}  # BT-19, the buyer's own reference
)
"""What our people add to an invoice: no reader looks for it."""

FORM: Mapping[str, Field] = MappingProxyType({**FIELDS, **ASSIGNED})
"""All that people may enter, and what is posted."""

PRINTED_LINE_CELLS: Mapping[str, Kind] = MappingProxyType(
    {
        "position": "text",
        "description": "text",
        "product_code": "id",
        "quantity": "number",
        "unit": "text",
        "unit_price": "money",
        "discount": "money",
        "tax_rate": "percent",
        "net_amount": "money",
        "purchase_order": "id",
    }
)

PRINTED_TAX_CELLS: Mapping[str, Kind] = MappingProxyType(
    {"rate": "percent", "net": "money", "tax": "money", "category": "text"}
)

LINE_CELLS: Mapping[str, Kind] = MappingProxyType(
    {**PRINTED_LINE_CELLS, "base_quantity": "number", "charge": "money", "status": "text"}
)
"""What a page shows of a line, and what only electronic invoices say: what the price is per (BT-149), charges on the
line (BG-28), and whether it only sums up or explains other lines ("group", "information": Factur-X EXTENDED BT-X-8).
"""

TAX_CELLS: Mapping[str, Kind] = MappingProxyType({**PRINTED_TAX_CELLS, "exemption": "text"})
"""The same for a tax line: why there is no tax (BT-120, else BT-121)."""

DOCUMENT_TYPES = ("invoice", "credit_note", "receipt", "other")


def to_text(value: Value) -> str:
    """The canonical text form of a typed value."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def from_text(kind: Kind, text: str) -> Value:
    """Read a canonical text form. Raises ValueError where it is not one."""
    if kind == "date":
        return date.fromisoformat(text)
    if kind in ("money", "number", "percent"):
        try:
            amount = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(f"not an amount: {text!r}") from error
        if not amount.is_finite():
            raise ValueError(f"not a finite amount: {text!r}")
        return amount
    if not text.strip():
        raise ValueError("an empty text is no value")
    return text
