"""Charges without a table: a text and its amount, as utilities, lawyers, hotels and tills print them.

Amounts that end at one edge make a column. Its rows between two totals are charges where they add up to an amount that
is printed as a total: alone, or together with the rows of the totals before. A row that only announces the rows under
it ("Object storage 50.73") or repeats the sum of those before it is none.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.lines import GAP, Layout, Line, Run
from inference.extraction.table_item import Item, total_of
from inference.extraction.table_sums import Numbers, closes, is_extra, set_aside, sums_up

EDGE = 0.012  # how far the right edges of one column's amounts lie apart, as a fraction of the page's width
INDENT = 0.01
MAX_OUTLINE = 60
MAX_ROWS = 300
MAX_STRETCHES = 12  # subtotals that one total may add up
_WORD = re.compile(r"[^\W\d_]{2,}")
_COUNT = re.compile(r"[\d.,'’ ]+? ?(?:[^\W\d_][^\W\d]{0,11}\.?)?")
_EACH = re.compile(r"(?:@|à|a|x|×|at) ?[€$£]?\W?$")


@dataclass
class _Charge:
    item: Item
    amount: Hit
    indent: float
    closing: bool = False
    extra: bool = False

    @property
    def value(self) -> Decimal:
        return self.amount.value if isinstance(self.amount.value, Decimal) else Decimal(0)


_Group = list[_Charge]


def best_charges(lines: Layout, numbers: Numbers, totals: Set[Decimal]) -> list[Item]:
    """The most charges that add up to a total, those right above it first; none where none add up to one.

    Parts of a charge, such as calls, may be more: what makes up less than half of others does not count.
    """
    groups = list(_groups(lines, numbers, totals, set()))
    enough = max((abs(_sum(group)) for _, group in groups), default=Decimal(0)) / 2
    closed = {_sum(group) for above, group in groups if above}
    large = [group for _, group in groups if abs(_sum(group)) >= enough]
    best = max(large, key=lambda group: (_sum(group) in closed, len(group), abs(_sum(group))), default=[])
    return [charge.item for charge in best]


def further_charges(lines: Layout, numbers: Numbers, totals: Set[Decimal], items: list[Item]) -> list[Item]:
    """Charges beside those of a table, under a total of their own, which a later total adds to those of the table."""
    body = {line.index for item in items for line in item.lines}
    known = total_of(items)
    groups = [group for _, group in _groups(lines, numbers, totals, body) if known + _sum(group) in totals]
    best = max(groups, key=lambda group: (abs(_sum(group)), len(group)), default=[])
    return [charge.item for charge in best]


def _groups(lines: Layout, numbers: Numbers, totals: Set[Decimal], body: Set[int]) -> Iterator[tuple[bool, _Group]]:
    """Rows of one column, up to a total, that add up to it or to another; whether it is that one.

    Stretches that each have a subtotal of their own may belong together. One row alone counts only between two totals,
    of which the second repeats it.
    """
    for column in _columns(lines, numbers, body):
        stretches: list[_Group] = [[]]
        ends: list[Decimal | None] = []
        for charge in column:
            if charge.closing:
                ends.append(charge.value)
                stretches.append([])
            else:
                stretches[-1].append(charge)
        ends.append(None)
        yield from ((False, group) for group in _outline(column, totals))
        for extras in (True, False):
            parts = [_leaves([c for c in part if extras or not c.extra][-MAX_ROWS:]) for part in stretches]
            starts = [(number, start) for number, part in enumerate(parts) for start in range(len(part))]
            for first, start in starts:
                group = parts[first][start:]
                for last in range(first, min(first + MAX_STRETCHES, len(parts))):
                    if last > first:
                        own, group = parts[last], group + parts[last]
                        if not own or any(c.extra for c in own) or ends[last] not in (_sum(own), _sum(group)):
                            break
                    closed = ends[last] == _sum(group)
                    sure = len(group) >= 2 or (closed and len(stretches[last]) == 1)
                    if sure and _sum(group) in totals:
                        yield closed, group


def _outline(column: _Group, totals: Set[Decimal]) -> Iterator[_Group]:
    """Charges that are each split up under them, tax included: rows of different names at one indent."""
    levels: dict[int, _Group] = {}
    for charge in column:
        if not charge.closing:
            levels.setdefault(round(charge.indent / INDENT), []).append(charge)
    for rows in levels.values():
        for first in range(max(len(rows) - MAX_OUTLINE, 0), len(rows) - 1):
            some = rows[first:]
            names = {charge.item.texts["description"][0].text for charge in some}
            if len(names) == len(some) and _sum(some) in totals:
                yield some


def _sum(charges: _Group) -> Decimal:
    return sum((charge.value for charge in charges), Decimal(0))


def _leaves(charges: _Group) -> _Group:
    """The rows without those that announce or repeat the sum of others."""
    kept: _Group = []
    total = Decimal(0)
    for number, charge in enumerate(charges):
        below = Decimal(0)
        announced = False
        for count, other in enumerate(charges[number + 1 : number + 1 + MAX_OUTLINE]):
            below += other.value
            deeper = charges[number + 1].indent > charge.indent + 0.005
            if below == charge.value and (deeper or count >= 2):
                announced = True
                break
        if announced or (len(kept) >= 2 and charge.value == total):
            continue
        kept.append(charge)
        total += charge.value
    return kept


def _columns(lines: Layout, numbers: Numbers, body: Set[int]) -> list[_Group]:
    columns: list[_Group] = []
    above: Line | None = None
    for line in lines.lines:
        hits = sorted(numbers.get(line.index, ()), key=lambda hit: hit.start)
        money = [hit for hit in hits if hit.kind == "money" and _ends_run(hit)]
        done = 0
        for hit in money if line.index not in body else ():
            charge = _charge(line, hit, [h for h in hits if done <= h.start < hit.start], done, above)
            done = hit.end
            if charge is None:
                continue
            edge = hit.box.x1
            home = next((column for column in columns if abs(column[0].amount.box.x1 - edge) <= EDGE), None)
            if home is None:
                columns.append([charge])
            else:
                home.append(charge)
        closing = next((c for other in columns if (c := other[-1]).closing and c.amount.line is line), None)
        every = [hit for hit in hits if hit.kind == "money"]
        if closing is None and every and closes(line, hits):
            closing = _Charge(Item(lines=[line]), every[-1], 0.0, closing=True)
        for column in columns if closing else ():  # a total in bold or beside its label may end elsewhere
            if column[-1].amount.line is not line and closing is not None:
                column.append(closing)
        if not money:
            _continue(columns, line)
        above = line if not money else None
    return columns


def _ends_run(hit: Hit) -> bool:
    """Whether the amount is a run of its own, but for a tax letter or word behind it."""
    run = hit.line.run_at(hit.start)
    return run is not None and run.start == hit.start and run.end - hit.end <= 4


def _charge(line: Line, amount: Hit, hits: list[Hit], start: int, above: Line | None) -> _Charge | None:
    """The row of one amount: the runs before it, the line above where they hold no words."""
    runs = [run for run in line.runs if start <= run.start < amount.start and run.end <= amount.start]
    item = Item(cells={"net_amount": amount}, lines=[line])
    closing = sums_up(runs) or (len(runs) == len(line.runs) - 1 and closes(line, [*hits, amount]))
    named = [run for run in runs if _WORD.search(run.text) and not _counts(run)]
    _multiply(item, runs, hits)
    if named:
        item.texts["description"] = [max(named, key=lambda run: sum(map(str.isalpha, run.text)))]
        if above is not None and _runs_on(above, item.texts["description"][0], amount):
            item.texts["description"].insert(0, above.runs[0])
            item.lines.append(above)
    elif above is not None and len(above.runs) == 1 and _WORD.search(above.text) and runs:
        item.texts["description"] = [above.runs[0]]
        item.lines.append(above)
    if not item.texts.get("description"):
        return None
    indent = item.texts["description"][0].box.x0
    if closing:
        return _Charge(item, amount, indent, closing=True)
    extra = is_extra(line, item)
    return None if set_aside(line, item) and not extra else _Charge(item, amount, indent, extra=extra)


def _counts(run: Run) -> bool:
    """Whether the run is a number with a unit: "744 Hrs"."""
    return _COUNT.fullmatch(run.text.strip()) is not None and run.text.strip()[0].isdigit()


def _multiply(item: Item, runs: list[Run], hits: list[Hit]) -> None:
    """The quantity and the price of one, where they multiply or stand in runs of their own."""
    for quantity in hits:
        for price in hits:
            tried = Item({"quantity": quantity, "unit_price": price, **item.cells})
            if quantity.end <= price.start and tried.checks:
                item.cells = tried.cells
                return
    for hit in hits:
        run = next((run for run in runs if run.start <= hit.start < run.end), None)
        if run is not None and run.start == hit.start and _counts(run) and hit.kind != "percent":
            item.cells.setdefault("quantity", hit)
        elif run is not None and hit.kind == "money" and _EACH.search(run.line.text[run.start : hit.start]):
            item.cells["unit_price"] = hit


def _runs_on(above: Line, first: Run, amount: Hit) -> bool:
    """Whether the line above is a full line of text that goes on here."""
    close = first.line.box.y0 - above.box.y1 <= 0.9 * (above.box.y1 - above.box.y0)
    aligned = abs(above.box.x0 - first.box.x0) < first.line.em
    full = above.box.x1 - first.box.x0 >= 0.7 * (amount.box.x0 - first.box.x0)
    same = above.page == first.line.page and len(above.runs) == 1
    return same and close and aligned and full and above.text[-1:] not in ":." and GAP not in above.text


def _continue(columns: list[_Group], line: Line) -> None:
    """Add a line without an amount to the row right above it."""
    for column in columns:
        if column[-1].closing:
            continue
        item = column[-1].item
        last = item.lines[0] if len(item.lines) == 1 else max(item.lines, key=lambda each: each.index)
        near = last.page == line.page and 0 <= line.box.y0 - last.box.y1 <= 0.9 * (last.box.y1 - last.box.y0)
        first = item.texts["description"][0]
        run = next((run for run in line.runs if abs(run.box.x0 - first.box.x0) < line.em), None)
        full = column[-1].amount.box.x0 - first.box.x0
        if near and run is not None and run.box.x1 - first.box.x0 < 0.7 * full:
            item.texts["description"].append(run)
            item.lines.append(line)
