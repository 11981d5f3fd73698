"""Identifiers with true check digits: VAT numbers, IBANs, BICs; and document numbers in the shapes businesses use."""

import random
import string
from datetime import date

from stdnum import luhn
from stdnum.es import ccc as es_ccc
from stdnum.eu import vat as eu_vat
from stdnum.no import kontonr

from inference.training.synthetic.content.countries import Country

_NUMBER_SHAPES = (
    "######",
    "#####",
    "########",
    "####",
    "##########",
    "yyyy-####",
    "yyyy/#####",
    "yyyy####",
    "RE-####",
    "RE#####",
    "RG-yyyy-###",
    "INV-####",
    "INV#####",
    "INV-yyyy-####",
    "INV/yyyy/####",
    "FA-yyyy-####",
    "F########",
    "FV/##/yyyy",
    "##/yyyy",
    "###/##/yyyy",
    "@@-#####",
    "## ### ###",
    "@@### - ###### - ####",
    "@@@-######",
    "@####",
    "A########",
    "@@##########",
    "#-######",
    "##-#####",
    "yy-####",
    "yymm###",
    "yyyymm-##",
    "yymmdd-##",
    "@@_######_##",
    "########-####",
    "@#@#@#@#-####",
    "#####@",
    "R####-##",
    "SI-######",
    "CN-####",
    "###-#######-#######",
    "yyyy.###",
    "###.###",
    "#########",
    "RECH#####",
    "@@yyyy-###",
    "####-#####",
    "RN yyyy####",
    "# ###",
    "V-yyyy/##/###",
    "###",
    "##",
    "AB-######-#",
)
_ORDER_SHAPES = (
    "PO-####",
    "PO#####",
    "45########",
    "######",
    "B######",
    "BC###",
    "##-####",
    "SO#####",
    "yyyy-###",
    "@@#####",
    "#######-##",
)


def fill(rng: random.Random, pattern: str) -> str:
    """A text of the pattern's shape: # a digit, @ a capital letter."""
    return "".join(
        str(rng.randrange(10)) if char == "#" else rng.choice(string.ascii_uppercase) if char == "@" else char
        for char in pattern
    )


def document_number(rng: random.Random, day: date, orders: bool = False) -> str:
    """A running number as printed, often with the year or a prefix in it."""
    shape = rng.choice(_ORDER_SHAPES if orders else _NUMBER_SHAPES)
    shape = shape.replace("yyyy", str(day.year)).replace("yy", f"{day.year % 100:02}")
    shape = shape.replace("mm", f"{day.month:02}").replace("dd", f"{day.day:02}")
    number = fill(rng, shape)
    return number if rng.random() < 0.9 else number.lower()


def _french_vat(rng: random.Random) -> str:
    body = fill(rng, "########")
    siren = body + luhn.calc_check_digit(body)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def vat_number(rng: random.Random, country: Country) -> str:
    """A VAT number as printed; its check digits are right where python-stdnum knows the scheme."""
    if country.code == "FR":
        number = _french_vat(rng)
        return (
            number if rng.random() < 0.6 else f"{number[:2]} {number[2:4]} {number[4:7]} {number[7:10]} {number[10:]}"
        )
    pattern = rng.choice(country.vat)
    prefix = "EL" if country.code == "GR" else country.code
    careless = rng.random() < 0.04
    for _ in range(400):
        number = fill(rng, pattern)
        bare = number.removeprefix(prefix) if number.startswith(prefix) else number
        if careless or country.code not in _CHECKED or eu_vat.is_valid(prefix + bare):
            break
    spaced = number[:2].isalpha() and " " not in number and rng.random() < 0.2
    return f"{number[:2]} {number[2:]}" if spaced else number


_CHECKED = frozenset("DE AT BE LU ES IT NL PT PL CZ SE DK FI HR HU GR IE".split())  # noqa: SIM905


def iban(rng: random.Random, country: Country) -> str:
    """An IBAN without spaces; the check digits are right (ISO 13616), and the national ones."""
    account = fill(rng, country.iban)
    if country.code == "ES":
        account = account[:8] + es_ccc.calc_check_digits(account) + account[10:]
    elif country.code == "BE":
        account = account[:10] + f"{int(account[:10]) % 97 or 97:02}"
    while country.code == "NO" and not kontonr.is_valid(account):
        account = fill(rng, country.iban)
    digits = "".join(str(int(char, 36)) for char in account + country.code + "00")
    return f"{country.code}{98 - int(digits) % 97:02}{account}"


def bic(rng: random.Random, country: Country) -> str:
    """A BIC of 8 or 11 characters (ISO 9362)."""
    return fill(rng, "@@@@") + country.code + fill(rng, rng.choice(("@@", "##", "@#"))) + rng.choice(("", "", "XXX"))
