"""Two tables of the same rows, read by different readers, as one: the better table, and its rows cell by cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import product

from inference.evaluation import matches
from inference.extraction.descriptions import better
from inference.fields import LINE_CELLS, TAX_CELLS, Kind, to_text
from inference.types import FieldPrediction, Row

CENT = Decimal("0.02")
CEILING = 0.985
PLACED = 0.85  # the rules are this sure of a description that has a column of its own
MAX_OPEN = 6  # stretches of rows that only one reader sees, tried in every combination
_ORDER = ("xml", "rules", "model", "memory")
_WORD = re.compile(r"[^\W\d_]{3,}")

HELD, ADDED = 0.5, 1.5  # how well rows must be described to be kept or added where only one reader sees them
Rows = tuple[Row, ...]


def table(one: Rows, other: Rows, fields: Row, cell: str, sums: tuple[str, ...]) -> Rows:
    """The rows, of those that either reader sees, that add up to a sum of the document, changed as little as can be.

    Where none do it is the table with the better rows, the first in doubt. Where both have a row of the same amount at
    the same turn, each cell is the one that fits best (`merged`).
    """
    totals = _totals(fields, sums)
    if cell != "tax" and one:
        other = tuple(row for row in other if row.keys() - {"net_amount", "tax_rate"})
    whole = next((rows for rows in (one, other) if _sums_to(rows, cell, totals)), None)
    return _adding_up(_parts(one, other, cell, whole), cell, totals)


def _parts(one: Rows, other: Rows, cell: str, whole: Rows | None) -> list[tuple[Rows, ...]]:
    """The table as stretches: one way to read rows that both see, several for rows that only one of them sees.

    The likeliest way is first: as in the table that is `whole`, else as in the one that describes these rows better.
    """
    kinds = TAX_CELLS if cell == "tax" else LINE_CELLS
    parts: list[tuple[Rows, ...]] = []
    floor = ADDED if one else -1.0
    at = beside = 0
    for begin, against, size in [*_alike(one, other, cell), (len(one), len(other), 0)]:
        mine, theirs = one[at:begin], other[beside:against]
        if mine or theirs:
            first = whole is one if whole is not None else _quality(mine, floor) >= _quality(theirs, HELD)
            ways = (mine, theirs) if first else (theirs, mine)
            parts.append((*ways, (), mine + theirs) if mine and theirs else ways)
        if size:
            both = zip(one[begin : begin + size], other[against : against + size], strict=True)
            parts.append((tuple(merged(row, same, kinds) for row, same in both),))
        at, beside = begin + size, against + size
    return parts


def _adding_up(parts: Sequence[tuple[Rows, ...]], cell: str, totals: Sequence[Decimal]) -> Rows:
    """The first reading of every stretch, or the fewest changes from it that make the rows add up."""
    usual = tuple(row for part in parts for row in part[0])
    if _sums_to(usual, cell, totals):
        return usual
    open_ = [number for number, part in enumerate(parts) if len(part) > 1]
    if 0 < len(open_) <= MAX_OPEN:
        choices = product(*(range(len(parts[number])) for number in open_))
        for choice in sorted(choices, key=lambda choice: (sum(map(bool, choice)), sum(choice)))[1:]:
            chosen = dict(zip(open_, choice, strict=True))
            rows = tuple(row for number, part in enumerate(parts) for row in part[chosen.get(number, 0)])
            if _sums_to(rows, cell, totals):
                return rows
    return usual


def _totals(fields: Row, sums: tuple[str, ...]) -> list[Decimal]:
    """What rows may add up to: a sum of the document, before or after a discount and shipping."""
    known = [total for name in sums if (total := amount_of(fields, name)) is not None]
    aside = [abs(amount_of(fields, name) or Decimal(0)) for name in ("discount_amount", "shipping_amount")]
    off = {Decimal(0), aside[0], -aside[1], aside[0] - aside[1]} if "net_amount" in sums else {Decimal(0)}
    return [total + change for total in known for change in off]


def _quality(rows: Rows, none: float) -> float:
    """How well rows describe goods: words in the description, arithmetic that holds; `none` where there are none."""
    described = sum(1 for row in rows if "description" in row and _WORD.search(to_text(row["description"].value)))
    return (described + sum(1 for row in rows if _explained(row))) / len(rows) if rows else none


def _alike(one: Rows, other: Rows, cell: str) -> list[tuple[int, int, int]]:
    """Stretches of rows with the same amounts in the same order: where they begin in each table, and their length."""
    amounts = [[amount_of(row, cell) for row in rows] for rows in (one, other)]
    known = [[f"none {side}" if n is None else n for n in column] for side, column in enumerate(amounts)]
    blocks = SequenceMatcher(None, known[0], known[1], autojunk=False)
    return [(block.a, block.b, block.size) for block in blocks.get_matching_blocks() if block.size]


def merged(one: Row, other: Row, kinds: Mapping[str, Kind]) -> Row:
    """One row of two: what both say is surer, what only one says is kept, and arithmetic decides between the rest."""
    first, second = (one, other) if _explained(one) >= _explained(other) else (other, one)
    row = {**second, **first}
    for cell in first.keys() & second.keys():
        row[cell] = _cell(cell, kinds[cell], first[cell], second[cell])
    return row


def _cell(name: str, kind: Kind, one: FieldPrediction, other: FieldPrediction) -> FieldPrediction:
    if matches(kind, name, to_text(other.value), to_text(one.value)):
        sure = round(min(CEILING, 1 - (1 - one.confidence) * (1 - other.confidence)), 3)
        return replace(
            one, confidence=sure, reader=readers(one.reader, other.reader), reasons=() if sure >= 0.85 else one.reasons
        )
    if name != "description":
        return one
    placed = [said for said in (one, other) if said.reader == "rules" and said.confidence >= PLACED]
    if placed and _WORD.search(to_text(placed[0].value)):
        return placed[0]
    return other if better(to_text(one.value), to_text(other.value)) else one


def readers(one: str, other: str) -> str:
    """The name of all readers that two names hold."""
    known = {*one.split("+"), *other.split("+")}
    return "+".join(sorted(known, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)))


def _explained(row: Row) -> int:
    """2 where quantity times price less a discount that the row shows is the amount; 1 without one; else 0."""
    quantity, price, net = (amount_of(row, cell) for cell in ("quantity", "unit_price", "net_amount"))
    if quantity is None or price is None or net is None:
        return 0
    full, cut = abs(quantity * price), abs(amount_of(row, "discount") or Decimal(0))
    if cut and any(abs(full - change - abs(net)) <= CENT for change in (cut, quantity * cut, full * cut / 100)):
        return 2
    return int(abs(full - abs(net)) <= CENT)


def amount_of(row: Row, name: str) -> Decimal | None:
    """The value of a cell or field as an amount, if it is one."""
    value = row[name].value if name in row else None
    return value if isinstance(value, Decimal) else None


def _sums_to(rows: Rows, cell: str, totals: Sequence[Decimal]) -> bool:
    cells = [amount_of(row, cell) for row in rows]
    known = [value for value in cells if value is not None]
    return bool(rows) and len(known) == len(cells) and any(abs(sum(known) - total) <= CENT for total in totals)
