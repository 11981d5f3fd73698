"""Line items: the table's head gives the columns, amounts in the last money column give the rows."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, find_labels, fold, lexicon
from inference.extraction.lines import Layout, Line, Run
from inference.types import Box

NUMERIC = ("quantity", "unit_price", "discount", "tax_rate", "net_amount", "tax_amount", "gross_amount")
_STOP_ROLES = {"total", "net_amount", "tax_amount", "gross_amount", "amount_due"}
_KINDS = {
    "quantity": ("number", "money"),
    "unit_price": ("money", "number"),
    "discount": ("money", "percent", "number"),
    "tax_rate": ("percent", "number"),
    "net_amount": ("money", "number"),
    "tax_amount": ("money", "number"),
    "gross_amount": ("money", "number"),
}
MAX_ITEMS = 2000
_UNIT = re.compile(r"[^\W\d_]{1,6}[²³]?(?:\([^\W\d_]{1,2}\))?\.?")
_POSITION = re.compile(r"\d{1,4}(?:\.\d{1,3})*\.?")


@dataclass(frozen=True)
class Column:
    role: str
    box: Box


@dataclass
class Item:
    """One row: its cells as hits (typed) or runs of text."""

    cells: dict[str, Hit] = field(default_factory=dict)
    texts: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    lines: list[Line] = field(default_factory=list)

    @property
    def checks(self) -> bool | None:
        """Whether quantity times unit price is the net amount; None where one of them is missing."""
        values = [self.cells[role].value for role in ("quantity", "unit_price", "net_amount") if role in self.cells]
        if len(values) < 3 or not all(isinstance(value, Decimal) for value in values):
            return None
        quantity, price, net = (Decimal(str(value)) for value in values)
        return abs(quantity * price - net) <= max(Decimal("0.02"), abs(net) * Decimal("0.001"))


def find_items(lines: Layout, hits: list[Hit]) -> tuple[list[Item], set[int]]:
    """The rows of all tables of line items, and the positions of the lines that they and their heads take up."""
    by_line: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.kind in ("number", "money", "percent"):
            by_line[hit.line.index].append(hit)
    items: list[Item] = []
    body: set[int] = set()
    columns: list[Column] = []
    skip_until = -1
    for page in lines.pages:
        rows = lines.page_lines(page.number)
        for position, line in enumerate(rows):
            if line.index <= skip_until:
                continue
            head = _head(rows, position, by_line)
            if head and (not items or _alike(columns, head[0])):
                columns, last = head
                body.update(range(line.index, last + 1))
                skip_until = _rows(rows, last - rows[0].index + 1, columns, by_line, items, body)
            if len(items) >= MAX_ITEMS:
                return items, body
    if not items:
        items = _headless(lines, by_line)
    for item in items:
        body.update(line.index for line in item.lines)
    return items, body


def _head(rows: tuple[Line, ...], position: int, by_line: dict[int, list[Hit]]) -> tuple[list[Column], int] | None:
    """Columns of a table head whose main line is this one; cells may go on over a line above and two below."""
    line = rows[position]
    if any(hit.kind == "money" for hit in by_line.get(line.index, ())) or len(_column_labels(line)) < 2:
        return None
    height = line.box.y1 - line.box.y0
    band, last = [line], position
    above = rows[position - 1] if position else None
    if above is not None and _belongs(above, line.box.y0 - above.box.y1, height, by_line):
        band.insert(0, above)
    for below in rows[position + 1 : position + 3]:
        if not _belongs(below, below.box.y0 - rows[last].box.y1, height, by_line):
            break
        band.append(below)
        last += 1
    heads = [(roles, box) for roles, box in map(_cluster_roles, _clusters(band)) if roles]
    columns = _resolve(sorted(heads, key=lambda head: head[1].x0))
    roles = {column.role for column in columns}
    if not {"net_amount", "gross_amount"} & roles or len(roles) < 2 or (len(roles) == 2 and "description" not in roles):
        return None
    return (columns, rows[last].index) if roles & {"description", "quantity", "unit_price", "product_code"} else None


def _belongs(line: Line, gap: float, height: float, by_line: dict[int, list[Hit]]) -> bool:
    """Whether a neighbouring line is part of the head: close, without numbers, and mostly words of column heads."""
    if gap > 0.9 * height or by_line.get(line.index):
        return False
    labelled = {label.start for label in _column_labels(line, 0.5)}
    known = sum(
        1 for run in line.runs if any(run.start <= start < run.end for start in labelled) or len(run.text) <= 12
    )
    return known >= 0.7 * len(line.runs)


def _alike(one: list[Column], other: list[Column]) -> bool:
    """Whether a further head repeats the first: other tables after the items hold taxes or payments."""
    first, second = {column.role for column in one}, {column.role for column in other}
    return len(first & second) >= 0.6 * len(first | second)


@dataclass(frozen=True)
class _Unit:
    """A part of a head's line: one label, or a whole run."""

    line: Line
    key: str
    roles: tuple[str, ...]
    box: Box


