"""The rows of one table: each line is cut into cells, lines with an amount begin an item, other lines belong to one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inference.extraction.labels import find_labels, lexicon
from inference.extraction.lines import Line, Run
from inference.extraction.table_cells import Cells, cut
from inference.extraction.table_head import UNKNOWN, Column
from inference.extraction.table_item import Item, completed
from inference.extraction.table_roles import CENT, settle
from inference.extraction.table_sums import Numbers, closes, is_extra, set_aside

MAX_ITEMS = 2000
_END_OF_TABLE = 9  # line heights without a line


@dataclass
class Rows:
    """What was read: the items, the position of the last line that is part of one, whether no total has closed it."""

    items: list[Item] = field(default_factory=list)
    reached: int = -1
    open_below: bool = True


def read_rows(
    rows: Sequence[Line], columns: tuple[Column, ...], numbers: Numbers, before: list[Item], going_on: bool = False
) -> Rows:
    """Read the lines under a head (or, `going_on`, at the top of a further page) until the totals.

    Rows behind a total count only where arithmetic vouches for them: quantity times price, or a later total that they
    add up to together with the rows before. `before`: the items of the pages before.
    """
    body = _until_gap(rows)
    closed = next((i for i, row in enumerate(body) if closes(row, numbers.get(row.index, []))), len(body))
    cells = [cut(row, numbers.get(row.index, []), columns) for row in body[:closed]]
    settled = settle(columns, cells)
    if settled != columns:
        columns = settled
        cells = [cut(row, numbers.get(row.index, []), columns) for row in body[:closed]]
    edges = [item.cells[role].box.x1 for item in before for role in _amount_role(columns) if role in item.cells]
    found = Rows(_items(cells, columns, edges if going_on else []), open_below=closed == len(body))
    found.items += _behind_total(body[closed:], columns, numbers, [*before, *found.items])
    found.reached = max((line.index for item in found.items for line in item.lines), default=-1)
    return found


def _until_gap(rows: Sequence[Line]) -> list[Line]:
    kept: list[Line] = []
    for row in rows:
        height = max(row.box.y1 - row.box.y0, 1e-4)
        if kept and row.box.y0 - kept[-1].box.y1 > _END_OF_TABLE * height:
            break
        kept.append(row)
    return kept


def _amount_role(columns: Sequence[Column]) -> tuple[str, ...]:
    return ("net_amount",) if any(column.role == "net_amount" for column in columns) else ("gross_amount",)


def item_of(cells: Cells, columns: Sequence[Column]) -> Item:
    """The cells by role; what stands under a head of unknown meaning is left out."""
    headed = any(column.role == "description" and column.role in column.roles for column in columns)
    item = Item(lines=[cells.line], headed=headed)
    for number, hit in cells.hits.items():
        if columns[number].role != UNKNOWN:
            item.cells[columns[number].role] = hit
    for number, runs in cells.texts.items():
        if columns[number].role != UNKNOWN:
            item.texts[columns[number].role] += runs
    for runs in cells.units.values():
        if not item.texts.get("unit"):
            item.texts["unit"] = runs[:1]
    return item


def _items(rows: Sequence[Cells], columns: Sequence[Column], edges: list[float]) -> list[Item]:
    """One item for each line with an amount; `edges`: where amounts ended on the pages before, if that must agree."""
    items: list[Item] = []
    pending: list[tuple[Line, list[Run]]] = []
    loose: list[Item] = []
    usual = 0  # lines of a description over its numbers, as the first row has them
    stacked = any(column.stacked for column in columns)
    (amount,) = _amount_role(columns)
    for cells in rows:
        item = item_of(cells, columns)
        described = [run for run in item.texts.get("description", []) if any(c.isalnum() for c in run.text)]
        hit = item.cells.get(amount)
        strong = hit is not None and (hit.kind == "money" or len(item.cells) >= 3 or bool(described))
        if strong and hit is not None and edges and min(abs(hit.box.x1 - edge) for edge in edges) > 0.012:
            strong = False
        item.extra = bool(described) and is_extra(cells.line, item)
        if strong and (item.extra or not set_aside(cells.line, item)):
            if stacked:
                item.texts["product_code"] = item.texts.pop("description", [])
            if not described and not stacked:
                usual = min(len(pending), 3) if not items else usual
                above = pending[len(pending) - usual :] if 0 < usual < len(pending) else pending[-3:]
                if items:
                    _continue(items[-1], pending[: len(pending) - len(above)])
                item.texts["description"] = [run for _, runs in above for run in runs]
                item.lines += [line for line, _ in above]
            elif items:
                _continue(items[-1], pending)
            pending = []
            items.append(item)
        elif strong:
            pending = []
        elif described and not any(other.kind == "money" for other in item.cells.values()):
            pending.append((cells.line, described))
        if hit is None and item.cells:
            loose.append(item)
        if len(pending) > 12 or len(items) >= MAX_ITEMS:
            break
    if items:
        _continue(items[-1], pending)
    _codes_on_top(items)
    return completed(items, loose, columns)


def _codes_on_top(items: list[Item]) -> None:
    """Where most rows hold a code beside their numbers and words under it, the words are the description."""
    parts = [_first_line(item) for item in items]
    coded = [item for item, (code, below) in zip(items, parts, strict=True) if below and _is_code(code)]
    if len(coded) < 0.6 * len(items):
        return
    for item in coded:
        code, below = _first_line(item)
        item.texts["description"] = below
        if not item.texts.get("product_code"):
            item.texts["product_code"] = code


def _first_line(item: Item) -> tuple[list[Run], list[Run]]:
    """The description's runs on the row's own line, and those under it."""
    runs = item.texts.get("description", [])
    own = [run for run in runs if run.line is item.lines[0]]
    return own, [run for run in runs if run.line.index > item.lines[0].index]


def _is_code(runs: list[Run]) -> bool:
    words = " ".join(run.text for run in runs).split()
    digits = [word for word in words if any(map(str.isdigit, word))]
    return bool(words) and len(digits) == len(words) and (len(words) == 1 or "".join(words).isdigit())


def _continue(item: Item, pending: list[tuple[Line, list[Run]]]) -> None:
    """Add wrapped lines to the description while they follow closely."""
    last = item.lines[0]
    for line, runs in pending:
        if line.page != last.page or line.box.y0 - last.box.y1 > 0.9 * (last.box.y1 - last.box.y0):
            break
        item.texts["description"] += runs
        item.lines.append(line)
        last = line


def _behind_total(rows: Sequence[Line], columns: Sequence[Column], numbers: Numbers, before: list[Item]) -> list[Item]:
    """Items that go on behind a subtotal: those that multiply, and those that a later total includes."""
    (amount,) = _amount_role(columns)
    edges = [item.cells[amount].box.x1 for item in before if amount in item.cells]
    total = sum((item.amount or Decimal(0) for item in before), Decimal(0))
    kept: list[Item] = []
    tentative: list[Item] = []
    for row in rows:
        hits = numbers.get(row.index, [])
        if not hits or not edges:
            continue
        item = item_of(cut(row, hits, columns), columns)
        if item.checks and item.texts.get("description"):
            tentative.append(item)
            kept, tentative = kept + tentative, []
        elif closes(row, hits):
            sums = {hit.value for hit in hits if isinstance(hit.value, Decimal)}
            reached = total + sum((each.amount or Decimal(0) for each in (*kept, *tentative)), Decimal(0))
            if tentative and any(isinstance(value, Decimal) and abs(value - reached) <= CENT for value in sums):
                kept, tentative = kept + tentative, []
        elif amount in item.cells and item.texts.get("description") and not find_labels(row, lexicon("AMOUNT_LABELS")):
            aligned = min(abs(item.cells[amount].box.x1 - edge) for edge in edges) <= 0.012
            tentative += [item] if aligned else []
    return kept
