"""An invoice in the terms of EN 16931, whatever syntax it is written in. Amounts have two places and one currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Category = Literal["S", "Z", "E", "AE", "K", "G", "O"]


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer. `country` is ISO 3166-1 alpha-2; `vat_id` starts with its country, '' where there is none."""

    name: str
    country: str
    address: str = ""
    vat_id: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """All of an invoice that is taxed alike (BG-23). `rate` in percent; `exemption` says why there is no tax."""

    category: Category
    rate: Decimal
    base: Decimal
    tax: Decimal
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line (BG-25). `price` is per unit, discounts taken off, never negative; `unit` a UN/ECE Rec. 20 code."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    group: TaxGroup
    product_code: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note. What is charged is positive, also on a credit note.

    net = lines - allowance + charge; payable = net + tax + rounding - paid.
    """

    is_credit_note: bool
    number: str
    issue_date: date
    due_date: date | None
    period_start: date | None
    period_end: date | None
    currency: str
    purchase_order: str
    cost_centre: str
    delivery_note: str
    credited_invoice: str
    payment_terms: str
    payment_reference: str
    iban: str
    bic: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    groups: tuple[TaxGroup, ...]
    allowance: Decimal
    charge: Decimal
    net: Decimal
    tax: Decimal
    rounding: Decimal
    paid: Decimal