def _clusters(band: list[Line]) -> list[list[_Unit]]:
    """The head's words stacked into cells by their overlap along x, from top to bottom."""
    clusters: list[list[_Unit]] = []
    for line in band:
        labels = find_labels(line, lexicon("COLUMN_LABELS"))
        for run in line.runs:
            inside = [label for label in labels if run.start <= label.start and label.end <= run.end]
            units = [_Unit(line, label.key, label.roles, label.box) for label in inside]
            if len(inside) == 1:
                units = [_Unit(line, fold(run.text), inside[0].roles, run.box)]
            for unit in units or [_Unit(line, fold(run.text), (), run.box)]:
                home = next((c for c in clusters if c[-1].line is not line and _share(c[-1].box, unit.box) > 0.3), None)
                if home is None:
                    clusters.append([unit])
                else:
                    home.append(unit)
    return clusters


def _share(one: Box, other: Box) -> float:
    overlap = min(one.x1, other.x1) - max(one.x0, other.x0)
    return overlap / max(min(one.x1 - one.x0, other.x1 - other.x0), 1e-4)


def _cluster_roles(cluster: list[_Unit]) -> tuple[tuple[str, ...], Box]:
    table = lexicon("COLUMN_LABELS")[0]
    box = cluster[0].box
    for unit in cluster[1:]:
        box = box.union(unit.box)
    whole = table.get("".join(unit.key for unit in cluster))
    return whole or next((unit.roles for unit in cluster if unit.roles), ()), box


def _column_labels(line: Line, cover: float = 0.5) -> list[Label]:
    """Column labels that make up most of their run: words inside a sentence are no head."""
    labels = find_labels(line, lexicon("COLUMN_LABELS"))
    kept = []
    for run in line.runs:
        inside = [label for label in labels if run.start <= label.start and label.end <= run.end]
        letters = sum(c.isalpha() for c in run.text)
        if inside and (sum(len(label.key) for label in inside) >= cover * max(letters, 1) or len(inside) >= 3):
            kept += inside
    return kept


def _resolve(heads: list[tuple[tuple[str, ...], Box]]) -> list[Column]:
    """One role for each head: unambiguous ones first; a price that is the last amount on the line is the net amount."""
    assigned: dict[int, str] = {}
    taken: set[str] = set()
    for number, (roles, _) in sorted(enumerate(heads), key=lambda pair: (len(pair[1][0]), -pair[0])):
        free = [role for role in roles if role not in taken]
        if "net_amount" in free and "unit_price" in free and _amount_follows(heads[number + 1 :]):
            free = ["unit_price"]
        if not free and "description" in roles:
            free = ["description"]
        if not free:
            continue
        role = "net_amount" if "net_amount" in free else free[0]
        assigned[number] = role
        taken.add(role)
    if not {"net_amount", "gross_amount"} & taken and "unit_price" in taken:
        last = max(number for number, role in assigned.items() if role in NUMERIC)
        if assigned[last] == "unit_price" or len([1 for roles, _ in heads if "unit_price" in roles]) > 1:
            price = max(number for number, (roles, _) in enumerate(heads) if "unit_price" in roles)
            first = min(number for number, (roles, _) in enumerate(heads) if "unit_price" in roles)
            assigned[first], assigned[price] = "unit_price", "net_amount"
    return [Column(role, heads[number][1]) for number, role in sorted(assigned.items())]


