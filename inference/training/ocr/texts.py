"""What stands on invoices, word by word: from generated documents, and more of what matters most and is rarest."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from inference.training.ocr.config import VOCABULARY
from inference.training.synthetic import generate
from inference.training.synthetic.content.countries import countries
from inference.training.synthetic.content.identifiers import bic, document_number, iban, vat_number

_KNOWN = frozenset(VOCABULARY)
_LONGEST = 26
_SENSELESS = 0.04  # of the words learned from: so that rare letters are known in any surroundings
_OF_ONE = 20
"""Words of one document, so that a few documents do not make up the whole of what is read."""
_MARKS = ((".", ","), (",", "."), ("'", "."), ("’", "."), (" ", ","), ("", ","), ("", "."))
_CURRENCIES = ("€", "EUR", "£", "$", "CHF", "USD", "GBP", "kr", "zł", "Kč", "Ft", "SEK", "DKK", "PLN")


def texts(seed: int, senseless: float = _SENSELESS) -> Iterator[str]:
    """Endless: single words, now and then two that lie close together, and a share of random letters (`senseless`)."""
    rng = random.Random(seed)  # noqa: S311
    documents = _of_documents(rng, seed)
    while True:
        text = _random(rng) if rng.random() < senseless else _text(rng, documents)
        if text and len(text) <= _LONGEST and _KNOWN.issuperset(text):
            yield text


def random_letters(seed: int) -> Iterator[str]:
    """Endless: any characters in any order, which stand on no invoice."""
    rng = random.Random(seed)  # noqa: S311
    return iter(lambda: _random(rng), "")


def _random(rng: random.Random) -> str:
    return "".join(rng.choices(VOCABULARY[1:], k=rng.randint(1, 9)))


def values(seed: int) -> Iterator[str]:
    """Endless: amounts, dates, IBANs and other identifiers only."""
    rng = random.Random(seed)  # noqa: S311
    return (text for text in iter(lambda: value(rng), "") if len(text) <= _LONGEST and _KNOWN.issuperset(text))


def _text(rng: random.Random, documents: Iterator[str]) -> str:
    kind = rng.random()
    if kind < 0.58:
        text = next(documents)
    elif kind < 0.88:
        text = value(rng)
    else:
        text = f"{next(documents)} {rng.choice((value(rng), next(documents)))}"
    return text.upper() if rng.random() < 0.06 and "ß" not in text else text


def _of_documents(rng: random.Random, seed: int) -> Iterator[str]:
    number = seed * 1_000_003
    while True:
        sample = generate(number)
        number += 1
        words = [word for sheet in sample.sheets for line in sheet.lines for word in line.text.split()]
        yield from rng.sample(words, min(len(words), _OF_ONE))


def value(rng: random.Random) -> str:
    """One amount, date or identifier as printed somewhere in Europe."""
    kind = rng.random()
    if kind < 0.42:
        return _amount(rng)
    if kind < 0.6:
        return _date(rng)
    country = rng.choice(tuple(countries().values()))
    if kind < 0.7 and country.iban:
        return _grouped(rng, iban(rng, country))
    if kind < 0.78 and country.vat:
        return vat_number(rng, country)
    if kind < 0.81:
        return bic(rng, country)
    if kind < 0.92:
        return document_number(rng, _day(rng))
    return str(rng.randrange(10 ** rng.randint(1, 13)))


def _amount(rng: random.Random) -> str:
    whole = rng.randrange(10 ** rng.choice((1, 2, 3, 3, 4, 4, 5, 6)))
    group, point = rng.choice(_MARKS)
    number = f"{whole:,}".replace(",", group) + point + f"{rng.randrange(100):02}"
    shape = rng.random()
    if shape < 0.55:
        return number
    if shape < 0.62:
        return "-" + number
    sign = rng.choice(_CURRENCIES)
    if shape < 0.7:
        return rng.choice((f"{rng.choice((7, 19, 20, 21, 22, 25, 10, 5.5, 8.1, 23))}%", f"{rng.randrange(100)},0%"))
    return sign + number if shape < 0.82 else rng.choice((f"{number} {sign}", number + sign))


def _day(rng: random.Random) -> date:
    return date(2005, 1, 1) + timedelta(days=rng.randrange(8400))


def _date(rng: random.Random) -> str:
    shapes = (
        "%d.%m.%Y",
        "%d.%m.%y",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%Y-%m-%d",
        "%d-%m-%Y",
        "%d/%m/%y",
        "%d.%b.%Y",
        "%d-%b-%Y",
    )
    return _day(rng).strftime(rng.choice((*shapes, "%H:%M", "%d.%m.", "%Y")))


def _grouped(rng: random.Random, number: str) -> str:
    """An IBAN as printed: whole, or one or some of its groups of four."""
    if rng.random() < 0.3:
        return number
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    first = rng.randrange(len(groups))
    return " ".join(groups[first : first + rng.choice((1, 1, 2, 3, 6))])
