"""Countries of sale: currency, taxes, forms of identifiers, addresses, numbers and dates."""

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Country:
    """One country; list-valued texts are split, patterns as in countries.toml."""

    code: str
    languages: tuple[str, ...]
    weight: int
    currencies: tuple[str, ...]
    regime: str  # vat, gst, sales
    rates: tuple[str, ...]
    vat: tuple[str, ...]
    iban: str
    tax_number: tuple[str, ...]
    account: tuple[str, ...]
    phone: tuple[str, ...]
    registration: tuple[str, ...]
    legal: tuple[str, ...]
    cities: tuple[str, ...]
    name: tuple[str, ...]
    tld: tuple[str, ...]
    numbers: tuple[str, ...]
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Currency:
    """How a currency is printed."""

    code: str
    marks: tuple[str, ...]
    digits: int


def _country(code: str, row: dict[str, Any]) -> Country:
    def split(key: str) -> tuple[str, ...]:
        return tuple(row[key].split("|")) if key in row else ()

    return Country(
        code=code,
        languages=split("languages"),
        weight=row["weight"],
        currencies=split("currencies") or (row["currency"],),
        regime=row["regime"],
        rates=tuple(row["rates"]),
        vat=split("vat"),
        iban=row.get("iban", ""),
        tax_number=split("tax_number"),
        account=split("account"),
        phone=split("phone"),
        registration=split("registration"),
        legal=split("legal"),
        cities=split("cities"),
        name=split("name"),
        tld=split("tld"),
        numbers=tuple(row["numbers"]),
        dates=tuple(row["dates"]),
    )


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO 3166 code."""
    rows = tomllib.loads((_HERE / "countries.toml").read_text("utf-8"))
    return {code: _country(code, row) for code, row in rows.items()}


@cache
def currencies() -> dict[str, Currency]:
    """All currencies by ISO 4217 code."""
    rows = tomllib.loads((_HERE / "currencies.toml").read_text("utf-8"))
    return {code: Currency(code, tuple(row["marks"]), row["digits"]) for code, row in rows.items()}


def draw_country(rng: random.Random) -> Country:
    """A country, as often as its weight says."""
    everyone = tuple(countries().values())
    return rng.choices(everyone, [country.weight for country in everyone])[0]