def _amount_follows(heads: list[tuple[tuple[str, ...], Box]]) -> bool:
    return any({"net_amount", "gross_amount"} & set(roles) for roles, _ in heads)


def _rows(
    rows: tuple[Line, ...],
    start: int,
    columns: list[Column],
    by_line: dict[int, list[Hit]],
    items: list[Item],
    body: set[int],
) -> int:
    """Read rows until the totals; answers the position of the last line read."""
    current: Item | None = None
    pending: list[tuple[Line, Run]] = []
    reached = rows[start - 1].index if start else -1
    previous = rows[start - 1] if start else None
    amount = "net_amount" if any(column.role == "net_amount" for column in columns) else "gross_amount"
    closed = False
    left = min(column.box.x0 for column in columns) - 0.01
    for line in rows[start:]:
        height = max(line.box.y1 - line.box.y0, 1e-4)
        if previous is not None and line.box.y0 - previous.box.y1 > 9 * height:
            break
        hits = by_line.get(line.index, [])
        cells = _cells(hits, columns)
        closed = closed or _is_total(line, hits)
        if closed and not (line.index not in body and Item(cells=cells).checks):
            pending = []
            previous = line
            continue
        texts = _inside(_texts(line, cells, columns), left)
        described = [run for role, run in texts if role == "description"]
        if amount in cells and (cells[amount].kind == "money" or len(cells) >= 3 or described):
            current = Item(cells=cells, lines=[line])
            for role, run in texts:
                current.texts[role].append(run)
            if not described:
                current.texts["description"] = [run for _, run in pending[-3:]]
                current.lines += [above for above, _ in pending[-3:]]
            elif pending and items:
                _continue(items[-1], pending)
            pending = []
            items.append(current)
            body.add(line.index)
            reached = line.index
        elif described:
            pending.append((line, described[0]))
        previous = line
        if len(pending) > 12 or len(items) >= MAX_ITEMS:
            break
    if items and pending and current is not None:
        _continue(items[-1], pending)
    return reached


def _inside(texts: list[tuple[str, Run]], left: float) -> list[tuple[str, Run]]:
    """Without what stands left of the table (stamps, vertical notes), unless the row has no other description."""
    inside = [(role, run) for role, run in texts if run.box.x1 > left]
    return inside if any(role == "description" for role, _ in inside) else texts


def _continue(item: Item, pending: list[tuple[Line, Run]]) -> None:
    """Add wrapped lines to the description while they follow closely."""
    last = item.lines[0]
    for line, run in pending:
        if line.page != last.page or line.box.y0 - last.box.y1 > 0.9 * (last.box.y1 - last.box.y0):
            break
        item.texts["description"].append(run)
        item.lines.append(line)
        last = line


def _cells(hits: list[Hit], columns: list[Column]) -> dict[str, Hit]:
    """The nearest fitting number for each numeric column; each number stands in one column only."""
    pairs = []
    for hit in hits:
        for column in columns:
            if column.role in _KINDS and hit.kind in _KINDS[column.role]:
                distance = _distance(hit.box, column.box)
                if distance <= 0.08:
                    pairs.append((distance + 0.001 * _KINDS[column.role].index(hit.kind), id(hit), column.role, hit))
    cells: dict[str, Hit] = {}
    used: set[int] = set()
    for _, key, role, hit in sorted(pairs, key=lambda pair: pair[0]):
        if role not in cells and key not in used:
            cells[role] = hit
            used.add(key)
    return cells


def _distance(value: Box, head: Box) -> float:
    gap = max(value.x0 - head.x1, head.x0 - value.x1, 0.0)
    alignment = min(abs(value.x1 - head.x1), abs(value.x0 - head.x0), abs(value.x0 + value.x1 - head.x0 - head.x1) / 2)
    return gap + 0.2 * alignment


