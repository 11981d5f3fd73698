"""Two tables of the same rows, read by different readers, as one: the better table, and its rows cell by cell."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import SequenceMatcher

from inference.evaluation import matches
from inference.fields import LINE_CELLS, TAX_CELLS, Kind, to_text
from inference.types import FieldPrediction, Row

CENT = Decimal("0.02")
CEILING = 0.985
_ORDER = ("xml", "rules", "model", "memory")
_WORD = re.compile(r"[^\W\d_]{3,}")


def table(
    one: tuple[Row, ...], other: tuple[Row, ...], fields: Row, cell: str, sums: tuple[str, ...]
) -> tuple[Row, ...]:
    """The table whose cells add up to a sum of the document; the first where both or neither do, unless it is empty.

    Where the other table has a row of the same amount at the same turn, each cell is the one that fits best (`merged`).
    """
    totals = [total for total in (amount_of(fields, name) for name in sums) if total is not None]
    first = _sums_to(one, cell, totals) or not _sums_to(other, cell, totals)
    best, rest = (one, other) if (one and first) or not other else (other, one)
    kinds = TAX_CELLS if cell == "tax" else LINE_CELLS
    rows = list(best)
    for at, beside, size in _alike(best, rest, cell):
        for step in range(size):
            rows[at + step] = merged(best[at + step], rest[beside + step], kinds)
    return tuple(rows)


def _alike(one: tuple[Row, ...], other: tuple[Row, ...], cell: str) -> list[tuple[int, int, int]]:
    """Stretches of rows with the same amounts in the same order: where they begin in each table, and their length."""
    amounts = [[amount_of(row, cell) for row in rows] for rows in (one, other)]
    known = [[f"none {side}" if n is None else n for n in column] for side, column in enumerate(amounts)]
    blocks = SequenceMatcher(None, known[0], known[1], autojunk=False)
    return [(block.a, block.b, block.size) for block in blocks.get_matching_blocks() if block.size]


def merged(one: Row, other: Row, kinds: Mapping[str, Kind]) -> Row:
    """One row of two: what both say is surer, what only one says is kept, and arithmetic decides between the rest."""
    first, second = (one, other) if _adds_up(one) or not _adds_up(other) else (other, one)
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
    if name == "description" and not _WORD.search(to_text(one.value)):
        return other
    return one


def readers(one: str, other: str) -> str:
    """The name of all readers that two names hold."""
    known = {*one.split("+"), *other.split("+")}
    return "+".join(sorted(known, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)))


def _adds_up(row: Row) -> bool:
    """Whether quantity times price is the amount, give or take a discount."""
    quantity, price, net = (amount_of(row, cell) for cell in ("quantity", "unit_price", "net_amount"))
    if quantity is None or price is None or net is None:
        return False
    cut = amount_of(row, "discount") or Decimal(0)
    full = quantity * price
    return any(abs(abs(full) - change - abs(net)) <= CENT for change in (Decimal(0), cut, full * cut / 100))


def amount_of(row: Row, name: str) -> Decimal | None:
    """The value of a cell or field as an amount, if it is one."""
    value = row[name].value if name in row else None
    return value if isinstance(value, Decimal) else None


def _sums_to(rows: tuple[Row, ...], cell: str, totals: list[Decimal]) -> bool:
    cells = [amount_of(row, cell) for row in rows]
    known = [value for value in cells if value is not None]
    return bool(rows) and len(known) == len(cells) and any(abs(sum(known) - total) <= CENT for total in totals)
