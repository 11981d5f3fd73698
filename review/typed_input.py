"""What a person types, to a typed value: 1.234,56 and 1,234.56, 31.12.26 and 12/31/26, DE89 3704 ..., Credit note.

The readers' own parsers do the reading; this is stricter, because a person can be asked again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_decimal_symbol, list_currencies
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from automation.documents.models import FieldValue
from automation.errors import Invalid
from inference.extraction.amounts import SYMBOLS, Mark, decimal_mark, parse_amount
from inference.extraction.dates import Order, date_order, parse_date
from inference.fields import DOCUMENT_TYPES, FIELDS, Kind
from inference.types import Value

MAX_TEXT = 2000
_EXAMPLES: dict[Mark, str] = {".": "1,234.56", ",": "1.234,56"}
_LARGEST = Decimal(10) ** 12
_PLACES: dict[Kind, int] = {"money": 4, "number": 6, "percent": 4}
_NOT_LETTERS = re.compile(r"[\d\s.,'’‘`´()+\-−–—]+")
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}\D\d{1,2}\D(?:\d{2}|\d{4})")


@dataclass(frozen=True, slots=True)
class Hints:
    """How numbers and dates are written here: the decimal mark, and whether day or month comes first."""

    decimal: Mark = "."
    order: Order = "dmy"


def hints(country: str, amounts: Iterable[str] = (), dates: Iterable[str] = ()) -> Hints:
    """The habits of the amounts and dates as printed; where these tell nothing, those of the country (ISO 3166)."""
    local = _local_hints(country)
    return Hints(decimal_mark(amounts) or local.decimal, date_order(dates, local.order))


def hints_of(country: str, values: Mapping[str, FieldValue]) -> Hints:
    """The hints for a document, from its current values as they were read off it."""
    raw: dict[str, list[str]] = {"money": [], "date": []}
    for name, value in values.items():
        if name in FIELDS and FIELDS[name].kind in raw and value.extraction_id is not None:
            raw[FIELDS[name].kind].append(value.raw)
    return hints(country, raw["money"], raw["date"])


def understand(kind: Kind, text: str, *, decimal_hint: Mark = ".", date_order_hint: Order = "dmy") -> Value:
    """The value that `text` means. Raises Invalid, saying what is expected.

    The hints settle only what is ambiguous: 1.234 and 04/05/26.
    """
    text = " ".join(text.split()) if kind != "text" else text.strip()
    if not text:
        raise Invalid("Type a value, or leave the field empty if it is not on the document.")
    if len(text) > MAX_TEXT or any(ord(character) < 32 and character not in "\n\t\r" for character in text):
        raise Invalid(f"At most {MAX_TEXT} characters, without control characters.")
    match kind:
        case "money" | "number" | "percent":
            return _amount(kind, text, decimal_hint)
        case "date":
            return _date(text, date_order_hint)
        case "currency":
            return _currency(text)
        case "choice":
            return _choice(text)
        case "iban" | "bic":
            return _account(kind, text)
        case "vat_id":
            return _vat_id(text)
        case "id" | "text" | "name":
            return text


def _local_hints(country: str) -> Hints:
    languages = get_global("territory_languages").get(country.upper(), {})
    official = [name for name, facts in languages.items() if facts.get("official_status")]
    spoken = max(official or languages, key=lambda name: languages[name]["population_percent"], default="en")
    try:
        locale = Locale.parse(f"{spoken}_{country.upper()}")
    except (UnknownLocaleError, ValueError):
        return Hints()
    pattern = locale.date_formats["short"].pattern
    month_first = pattern.find("M") < pattern.find("d") and not pattern.startswith("y")
    return Hints("," if get_decimal_symbol(locale) == "," else ".", "mdy" if month_first else "dmy")


def _amount(kind: Kind, text: str, mark: Mark) -> Decimal:
    what = {"percent": "a percentage such as 19 or 7.5 %", "number": "a number"}.get(kind, "an amount")
    expected = Invalid(f"“{text}” is not {what}. Write it like {_EXAMPLES[mark] if kind == 'money' else '12'}.")
    rest = _NOT_LETTERS.sub("", text)
    known = {"", "%"} if kind == "percent" else {""} if kind == "number" else {"", "CR", *SYMBOLS, *list_currencies()}
    if rest not in known and rest.upper() not in known:
        raise expected
    value = parse_amount(text, mark)
    if value is None:
        raise expected
    places = _PLACES[kind]
    if abs(value) >= _LARGEST or value != round(value, places):
        raise Invalid(f"“{text}” is too long: at most 12 digits before and {places} after the decimal mark.")
    if kind == "percent" and not 0 <= value <= 100:
        raise Invalid(f"“{text}” is not a percentage between 0 and 100.")
    return value


def _date(text: str, order: Order) -> Value:
    value = parse_date(text, order)
    if value is None:
        example = "31/12/2026" if order == "dmy" else "12/31/2026"
        raise Invalid(f"“{text}” is not a date. Write it like {example} or 2026-12-31.")
    return value


def _currency(text: str) -> str:
    code = SYMBOLS.get(text) or text.upper()
    if code not in list_currencies():
        raise Invalid(f"“{text}” is not a currency. Write its three-letter code, such as EUR, GBP or USD.")
    return code


def _choice(text: str) -> str:
    name = text.lower().replace(" ", "_").replace("-", "_")
    if name not in DOCUMENT_TYPES:
        names = ", ".join(choice.replace("_", " ") for choice in DOCUMENT_TYPES)
        raise Invalid(f"“{text}” is not a document type. Choose one of: {names}.")
    return name


def _account(kind: Literal["iban", "bic"], text: str) -> str:
    checker, example = (iban, "DE89 3704 0044 0532 0130 00") if kind == "iban" else (bic, "COBADEFFXXX")
    try:
        return str(checker.validate(text.upper()))
    except ValidationError as error:
        raise Invalid(
            f"“{text}” is no valid {kind.upper()}: compare it character by character. One looks like {example}."
        ) from error


def _vat_id(text: str) -> str:
    compact = re.sub(r"[\s.\-/]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2,3}[A-Z0-9+*]{2,13}", compact):
        raise Invalid(f"“{text}” is not a VAT id. It begins with the country’s two letters, such as DE136695976.")
    return compact
