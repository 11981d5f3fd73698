"""What an electronic invoice says, in our fields, whatever its syntax; and the readers of its leaves."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inference.einvoice.found import Problem
from inference.einvoice.tree import Tree
from inference.types import Value

Row = dict[str, Value]

CREDIT_NOTES = frozenset(map(str, (81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 502, 503, 532)))  # UNTDID 1001
CENT = Decimal("0.01")
_DECIMAL = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,20})?|\.\d{1,20})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]*)?(?:Z|[+-]\d{2}:\d{2})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance or a charge on the whole document (EN 16931 BG-20, BG-21)."""

    is_charge: bool
    amount: Decimal
    reason: str
    rate: Decimal | None
    category: str


@dataclass(slots=True)
class Content:
    """One invoice, named as in `inference.fields`; what is not stated is not there. `line_total` is BT-106,
    `on_behalf` what is collected for others besides (XRechnung's extension, BT-DEX-002)."""

    syntax: str
    profile: str = ""
    type_code: str = ""
    header: Row = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)
    tax_lines: list[Row] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    line_total: Decimal | None = None
    on_behalf: Decimal = Decimal(0)
    problems: list[Problem] = field(default_factory=list)

    def put(self, row: Row, name: str, value: Value | None) -> None:
        """Keep a value that is there."""
        if value is not None and value != "":
            row[name] = value


@dataclass(slots=True)
class Leaves:
    """Reads leaves of one document and remembers those that cannot be read."""

    problems: list[Problem]

    def decimal(self, element: Tree | None, path: str = "", name: str = "") -> Decimal | None:
        found = _at(element, path)
        if found is None or not (written := text(found)):
            return None
        if _DECIMAL.fullmatch(written):
            return Decimal(written) or abs(Decimal(written))  # no negative zero
        self._malformed(found, written, "amount", name)
        return None

    def money(self, element: Tree | None, path: str = "", name: str = "") -> Decimal | None:
        """An amount with at least two places."""
        amount = self.decimal(element, path, name)
        return amount if amount is None or int(amount.as_tuple().exponent) <= -2 else amount.quantize(CENT)

    def day(self, element: Tree | None, path: str = "", name: str = "", *, end: bool = False) -> date | None:
        """A date in any of the formats that UNTDID 2379 or XML Schema give it. `end`: the last day of a month."""
        found = _at(element, path)
        if found is None or not (written := text(found)):
            return None
        try:
            return _day(written, found.get("format", ""), end)
        except ValueError:
            self._malformed(found, written, "date", name)
            return None

    def _malformed(self, element: Tree, written: str, kind: str, name: str) -> None:
        message = f"<{element.tag}> says “{written[:60]}”, which is no {kind}."
        self.problems.append(Problem("einvoice_value_malformed", message, name))


def text(element: Tree | None, path: str = "") -> str:
    """The text of an element or of the first one below it at `path`, spaces collapsed; '' where it is not there."""
    found = _at(element, path)
    return " ".join("".join(map(str, found.itertext())).split()) if found is not None else ""


def lines(element: Tree | None, path: str = "") -> str:
    """The same with its line breaks, which structure payment terms (XRechnung, BR-DE-18)."""
    found = _at(element, path)
    if found is None:
        return ""
    said = (" ".join(line.split()) for line in "".join(map(str, found.itertext())).splitlines())
    return "\n".join(line for line in said if line)


def texts(element: Tree | None, path: str) -> list[str]:
    """The texts of all elements at `path` that have one."""
    return [] if element is None else [said for found in element.findall(path) if (said := lines(found))]


def first(*values: str) -> str:
    return next((value for value in values if value), "")


def compact(account: str) -> str:
    """An IBAN as it is compared: without spaces."""
    return "".join(account.split()).upper()


def is_iban(account: str) -> bool:
    """Whether an account number has the shape of an IBAN; its check digits are a rule's business."""
    return bool(_IBAN.fullmatch(compact(account)))


def document_type(type_code: str, *, credit_note: bool = False) -> str:
    return "credit_note" if credit_note or type_code in CREDIT_NOTES else "invoice"


def _at(element: Tree | None, path: str) -> Tree | None:
    return element if element is None or not path else element.find(path)


def _day(written: str, code: str, end: bool) -> date:
    if match := _ISO_DAY.fullmatch(written):
        return date(*map(int, match.groups()))
    digits = re.sub(r"[^\d].*", "", written)
    if code == "616" or re.fullmatch(r"\d{4}-?W\d{2}", written):
        year, week = int(written[:4]), int(written[-2:])
        return date.fromisocalendar(year, week, 7 if end else 1)
    if code == "610" or (len(digits) == 6 and code not in ("101", "201", "202", "301")):
        year, month = int(digits[:4]), int(digits[4:6])
        return date(year, month, calendar.monthrange(year, month)[1] if end else 1)
    if code == "602":
        return date(int(digits), 12, 31) if end else date(int(digits), 1, 1)
    if code in ("101", "201", "202", "301"):
        digits = "20" + digits
    if len(digits) < 8:
        raise ValueError(written)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