def _texts(line: Line, cells: dict[str, Hit], columns: list[Column]) -> list[tuple[str, Run]]:
    """What is left of the line beside its cells, by the column that it stands under."""
    quantity = cells.get("quantity")
    taken = sorted((hit.start, hit.end) for hit in cells.values())
    found: list[tuple[str, Run]] = []
    plain = [column for column in columns if column.role not in NUMERIC]
    for run in line.runs:
        start = run.start
        for cut_start, cut_end in (*((s, e) for s, e in taken if run.start <= s < run.end), (run.end, run.end)):
            text = line.text[start:cut_start].strip()
            if text and any(c.isalnum() for c in text):
                offset = line.text.index(text, start)
                unit = quantity is not None and 0 <= offset - quantity.end <= 1 and _UNIT.fullmatch(text)
                placed = _placed(line, offset, offset + len(text), plain)
                found += [("unit", placed[0][1])] if unit else placed
            start = max(start, cut_end)
    return found


def _placed(line: Line, start: int, end: int, plain: list[Column]) -> list[tuple[str, Run]]:
    text = line.text[start:end]
    run = Run(line, start, end, text, line.span(start, end)[1])
    if not plain:
        return [("description", run)]
    head, _, rest = text.partition(" ")
    nearest = min(plain, key=lambda column: _left_distance(run.box, column.box))
    first = Run(line, start, start + len(head), head, line.span(start, start + len(head))[1])
    narrow = next((c for c in plain if c.role in ("position", "product_code") and _holds(c, first, plain)), None)
    if narrow is not None and rest:
        return [
            (narrow.role, first),
            *_placed(line, end - len(rest.lstrip()), end, [c for c in plain if c is not narrow]),
        ]
    if nearest.role == "position" and not _POSITION.fullmatch(text):
        return [("description", run)]
    return [(nearest.role, run)]


def _holds(column: Column, first: Run, plain: list[Column]) -> bool:
    """Whether the first word of a run belongs to a narrow column before the description's."""
    description = next((c for c in plain if c.role == "description"), None)
    if description is not None and (column.box.x0 > description.box.x0 or first.box.x0 > description.box.x0):
        return False
    if column.role == "position":
        return bool(_POSITION.fullmatch(first.text))
    return any(c.isdigit() for c in first.text) and abs(first.box.x0 - column.box.x0) < 0.03


def _left_distance(run: Box, head: Box) -> float:
    overlap = max(0.0, min(run.x1, head.x1) - max(run.x0, head.x0))
    return abs(run.x0 - head.x0) - (0.05 if overlap else 0.0)


def _is_total(line: Line, hits: list[Hit]) -> bool:
    """A line whose words before its last amount, in the nearest run, are mostly a label of a total."""
    labels = [label for label in find_labels(line, lexicon("AMOUNT_LABELS")) if _STOP_ROLES & set(label.roles)]
    if not labels:
        return False
    amounts = [hit.start for hit in hits if hit.kind == "money"]
    for run in line.runs:
        end = min((start for start in amounts if run.start < start), default=run.end)
        letters = sum(c.isalpha() for c in line.text[run.start : min(end, run.end)])
        covered = sum(
            sum(c.isalpha() for c in label.key) for label in labels if run.start <= label.start and label.end <= end
        )
        if letters and covered >= 0.5 * letters and (amounts or hits or letters < 25):
            return True
    return False


def _headless(lines: Layout, by_line: dict[int, list[Hit]]) -> list[Item]:
    """Rows of a table without a head: lines where a quantity times a price is an amount."""
    items = []
    for line in lines.lines:
        hits = sorted(by_line.get(line.index, ()), key=lambda hit: hit.start)
        money = [hit for hit in hits if hit.kind == "money"]
        numbers = [hit for hit in hits if hit.kind == "number"]
        if len(money) < 2 or not numbers or _is_total(line, hits):
            continue
        for quantity in numbers[:4]:
            item = Item(cells={"quantity": quantity, "unit_price": money[-2], "net_amount": money[-1]}, lines=[line])
            if item.checks and money[-1].value:
                for role, run in _texts(line, item.cells, []):
                    item.texts[role].append(run)
                items.append(item)
                break
        if len(items) >= MAX_ITEMS:
            break
    return items
