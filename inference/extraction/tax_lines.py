"""The tax table under an invoice: a rate with the net and the tax that fit it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from inference.extraction.candidates import Hit
from inference.extraction.labels import Label

CENT = Decimal("0.02")


@dataclass(frozen=True)
class TaxLine:
    """One rate of the tax table; `net` is None where only the tax is printed."""

    rate: Hit
    tax: Hit
    net: Hit | None


def find_tax_lines(
    hits: list[Hit], amounts: dict[int, list[Hit]], labels: dict[int, list[Label]], body: set[int]
) -> list[TaxLine]:
    """Lines with a rate and either a net and a tax that fit it, or one amount behind a word for tax."""
    found: list[TaxLine] = []
    for rate in hits:
        if rate.kind not in ("percent", "number") or rate.line.index in body or not isinstance(rate.value, Decimal):
            continue
        if not 0 <= rate.value <= 30:
            continue
        row = (
            [hit for hit in amounts[rate.line.index] if hit.kind == "money" and hit is not rate]
            if rate.line.index in amounts
            else []
        )
        pair = _pair(rate.value, row[:6])
        if pair:
            found.append(TaxLine(rate, pair[1], pair[0]))
        elif (
            rate.kind == "percent"
            and row
            and any("tax_amount" in label.roles for label in labels.get(rate.line.index, ()))
        ):
            later = [hit for hit in row if hit.start > rate.start]
            if len(later) == 1:
                found.append(TaxLine(rate, later[0], None))
    return _unique(found)


def _pair(rate: Decimal, row: list[Hit]) -> tuple[Hit, Hit] | None:
    for net, tax in product(row, row):
        if net is tax or not isinstance(net.value, Decimal) or not isinstance(tax.value, Decimal):
            continue
        if net.value and abs(net.value * rate / 100 - tax.value) <= CENT and (tax.value or rate == 0):
            return net, tax
    return None


def _unique(found: Iterable[TaxLine]) -> list[TaxLine]:
    unique: dict[tuple[object, ...], TaxLine] = {}
    for line in found:
        unique.setdefault((line.rate.value, line.tax.value), line)
        if line.net is not None and unique[line.rate.value, line.tax.value].net is None:
            unique[line.rate.value, line.tax.value] = line
    by_rate: dict[object, TaxLine] = {}
    for line in unique.values():
        known = by_rate.get(line.rate.value)
        if known is None or (known.net is None and line.net is not None):
            by_rate[line.rate.value] = line
    return list(by_rate.values())
