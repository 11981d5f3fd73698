"""Picture against XML: what an electronic invoice states, compared with what its pages show.

The fraud this is for: the page shows one account or sum to people, the XML another one to machines. A value that stands
anywhere on a page, in any notation, is taken as shown. One that does not, while a page reader or the page itself has
another value in its place, is a difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from inference.einvoice.shown import Place, Shown, same, significant
from inference.extraction.candidates import find_hits
from inference.extraction.lines import layout
from inference.fields import FIELDS, to_text
from inference.types import Extraction, FieldPrediction, Reading, Value

SURE = 0.5  # from which confidence on a page reader's other value counts beside one that no page shows
CERTAIN = 0.95  # the same beside one that a page shows, but somewhere else
COMPARED: Mapping[str, str] = MappingProxyType(
    {
        "invoice_number": "identifier",
        "seller_iban": "identifier",
        "seller_vat_id": "identifier",
        "seller_tax_number": "identifier",
        "seller_bic": "identifier",
        "buyer_vat_id": "identifier",
        "purchase_order": "identifier",
        "customer_number": "identifier",
        "payment_reference": "identifier",
        "seller_name": "name",
        "buyer_name": "name",
        "gross_amount": "amount",
        "amount_due": "amount",
        "net_amount": "amount",
        "tax_amount": "amount",
        "issue_date": "date",
        "due_date": "date",
    }
)
"""Every field that can be looked for on a page, and how. Addresses and terms are worded freely and are not."""
PRINTED = frozenset({"invoice_number", "gross_amount"})  # no invoice goes without them
DECISIVE = frozenset({"gross_amount", "amount_due", "seller_iban", "seller_name", "seller_vat_id", "invoice_number"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose stated value no page shows. `shown` is what stands there instead, '' where nothing does."""

    field: str
    stated: str
    shown: str
    page: int | None
    box: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`places`: where the pages show what the XML states. `missing`: what pays whom, but stands on no page.

    `unseen`: pages without words, which show to people only what they show.
    """

    places: Mapping[str, Place]
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]
    unseen: tuple[int, ...]


def compare(stated: Extraction, reading: Reading, seen: Extraction) -> Comparison:
    """`seen` is what the readers of the pages say, who know nothing of the XML."""
    unseen = tuple(page.number for page in reading.pages if page.needs_ocr)
    if not any(page.words for page in reading.pages):
        return Comparison({}, (), (), unseen)
    pages = _Pages(reading, seen)
    places: dict[str, Place] = {}
    differences: list[Difference] = []
    missing: list[str] = []
    for name, kind in COMPARED.items():
        field = stated.fields.get(name)
        if field is None or (isinstance(field.value, Decimal) and not field.value):
            continue
        found, place = pages.find(kind, name, field.value)
        if place is not None:
            places[name] = place
        difference = pages.misplaced(name, field.value) if found else pages.difference(name, field.value)
        if difference is not None:
            differences.append(difference)
        elif not found and name in DECISIVE:
            missing.append(name)
    return Comparison(places, tuple(differences), tuple(missing), unseen)


class _Pages:
    """`all_text`: no page was read by OCR, but for pictures on it."""

    def __init__(self, reading: Reading, seen: Extraction) -> None:
        self.shown = Shown(reading)
        self.all_text = all(page.reader.partition("+")[0] in ("text_layer", "blank") for page in reading.pages)
        self.seen = seen
        self.hits = find_hits(layout(reading))

    def find(self, kind: str, name: str, value: Value) -> tuple[bool, Place | None]:
        """(whether a page shows it, where)."""
        if kind == "amount" and isinstance(value, Decimal):
            place = self.shown.amount(value)
            return place is not None, place
        if kind == "date":
            hit = next((hit for hit in self.hits if hit.kind == "date" and hit.value == value), None)
            place = (hit.candidate.page, hit.box) if hit is not None else None
            return place is not None, place
        if kind == "name":
            other = self.seen.fields.get(name)
            near = other is not None and _alike(name, other.value, value)
            place = (other.page, other.box) if near and other and other.page and other.box else None
            return self.shown.name(str(value)), place
        place = self.shown.identifier(str(value))
        return place is not None, place

    def misplaced(self, name: str, value: Value) -> Difference | None:
        """The total is not the total where the page says so beyond doubt, though it shows that sum as well."""
        other = self.seen.fields.get(name)
        if (
            name == "gross_amount"
            and other is not None
            and other.confidence >= CERTAIN
            and not same(other.value, value)
        ):
            return _difference(name, value, other)
        return None

    def difference(self, name: str, value: Value) -> Difference | None:
        """What stands in the value's place. None where nothing does, and an invoice need not show it."""
        other = self.seen.fields.get(name)
        sure = 0.0 if name == "seller_name" else SURE  # who sells is hard to tell, that it is another name is not
        if other is not None and other.confidence >= sure and not _alike(name, other.value, value):
            return _difference(name, value, other)
        if name == "seller_iban" and (found := self._account(value)):
            return found
        if name in PRINTED and self.all_text:
            return Difference(name, to_text(value), "", None, None)
        return None

    def _account(self, value: Value) -> Difference | None:
        """Any account on the page: where to pay is printed there, and it is not where the XML says."""
        for hit in self.hits:
            if hit.kind == "iban":
                return Difference("seller_iban", to_text(value), str(hit.value), hit.candidate.page, tuple(hit.box))
        if (labelled := self.shown.labelled_iban()) is not None:
            account, (page, box) = labelled
            return Difference("seller_iban", to_text(value), account, page, tuple(box))
        return None


def _alike(name: str, one: Value, other: Value) -> bool:
    """The same value; of names, one may say more than the other."""
    if COMPARED[name] != "name":
        return same(one, other)
    words, others = significant(str(one)), significant(str(other))
    return bool(words and others) and (words <= others or others <= words)


def _difference(name: str, value: Value, other: FieldPrediction) -> Difference:
    return Difference(name, to_text(value), to_text(other.value), other.page, tuple(other.box) if other.box else None)


assert COMPARED.keys() <= FIELDS.keys()
