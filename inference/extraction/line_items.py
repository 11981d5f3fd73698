"""Line items: the table's head gives the columns, amounts in the last money column give the rows."""

from collections import defaultdict
from collections.abc import Callable, Set
from decimal import Decimal
from itertools import combinations

from inference.extraction.candidates import Hit
from inference.extraction.charges import best_charges, further_charges
from inference.extraction.headless import headless_items
from inference.extraction.lines import Layout, Line
from inference.extraction.table_head import Column, alike, find_head
from inference.extraction.table_item import Item, total_of
from inference.extraction.table_rows import MAX_ITEMS, read_rows
from inference.extraction.table_sums import Numbers, printed_totals

MAX_EXTRAS = 6

Heads = Callable[[tuple[Line, ...], int, Numbers], tuple[tuple[Column, ...], int] | None]


def find_items(lines: Layout, hits: list[Hit], known: Heads | None = None) -> tuple[list[Item], set[int]]:
    """The rows of all tables of line items, and the positions of the lines that they and their heads take up.

    `known` says where a head stands, instead of looking for one; rows without any head are not looked for then.
    """
    numbers: Numbers = defaultdict(list)
    for hit in hits:
        if hit.kind in ("number", "money", "percent"):
            numbers[hit.line.index].append(hit)
    items: list[Item] = []
    body: set[int] = set()
    columns: tuple[Column, ...] = ()
    open_below = False
    for page in lines.pages:
        rows = lines.page_lines(page.number)
        reached = -1
        headed = False
        for position, line in enumerate(rows):
            head = (known or find_head)(rows, position, numbers) if line.index > reached else None
            if head is None or (items and not alike(columns, head[0])):
                continue
            columns, last = head
            headed = True
            body.update(range(line.index, last + 1))
            table = read_rows(rows[last - rows[0].index + 1 :], columns, numbers, items)
            items += table.items
            open_below, reached = table.open_below, max(table.reached, last)
        if open_below and items and not headed:
            table = read_rows(rows, columns, numbers, items, going_on=True)
            items += table.items
            open_below = table.open_below
        if len(items) >= MAX_ITEMS:
            break
    totals = printed_totals(lines, numbers)
    items = with_extras(without_sums(items), totals)
    if not known:
        items = _most(items, lines, numbers, totals)
    for item in items:
        body.update(line.index for line in item.lines)
    return items[:MAX_ITEMS], body


def _most(items: list[Item], lines: Layout, numbers: Numbers, totals: Set[Decimal]) -> list[Item]:
    """The rows, or those of charges elsewhere that make up more of what is printed as a total.

    Calls or fillings of one card are a part of a charge; the charges beside a table of hours are not in the table.
    """
    if not items:
        return headless_items(lines, numbers, totals)
    known = total_of(items)
    charged = best_charges(lines, numbers, totals)
    other = total_of(charged)
    if len(items) >= 2 and known not in totals and any(item.amount == known for item in charged):
        return [*items, *(item for item in charged if item.amount != known)]
    doubtful = known not in totals and len(charged) >= len(items) and not any(item.checks for item in items)
    if len(charged) >= 2 and abs(other) > (abs(known) / 2 if doubtful else 2 * abs(known)):
        return charged
    return [*items, *further_charges(lines, numbers, totals, items)] if known in totals else items


def with_extras(items: list[Item], totals: Set[Decimal]) -> list[Item]:
    """The rows with those discounts and shipping charges among them that a printed total includes, the most of them."""
    extras = [number for number, item in enumerate(items) if item.extra][:MAX_EXTRAS]
    for count in range(len(extras), 0, -1):
        for some in combinations(extras, count):
            chosen = [item for number, item in enumerate(items) if not item.extra or number in some]
            if total_of(chosen) in totals:
                return chosen
    return [item for item in items if not item.extra]


def without_sums(items: list[Item]) -> list[Item]:
    """The rows less those that only repeat the sum of the rows before them, as subtotals and carried amounts do."""
    if not any("quantity" in item.cells or "unit_price" in item.cells for item in items):
        return items
    kept: list[Item] = []
    total = since = Decimal(0)
    count = 0
    for item in items:
        amount = item.amount
        bare = "quantity" not in item.cells and "unit_price" not in item.cells
        if amount is None or (bare and ((len(kept) >= 2 and amount == total) or (count >= 2 and amount == since))):
            since, count = Decimal(0), 0
            continue
        kept.append(item)
        total, since, count = total + amount, since + amount, count + 1
    return kept
