"""A confirmed table teaches which column is what: on the next invoice the columns are where they were."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from inference.evaluation import matches
from inference.extraction import predictions
from inference.extraction.candidates import Hit
from inference.extraction.labels import fold
from inference.extraction.line_items import find_items
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.memory_page import skeleton
from inference.extraction.table_cells import KINDS
from inference.extraction.table_head import NUMERIC, Column
from inference.fields import LINE_CELLS, to_text
from inference.types import Box, Row

READER = "memory"
SURE, UNSURE = 0.95, 0.8
TEXTS = frozenset({"description", "position", "product_code", "unit", "purchase_order"})
_AMOUNTS = ("net_amount", "unit_price", "quantity")


@dataclass(frozen=True, slots=True)
class Table:
    """The letters of the line above the first row, and from where to where (x0, x1) the cells of each column stand.

    `stacked`: the description stands under the line with the amount.
    """

    head: str
    columns: Mapping[str, tuple[float, float]]
    stacked: bool = False


def table_from(known: Mapping[str, Any] | None) -> Table | None:
    """A table from plain data."""
    if known is None:
        return None
    columns = {cell: (float(edges[0]), float(edges[1])) for cell, edges in known["columns"].items()}
    return Table(str(known["head"]), columns, bool(known["stacked"]))


def learn_table(lines: Layout, hits: Sequence[Hit], rows: Sequence[Mapping[str, str]]) -> Table | None:
    """Where the confirmed cells stand; None where the rows are not found on the pages, or nothing is above them."""
    numbers: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        numbers[hit.line.index].append(hit)
    found: dict[str, list[Box]] = defaultdict(list)
    first: Line | None = None
    below = 0
    after = -1
    for row in rows:
        line, cells = _best(lines, numbers, row, after)
        if line is None:
            continue
        after, first = line.index, first or line
        for cell, hit in cells.items():
            found[cell].append(hit.box)
        for cell in row.keys() & TEXTS:
            boxes, lower = _printed(lines, line, row[cell].split())
            found[cell] += boxes
            below += lower if cell == "description" else 0
    head = _above(lines, first) if first is not None else ""
    columns = {cell: (min(b.x0 for b in boxes), max(b.x1 for b in boxes)) for cell, boxes in found.items() if boxes}
    if not head or not columns.keys() & {"net_amount", "gross_amount"} or "description" not in columns:
        return None
    rounded = {cell: (round(x0, 4), round(x1, 4)) for cell, (x0, x1) in columns.items()}
    return Table(head, rounded, 2 * below > len(found["description"]))


def recall_table(lines: Layout, hits: Sequence[Hit], known: Table) -> tuple[Row, ...]:
    """The rows under the same head, cut into the same columns; none where the head is not there."""
    order = sorted(known.columns.items(), key=lambda item: item[1])
    columns = tuple(
        Column(cell, Box(x0, 0, x1, 0), (cell,), known.stacked and cell == "description") for cell, (x0, x1) in order
    )

    def head(rows: tuple[Line, ...], position: int, _: object) -> tuple[tuple[Column, ...], int] | None:
        return (columns, rows[position].index) if skeleton(rows[position].text) == known.head else None

    items, _ = find_items(lines, [*hits], head)
    return tuple(_told(predictions.item_row(item), item.checks) for item in items)


def _told(row: Row, checks: bool | None) -> Row:
    sure = UNSURE if checks is False else SURE
    return {cell: replace(said, reader=READER, confidence=sure, reasons=()) for cell, said in row.items()}


def _best(
    lines: Layout, numbers: Mapping[int, list[Hit]], row: Mapping[str, str], after: int
) -> tuple[Line | None, dict[str, Hit]]:
    """The line behind `after` that has most of the row's numbers, its amount among them."""
    best: tuple[Line | None, dict[str, Hit]] = None, {}
    for line in lines.lines[after + 1 :]:
        cells = _cells(numbers.get(line.index, []), row)
        if "net_amount" in cells and len(cells) > len(best[1]):
            best = line, cells
    return best


def _cells(hits: Sequence[Hit], row: Mapping[str, str]) -> dict[str, Hit]:
    """Which number of the line is which cell: from the right, amounts before prices before quantities."""
    free = sorted(hits, key=lambda hit: -hit.start)
    cells: dict[str, Hit] = {}
    for cell in (*_AMOUNTS, *(name for name in row if name in NUMERIC and name not in _AMOUNTS)):
        for hit in free:
            if (
                cell in row
                and hit.kind in KINDS[cell]
                and matches(LINE_CELLS[cell], cell, to_text(hit.value), row[cell])
            ):
                cells[cell] = hit
                free.remove(hit)
                break
    return cells


def _printed(lines: Layout, line: Line, words: Sequence[str]) -> tuple[list[Box], int]:
    """The box of the first of these words in this line or the next one; 1 where it is the next one."""
    for lower, near in enumerate((line, *lines.below(line, 1.5)[:1])):
        for run in near.runs:
            box = _inside(run, words)
            if box is not None:
                return [box], lower
    return [], 0


def _inside(run: Run, words: Sequence[str]) -> Box | None:
    """Where in the run these words stand, as far as it goes on."""
    at = run.text.find(words[0]) if words else -1
    here = run.text[at:].split()[: len(words)]
    if at < 0 or [fold(word) for word in here] != [fold(word) for word in words[: len(here)]]:
        return None
    stop = at + len(" ".join(here)) if len(here) == len(words) else len(run.text)
    return run.line.span(run.start + at, run.start + min(stop, len(run.text)))[1]


def _above(lines: Layout, first: Line) -> str:
    """The letters of the nearest line above that has enough of them."""
    rows = lines.page_lines(first.page)
    for line in reversed(rows[: first.index - rows[0].index][-3:]):
        text = skeleton(line.text)
        if sum(map(str.isalpha, text)) >= 6:
            return text
    return ""
