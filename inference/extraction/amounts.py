"""Amounts as people print them, to `Decimal`: 1.234,56 / 1,234.56 / 1 234,56 / 1'234.56 / (12.30) / 12,30-."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]

SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₩": "KRW", "₫": "VND", "฿": "THB", "₱": "PHP", "₴": "UAH", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "Rs": "INR", "Rs.": "INR", "Fr.": "CHF", "SFr.": "CHF", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "R$": "BRL", "MX$": "MXN", "Mex$": "MXN", "COL$": "COP", "NT$": "TWD", "AR$": "ARS", "$": "USD", "kr": "", "kr.": "", "kn": "HRK", "Euro": "EUR", "Euros": "EUR", "EURO": "EUR", "EUROS": "EUR", "euros": "EUR"}  # fmt: skip  # noqa: E501
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "–": "-", "—": "-"})  # fmt: skip  # noqa: E501
_CORE = re.compile(r"\d(?:[\d.,' ]*\d)?")
_SPACED_DECIMALS = re.compile(r" ?([.,]) ?(?=\d\d$)")  # "520, 00"
_GROUPED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*$")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}$")
_SIGNED = re.compile(r"^\(.*\)$|^[^\d]*-|\d\s*-$|-\s*[^\d\s.,-]{0,4}$|\bCR\b|\bH$", re.IGNORECASE)


def parse_amount(text: str, mark: Mark | None = None) -> Decimal | None:
    """The amount in the text, or None where it is none.

    `mark` is the document's decimal mark (see `decimal_mark`): it settles "1.234", which is else read as grouped.
    A currency before or after is ignored; parentheses, a minus on either side and "CR" make it negative.
    """
    text = text.translate(_APOSTROPHES).strip()
    cleaned = re.sub(r"[.,][-]+(?=\D*$)", "", text)  # "100,-" and "100.--" mean 100
    core = _CORE.search(cleaned)
    if core is None or _CORE.search(cleaned, core.end()) is not None:
        return None
    number = _number(core.group(), mark)
    if number is None:
        return None
    return -number if cleaned == text and _SIGNED.search(text) else number


def _number(core: str, mark: Mark | None) -> Decimal | None:
    core = _SPACED_DECIMALS.sub(r"\1", core)
    whole, decimals = core, ""
    last = max(core.rfind("."), core.rfind(","))
    if last >= 0 and _is_decimal_mark(core, last, mark):
        whole, decimals = core[:last].rstrip(), core[last + 1 :].strip()
        if core[last] in whole or not decimals.isdigit():
            return None
    if not whole.isdigit() and not _GROUPED.match(whole) and not _INDIAN.match(whole):
        return None
    digits = re.sub(r"\D", "", whole)
    return Decimal(f"{digits}.{decimals}" if decimals else digits)


def _is_decimal_mark(core: str, last: int, mark: Mark | None) -> bool:
    character, before, after = core[last], core[:last], core[last + 1 :]
    if character in before:
        return False
    if any(other in before for other in ".,' " if other != character):
        return True
    return len(after) != 3 or mark == character or before.startswith("0") or len(before) > 3


def decimal_mark(texts: Iterable[str]) -> Mark | None:
    """The decimal mark that most unambiguous amounts (two decimals) use; None where there is no evidence."""
    points = commas = 0
    for text in texts:
        points += len(re.findall(r"\d\.\d\d(?![\d.,])", text))
        commas += len(re.findall(r"\d,\d\d(?![\d.,])", text))
    if points == commas:
        return None
    return "." if points > commas else ","


def decimals(raw: str) -> int:
    """How many digits stand behind the last mark of the printed amount."""
    match = re.search(r"[.,] ?(\d+)\D*$", raw)
    return len(match.group(1)) if match else 0
