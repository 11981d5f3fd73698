"""Numbers that carry their own check: IBAN (ISO 13616, mod 97) and VAT numbers (each country's own rule)."""

from collections.abc import Iterator

import stdnum
from babel import Locale
from stdnum import iban
from stdnum.ch import uid

from automation.checks.base import Finding, InvoiceView
from inference.fields import FIELDS

COUNTRIES = Locale("en").territories
STDNUM_COUNTRY = {"EL": "gr", "XI": "gb"}  # VAT prefixes that are no ISO country code


def iban_valid(view: InvoiceView) -> Iterator[Finding]:
    printed = view.text("seller_iban")
    if printed and not iban.is_valid(printed):
        yield Finding(
            "iban_invalid",
            "blocks",
            f"The IBAN {printed} is not valid: its length or its check digits are wrong.",
            ("seller_iban",),
            {"found": printed},
        )


def vat_ids_valid(view: InvoiceView) -> Iterator[Finding]:
    for name in ("seller_vat_id", "buyer_vat_id"):
        printed = view.text(name)
        country = _country(printed)
        if country and not _is_vat_id(country, printed):
            yield Finding(
                "vat_id_invalid",
                "warning",
                f"{FIELDS[name].label} {printed} is not a valid VAT number of {COUNTRIES.get(country, country)}.",
                (name,),
                {"found": printed},
            )


def addressed_to_us(view: InvoiceView) -> Iterator[Finding]:
    """The buyer's VAT id, where printed, is that of the company the invoice was handed to."""
    printed, ours = view.text("buyer_vat_id"), view.buyer.vat_id
    if printed and ours and _compact(printed) != _compact(ours):
        yield Finding(
            "buyer_vat_id_not_ours",
            "warning",
            f"The invoice is addressed to VAT id {printed}; {view.buyer.name} has {ours}.",
            ("buyer_vat_id",),
            {"expected": ours, "found": printed},
        )


def _compact(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _country(text: str) -> str:
    """The ISO code (or EL, XI) a VAT number starts with; '' where it starts with no known country."""
    prefix = _compact(text)[:2]
    return prefix if prefix in STDNUM_COUNTRY or (prefix.isalpha() and prefix in COUNTRIES) else ""


def _is_vat_id(country: str, text: str) -> bool:
    """By the country's own rule, with or without its prefix; true where no rule is known."""
    rule = stdnum.get_cc_module(STDNUM_COUNTRY.get(country, country.lower()), "vat")
    if rule is None:
        return True
    compact = _compact(text)
    if country == "CH":  # the suffix MWST, TVA or IVA says what the number is for and may be left off
        return bool(rule.is_valid(compact) or uid.is_valid(compact))
    return bool(rule.is_valid(compact) or rule.is_valid(compact[2:]))
