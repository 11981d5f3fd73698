"""Whether a true value stands exactly among the words read, in any way of writing that invoices use."""

import re
from collections.abc import Sequence
from decimal import Decimal

_AMOUNTS = {
    "net_amount",
    "tax_amount",
    "gross_amount",
    "amount_due",
    "amount_paid",
    "discount_amount",
    "shipping_amount",
}
_DATES = {"issue_date", "due_date", "delivery_date"}
_NUMBERS = {"invoice_number", "seller_vat_id", "buyer_vat_id", "seller_iban", "seller_bic", "purchase_order"}
VALUES = _AMOUNTS | _DATES | _NUMBERS

_MONTHS = (
    *("jan", "feb", "m[aär]r", "apr", "ma[yijg]", "ju[ni]n?"),
    *("ju[li]l?", "a[uoû][gû]?g?", "sep", "o[ck]t", "nov", "d[ei][czc]"),
)
_WITHIN = 8  # a value is printed in at most so many words


def is_found(field: str, value: str, words: Sequence[str]) -> bool:
    """`value` is the canonical text of `field`, one of VALUES."""
    if field in _AMOUNTS:
        return _amount(abs(Decimal(value)), words)
    return _date(value, words) if field in _DATES else _number(value, words)


def _amount(value: Decimal, words: Sequence[str]) -> bool:
    whole, cents = f"{value:.2f}".split(".")
    grouped = f"{int(whole):,}".replace(",", "[.,'’ ]?")
    pattern = re.compile(rf"(?<![\d]){grouped}[.,]{cents}(?!\d)")
    return any(pattern.search(" ".join(words[at : at + 2])) for at in range(len(words)))


def _date(value: str, words: Sequence[str]) -> bool:
    year, month, day = value.split("-")
    y, m, d = f"(?:{year}|{year[2:]})", f"0?{int(month)}", f"0?{int(day)}"
    sign, name = r"[./\-]", f"{_MONTHS[int(month) - 1]}[a-zéûäç]*"
    digits = "|".join(sign.join(parts) for parts in ((d, m, y), (m, d, y), (y, m, d)))
    named = rf"{d}(?:st|nd|rd|th|er|º)?[.,\-/]?(?:de)?{name}[.,\-/]*(?:de)?{y}|{name}[.,\-]*{d}(?:st|nd|rd|th)?,?{y}"
    texts = ("".join(words[at : at + 5]).casefold() for at in range(len(words)))
    return any(re.search(rf"(?<!\d)(?:{digits})(?!\d)|{named}", text) for text in (*map(str.casefold, words), *texts))


def _number(value: str, words: Sequence[str]) -> bool:
    wanted, plain = _plain(value), [_plain(word) for word in words]
    for start in range(len(plain)):
        joined = ""
        for word in plain[start : start + _WITHIN]:
            joined += word
            if joined == wanted or (len(wanted) >= 4 and wanted in word):
                return True
            if len(joined) > len(wanted):
                break
    return False


def _plain(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())
