"""What a rule sees, and what it says. Rules are pure: all they may know is in the view, today's date included."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from inference.types import Value

Severity = Literal["info", "warning", "blocks"]
Cells = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule saw. Its stored form, and what each part means, is `checks.models.Finding`."""

    code: str
    severity: Severity
    message: str
    fields: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Buyer:
    """The legal entity of ours that the document was handed to."""

    name: str
    country: str
    vat_id: str
    currency: str


@dataclass(frozen=True, slots=True)
class OtherInvoice:
    """Another document of the entity that might be the same invoice."""

    document: uuid.UUID
    filename: str
    state: str
    document_type: str
    supplier: uuid.UUID | None
    seller_name: str
    number: str
    normal_number: str
    issue_date: date | None
    currency: str
    gross_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class EInvoiceFacts:
    """What was found when the document's XML was read (`einvoice.models.ElectronicInvoice`).

    `decided`: fields whose present value a person entered.
    """

    problems: tuple[Mapping[str, str], ...]
    differences: tuple[Mapping[str, str], ...]
    missing: tuple[str, ...]
    unread: tuple[int, ...]
    decided: frozenset[str]


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """A document's current values, typed, and the facts around it that rules compare them with.

    `values` holds header fields that have a value; `malformed` those whose stored text is none of its kind, by name.
    `normal_number` is the invoice number's letters and digits in upper case. `known_ibans` are the accounts the
    supplier was paid to before: None where the supplier is new to us.
    """

    document: uuid.UUID
    today: date
    buyer: Buyer
    values: Cells
    lines: tuple[Cells, ...] = ()
    tax_lines: tuple[Cells, ...] = ()
    malformed: Mapping[str, str] = field(default_factory=dict)
    pages_without_text: tuple[int, ...] = ()
    pages_deceiving: tuple[int, ...] = ()  # whose text differs from what a person sees
    doubtful_breaks: tuple[str, ...] = ()  # why the file may hold several documents, in words
    supplier: uuid.UUID | None = None
    normal_number: str = ""
    others: tuple[OtherInvoice, ...] = ()
    known_ibans: frozenset[str] | None = None
    einvoice: EInvoiceFacts | None = None

    def amount(self, name: str) -> Decimal | None:
        value = self.values.get(name)
        return value if isinstance(value, Decimal) else None

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    @property
    def is_credit_note(self) -> bool:
        return self.text("document_type") == "credit_note"

    def money(self, amount: Decimal) -> str:
        """An amount as a person reads it: at least two places, with the currency where it is known."""
        places = max(2, -int(amount.normalize().as_tuple().exponent))
        return f"{amount:,.{places}f} {self.text('currency')}".rstrip()


class Rule(Protocol):
    """A function over the view. Its name is what logs call it."""

    __name__: str

    def __call__(self, view: InvoiceView, /) -> Iterable[Finding]: ...


def decimal(cells: Cells, name: str) -> Decimal | None:
    """A cell's amount, or None where the row has none."""
    value = cells.get(name)
    return value if isinstance(value, Decimal) else None
