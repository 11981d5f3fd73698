"""Line items: descriptions composed from word lists, quantities, prices, product codes."""

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from inference.training.synthetic.content.identifiers import fill
from inference.training.synthetic.content.parties import coined
from inference.training.synthetic.content.vocabulary import vocabulary

_SPECS = (
    "## cm",
    "#.# m",
    "M# x ##",
    "### ml",
    "# kg",
    "## W",
    "###x### mm",
    "A4",
    "## GB",
    '#/#"',
    "DN ##",
    "XL",
    "RAL ####",
    "## pcs",
    "Type @",
    "V#.#",
    "Gen #",
    "@@-###",
    "### g",
    "12 V",
    "USB-C",
    "#000 mAh",
    "No. ##",
    "@###",
    "2x##",
    "50/50",
    "##L",
    "ISO ####",
    "(## / ##)",
    "500 Blatt",
    "T#",
    "@@@ ##",
)
_TAILS = (
    "####",
    "######",
    "#########",
    "20##",
    "@@######",
    "@@@-###@-@@#@@",
    "@@####@@###",
    "(######)",
    "- ##",
    "/ #",
    "#,##",
    "#,## l",
    "#.##L",
    "##GB",
    "###g",
    "#hrs",
    "# TB",
    "##/##/20##",
    "##.##.20##",
    "(# x ##,##)",
    "#%",
    "365",
    "No # @",
    "#/##",
    "ref. ####-##",
    "@#",
    "##.###.##",
)
_HEADS = ("[@@@@_####]", "[########]", "*######*", "@@####", "####", "##.##.", "##/##/##")
_CODES = (
    "######",
    "@@-####",
    "####",
    "##-##-##",
    "@@@####",
    "#####-##",
    "@####-@",
    "########",
    "###.###",
    "@@@-@@-##",
    "E#######",
    "#############",
    "@@_####",
    "###",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One billed row. `total` is the printed row amount after `discount`, net or gross as the document's prices are."""

    description: tuple[str, ...]
    code: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount: Decimal
    discount_percent: int
    rate: Decimal
    total: Decimal


def cents(value: Decimal, digits: int = 2) -> Decimal:
    """Rounded half up to the currency's places."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def describe(rng: random.Random, language: str, service: bool) -> str:
    """One line of description."""
    words = vocabulary(language)
    thing = rng.choice(words["services" if service else "goods"])
    parts = [thing]
    if rng.random() < (0.2 if service else 0.35):
        parts.insert(rng.choice((0, 1)), coined(rng))
    if not service and rng.random() < 0.5:
        parts.append(fill(rng, rng.choice(_SPECS)))
    if rng.random() < (0.1 if service else 0.35):
        parts.append(rng.choice(words["adjectives"]))
    if rng.random() < 0.12:
        parts.append("- " + rng.choice(words["services"]))
    if rng.random() < 0.22:
        parts.append(fill(rng, rng.choice(_TAILS)))
    if rng.random() < 0.04:
        parts.insert(0, fill(rng, rng.choice(_HEADS)))
    if rng.random() < 0.06:
        parts.append(f"({fill(rng, rng.choice(_SPECS))})")
    return " ".join(parts)


def _quantity(rng: random.Random, service: bool) -> Decimal:
    kind = rng.random()
    if kind < 0.45:
        return Decimal(1) if rng.random() < 0.7 else Decimal(2)
    if kind < 0.85:
        return Decimal(
            rng.choice((rng.randint(1, 12), rng.randint(2, 60), rng.choice((10, 20, 50, 100, 250, 500, 1000))))
        )
    return (
        Decimal(rng.randint(2, 400)) / rng.choice((4, 10))
        if service or rng.random() < 0.5
        else Decimal(rng.randint(100, 90000)) / 1000
    )


def _price(rng: random.Random, digits: int, scale: int) -> Decimal:
    magnitude = Decimal(str(round(10 ** rng.gauss(1.5, 0.7), 4))) * scale
    style = rng.random()
    if digits == 0:
        return max(cents(magnitude, 0), Decimal(1))
    if style < 0.3:
        return max(cents(magnitude, 0), Decimal(1)).quantize(Decimal("0.01"))
    if style < 0.5:
        return max(cents(magnitude, 0), Decimal(1)) - Decimal(rng.choice(("0.01", "0.05", "0.10", "0.50")))
    if style > 0.97:
        return max(cents(magnitude / 10, 4), Decimal("0.0101"))
    return max(cents(magnitude), Decimal("0.10"))


def draw_item(
    rng: random.Random, language: str, rate: Decimal, digits: int, scale: int, wordy: float, discounts: bool
) -> Item:
    """A row of goods or services. `wordy`: chance of one more description line; `scale`: the currency's price level."""
    service = rng.random() < 0.5
    words = vocabulary(language)
    lines = [describe(rng, language, service)]
    while rng.random() < wordy and len(lines) < 6:
        extra = rng.choice(words["extra"]).format(
            id=fill(rng, rng.choice(_CODES)), period=f"{rng.randint(1, 12):02}/20{rng.randint(12, 25)}"
        )
        lines.append(extra if rng.random() < 0.7 else describe(rng, language, service))
    quantity, price = _quantity(rng, service), _price(rng, digits, scale)
    if rng.random() < 0.03:
        price = -price
    percent = rng.choice((0, 0, 5, 10, 15, 20, 25, 50)) if discounts else 0
    raw = cents(quantity * price, digits)
    discount = cents(raw * percent / 100, digits)
    return Item(
        description=tuple(lines),
        code=fill(rng, rng.choice(_CODES)),
        quantity=quantity,
        unit=rng.choice(words["units"]),
        unit_price=price,
        discount=discount,
        discount_percent=percent,
        rate=rate,
        total=raw - discount,
    )
