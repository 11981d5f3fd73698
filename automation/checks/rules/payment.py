"""Where the money would go, and in what: bank account and currency."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_territory_currencies
from stdnum import iban

from automation.checks.base import Finding, InvoiceView


def currency(view: InvoiceView) -> Iterator[Finding]:
    """The currency was in use on the invoice's day; another than the company's own is worth knowing."""
    code = view.text("currency")
    if not code:
        return
    if code not in currencies_on(view.day("issue_date") or view.today):
        yield Finding(
            "currency_unknown",
            "blocks",
            f"“{code}” is not the code of a currency that was in use then (ISO 4217).",
            ("currency",),
            {"found": code},
        )
    elif code != view.buyer.currency:
        yield Finding(
            "currency_foreign",
            "info",
            f"The invoice is in {code}; {view.buyer.name} keeps its books in {view.buyer.currency}.",
            ("currency",),
            {"expected": view.buyer.currency, "found": code},
        )


def bank_account(view: InvoiceView) -> Iterator[Finding]:
    """A supplier that was paid to other accounts so far asks for a new one: a usual form of fraud."""
    printed = iban.compact(view.text("seller_iban"))
    if printed and view.known_ibans is not None and printed not in view.known_ibans:
        known = ", ".join(iban.format(account) for account in sorted(view.known_ibans))
        yield Finding(
            "bank_account_new",
            "warning",
            f"{view.text('seller_name') or 'The seller'} has not used the account {iban.format(printed)} before;"
            f" known so far: {known}. Ask the supplier on a known number before paying.",
            ("seller_iban",),
            {"found": printed, "known": known},
        )


@lru_cache(maxsize=64)
def currencies_on(day: date) -> frozenset[str]:
    """ISO 4217 codes of all money that was legal tender somewhere on that day (CLDR)."""
    countries = get_global("territory_currencies")
    return frozenset(code for country in countries for code in get_territory_currencies(country, day, day))
