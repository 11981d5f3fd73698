"""The tax breakdown (EN 16931 BG-23): from the tax lines where they add up, else the line items, else the totals."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from automation.einvoice.model import Category, Party, TaxGroup
from automation.errors import Invalid

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MOST_OFF = Decimal(1)  # EN 16931 lets a group's tax differ from base x rate by less than one unit of currency
LEAST_RATE = Decimal("0.5")  # the rules' BR-CO-17 rounds rate and tax to whole numbers before it compares them with nil
EXEMPTIONS: Mapping[Category, str] = MappingProxyType(
    {
        "E": "Exempt from VAT; see the original invoice",
        "AE": "Reverse charge",
        "K": "Intra-community supply",
        "G": "Export outside the EU",
        "O": "Not subject to VAT",
    }
)

Rated = tuple[Decimal, Decimal, Decimal, str]  # rate, base, tax, printed category


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP) + ZERO  # a nil has no sign: rules take minus nil for another amount


def groups(
    printed: Sequence[Rated],
    lines: Sequence[tuple[Decimal | None, Decimal]],
    net: Decimal,
    tax: Decimal,
    *,
    seller: Party,
    buyer: Party,
    delivered: bool,
) -> tuple[TaxGroup, ...]:
    """Groups whose bases make `net` and whose tax makes `tax`, to the cent.

    `lines`: rate (None where not printed) and net of each line. `delivered`: whether a delivery date is known.
    Raises Invalid where net and tax allow no rate at all.
    """
    for candidate in (printed, _from_lines(lines)):
        if candidate and _adds_up(candidate, net, tax):
            return _categorised(candidate, seller, buyer, delivered)
    return _categorised([(_implied_rate(net, tax, len(lines)), net, tax, "")], seller, buyer, delivered)


def _from_lines(lines: Sequence[tuple[Decimal | None, Decimal]]) -> list[Rated]:
    bases: dict[Decimal, Decimal] = {}
    for rate, net in lines:
        if rate is None:
            return []
        bases[rate.normalize()] = bases.get(rate.normalize(), ZERO) + net
    return [(rate, base, cents(base * rate / 100), "") for rate, base in bases.items()]


def _adds_up(candidate: Sequence[Rated], net: Decimal, tax: Decimal) -> bool:
    rates = [rate for rate, *_ in candidate]
    return (
        len(set(rates)) == len(rates)
        and all(rate >= 0 and (rate or not part) for rate, _, part, _ in candidate)
        and sum(base for _, base, _, _ in candidate) == net
        and sum(part for _, _, part, _ in candidate) == tax
        and all(abs(base * rate / 100 - part) < MOST_OFF for rate, base, part, _ in candidate)
    )


def _implied_rate(net: Decimal, tax: Decimal, lines: int) -> Decimal:
    """The rate that makes this tax of this net: whole percents where rounding allows it, else as fine as it takes."""
    if not tax:
        return Decimal(0)
    if not net or (net < 0) != (tax < 0):
        raise Invalid(f"A tax of {tax} on a net amount of {net} has no rate.", code="tax_impossible")
    exact = tax / net * 100
    whole = exact.quantize(Decimal(1), ROUND_HALF_UP)
    near = abs(cents(net * whole / 100) - tax) <= CENT * min(max(1, lines), 99)
    if whole and near:
        return whole
    fine = [exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for places in range(2, 16)]
    for rate in (*fine, LEAST_RATE):
        if rate and abs(net * rate / 100 - tax) < MOST_OFF and (rate >= LEAST_RATE or abs(tax) < LEAST_RATE):
            return rate
    raise Invalid(
        f"A tax of {tax} on a net amount of {net} needs its tax lines: no single rate is so low.", code="tax_impossible"
    )


def _categorised(rated: Iterable[Rated], seller: Party, buyer: Party, delivered: bool) -> tuple[TaxGroup, ...]:
    rated = list(rated)
    found = []
    for rate, base, tax, printed in rated:
        category: Category = "S" if rate else _untaxed(printed, seller, buyer, delivered, alone=len(rated) == 1)
        found.append(TaxGroup(category, rate, base, tax, EXEMPTIONS.get(category, "")))
    return tuple(found)


def _untaxed(printed: str, seller: Party, buyer: Party, delivered: bool, *, alone: bool) -> Category:
    """The printed category where what EN 16931 asks of it is known, else the likeliest one."""
    identified = bool(seller.vat_id or seller.tax_number)
    abroad = bool(seller.vat_id and buyer.vat_id and seller.vat_id[:2] != buyer.vat_id[:2])
    allowed: dict[str, tuple[Category, bool]] = {
        "Z": ("Z", identified),
        "E": ("E", identified),
        "AE": ("AE", bool(seller.vat_id and buyer.vat_id)),
        "K": ("K", bool(seller.vat_id and buyer.vat_id) and delivered),
        "G": ("G", bool(seller.vat_id)),
        "O": ("O", alone and not seller.vat_id),
    }
    category, possible = allowed.get(printed.strip().upper(), ("E", False))
    if possible:
        return category
    if abroad:
        return "AE"
    return "E" if identified or not alone else "O"
