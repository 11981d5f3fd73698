"""The head of a table of line items: its words become columns, each with the roles that its label can have."""

import re
from dataclasses import dataclass

from inference.extraction.amounts import SYMBOLS
from inference.extraction.candidates import CODES, Hit
from inference.extraction.labels import Label, find_labels, fold, lexicon
from inference.extraction.lines import GAP, Line
from inference.types import Box

NUMERIC = ("quantity", "unit_price", "discount", "tax_rate", "net_amount", "tax_amount", "gross_amount")
UNKNOWN = "unknown"
NARROW = 0.08  # the width of a column that holds codes or positions, never descriptions
UNNAMED = 0.25  # a head that begins further right leaves the descriptions' column without a name


@dataclass(frozen=True)
class Column:
    """One column: the role it plays, its head's box, and every role that its label allows (none: an unknown word).

    `stacked`: the head names a code with the description under it, and so does every row.
    """

    role: str
    box: Box
    roles: tuple[str, ...] = ()
    stacked: bool = False


Cell = tuple[tuple[str, ...], Box]
_CODES = frozenset({"product_code", "position", "purchase_order"})
_EACH = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(CODES))}|[€$£]|Kč|zł|kr\.?|[^\W\d_]{{4,8}}) ?/ ?[^\W\d_]{{1,7}}\d?(?!\w)"
)
_PRICES = frozenset({"price", "preis", "prix", "precio", "prezzo", "prijs", "preco", "pris", "cena", "cijena", "hinta"})
_WITH_TAX = frozenset(
    {"vat", "tax", "gst", "hst", "tva", "ht", "ttc", "iva", "btw", "mwst", "ust", "moms", "mva", "dph", "pdv", "ddv"}
    | {"afa", "netto", "brutto", "net", "gross", "neto", "lordo", "bruto"}
)


def find_head(
    rows: tuple[Line, ...], position: int, by_line: dict[int, list[Hit]]
) -> tuple[tuple[Column, ...], int] | None:
    """Columns of a table head whose main line is this one; cells may go on over a line above and two below.

    Answers with the columns from left to right and the position of the head's last line; None where it is no head.
    """
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
    clusters = sorted(_clusters(band), key=lambda cluster: min(unit.box.x0 for unit in cluster))
    columns = _stacked(clusters, _resolve([_cell(cluster) for cluster in clusters]))
    roles = {column.role for column in columns} - {UNKNOWN}
    if not {"net_amount", "gross_amount"} & roles or len(roles) < 2 or (len(roles) == 2 and "description" not in roles):
        return None
    if not roles & {"description", "quantity", "unit_price", "product_code"}:
        return None
    if "description" not in roles and columns[0].box.x0 > UNNAMED and rows[last + 1 :]:
        left, top = min(rows[last + 1].box.x0, columns[0].box.x0 - 0.1), columns[0].box
        columns = (Column(UNKNOWN, Box(left, top.y0, left + 0.1, top.y1)), *columns)
    return columns, rows[last].index


def alike(one: tuple[Column, ...], other: tuple[Column, ...]) -> bool:
    """Whether a further head repeats the first: other tables after the items hold taxes or payments."""
    first, second = ({column.role for column in columns} - {UNKNOWN} for columns in (one, other))
    return len(first & second) >= 0.6 * len(first | second)


def _belongs(line: Line, gap: float, height: float, by_line: dict[int, list[Hit]]) -> bool:
    """Whether a neighbouring line is part of the head: close, without numbers, and mostly words of column heads."""
    if gap > 0.9 * height or by_line.get(line.index) or ":" in line.text or sum(map(str.isdigit, line.text)) > 2:
        return False
    labelled = {label.start for label in _column_labels(line, 0.5)}
    known = sum(
        1 for run in line.runs if any(run.start <= start < run.end for start in labelled) or len(run.text) <= 12
    )
    return known >= 0.7 * len(line.runs)


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
        labels = _priced_each(line, find_labels(line, lexicon("COLUMN_LABELS")))
        for run in line.runs:
            inside = [label for label in labels if run.start <= label.start and label.end <= run.end]
            inside = _without_qualifiers(inside, line)
            units = [_Unit(line, label.key, label.roles, label.box) for label in inside]
            if len(inside) == 1 and len(inside[0].key) >= 0.4 * len(fold(run.text)):
                units = [_Unit(line, fold(run.text), inside[0].roles, run.box)]
            elif inside:
                units = _with_strangers(run.start, run.end, line, inside)
            for unit in units or [_Unit(line, fold(run.text), (), run.box)]:
                home = next((c for c in clusters if c[-1].line is not line and _share(c[-1].box, unit.box) > 0.3), None)
                if home is None:
                    clusters.append([unit])
                else:
                    home.append(unit)
    return clusters


def _priced_each(line: Line, labels: list[Label]) -> list[Label]:
    """The labels with those of a price of one that names its unit: "€/litre", "EUR/EH", "Precio/l"."""
    for match in _EACH.finditer(line.text):
        first = fold(match.group().split("/")[0])
        start, end = match.span()
        if first.upper() in CODES or not match.group()[0].isalpha() or first in _PRICES or first in ("kc", "zł", "kr"):
            outside = [label for label in labels if label.end <= start or label.start >= end]
            each = Label(("unit_price",), line, start, end, line.span(start, end)[1], fold(match.group()))
            labels = sorted((*outside, each), key=lambda label: label.start)
    return labels


def _without_qualifiers(labels: list[Label], line: Line) -> list[Label]:
    """The labels of a run less "ex VAT", "TTC" or "netto" behind a price, where a later column is the amount."""
    kept: list[Label] = []
    for label in labels:
        if kept and "unit_price" in kept[-1].roles and label.key in _WITH_TAX:
            before = kept[-1]
            between = line.text[before.end : label.start]
            later = any(
                {"net_amount", "gross_amount"} & set(other.roles) for other in labels if other.start > label.end
            )
            later = later or GAP in line.text[label.end :]
            if GAP not in between and later and (any(map(str.isalpha, between)) or "tax_rate" not in label.roles):
                box = before.box.union(label.box)
                kept[-1] = Label(before.roles, line, before.start, label.end, box, before.key + label.key)
                continue
        kept.append(label)
    return kept


def _with_strangers(start: int, end: int, line: Line, labels: list[Label]) -> list[_Unit]:
    """The labels of a run and the words between them: "Ordered Price" has a column whose name is not known.

    A bracketed unit ("Amount (EUR)") and the second language of a label ("Menge / Qty") belong to the label.
    """
    units: list[_Unit] = []
    for label in labels:
        between = line.text[start : label.start]
        _stranger(between, start, line, units)
        tied = (
            "/" in between
            or " - " in between
            or {"description"} == set(label.roles) & set(units[-1].roles if units else ())
        )
        joined = bool(units) and tied and not any(c.isalnum() for c in between)
        if joined:
            known = units.pop()
            units.append(_Unit(line, known.key + label.key, known.roles or label.roles, known.box.union(label.box)))
        else:
            units.append(_Unit(line, label.key, label.roles, label.box))
        start = label.end
    _stranger(line.text[start:end], start, line, units)
    return units


def _stranger(text: str, start: int, line: Line, units: list[_Unit]) -> None:
    word = text.strip(" \t./:-|–")
    if units and (word.upper() in CODES or word in SYMBOLS):
        known = units.pop()
        begin = start + text.index(word)
        box = known.box.union(line.span(begin, begin + len(word))[1])
        units.append(_Unit(line, known.key, known.roles, box))
        return
    if len(fold(word)) >= 3 and not word.startswith("(") and "/" not in text and " - " not in text:
        begin = start + text.index(word)
        units.append(_Unit(line, fold(word), (), line.span(begin, begin + len(word))[1]))


def _share(one: Box, other: Box) -> float:
    overlap = min(one.x1, other.x1) - max(one.x0, other.x0)
    return overlap / max(min(one.x1 - one.x0, other.x1 - other.x0), 1e-4)


def _cell(cluster: list[_Unit]) -> Cell:
    table = lexicon("COLUMN_LABELS")[0]
    box = cluster[0].box
    for unit in cluster[1:]:
        box = box.union(unit.box)
    whole = table.get("".join(unit.key for unit in cluster))
    return whole or next((unit.roles for unit in cluster if unit.roles), ()), box


def _stacked(clusters: list[list[_Unit]], columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Where no head of its own names the description, it may stand under that of a code."""
    if any(column.role == "description" for column in columns):
        return columns
    for number, (cluster, column) in enumerate(zip(clusters, columns, strict=True)):
        below = [unit for unit in cluster[1:] if "description" in unit.roles]
        if below and _CODES & set(cluster[0].roles):
            return (*columns[:number], Column("description", column.box, column.roles, True), *columns[number + 1 :])
    return columns


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


def _resolve(heads: list[Cell]) -> tuple[Column, ...]:
    """One role for each head: unambiguous ones first; a price that is the last amount on the line is the net amount."""
    assigned: dict[int, str] = {}
    taken: set[str] = set()
    for number, (roles, _) in sorted(enumerate(heads), key=lambda pair: (len(pair[1][0]), -pair[0])):
        free = [role for role in roles if role not in taken]
        if "net_amount" in free and "unit_price" in free and _amount_follows(heads[number + 1 :]):
            free = ["unit_price"]
        if not free:
            continue
        role = "net_amount" if "net_amount" in free else free[0]
        assigned[number] = role
        taken.add(role)
    if not {"net_amount", "gross_amount"} & taken and "unit_price" in taken:
        last = max(number for number, role in assigned.items() if role in NUMERIC)
        prices = [number for number, (roles, _) in enumerate(heads) if "unit_price" in roles]
        if assigned[last] == "unit_price" or len(prices) > 1:
            assigned[prices[0]], assigned[prices[-1]] = "unit_price", "net_amount"
    _two_descriptions(heads, assigned)
    return tuple(Column(assigned.get(number, UNKNOWN), box, roles) for number, (roles, box) in enumerate(heads))


def _two_descriptions(heads: list[Cell], assigned: dict[int, str]) -> None:
    """ "Article | Description": the narrow first of two heads for a description holds the code or the position."""
    named = [number for number, (roles, _) in enumerate(heads) if "description" in roles]
    if len(named) != 2 or "description" not in assigned.values():
        return
    first, second = named
    narrow = heads[second][1].x0 - heads[first][1].x0 < NARROW
    allowed = {"description", None, "product_code" if narrow else None}
    if second != first + 1 or {assigned.get(first), assigned.get(second)} - allowed:
        return
    if narrow and assigned.get(second) == "product_code":
        assigned.pop(second)
    assigned[second] = "description"
    rest = [role for role in ("product_code", "position") if role not in assigned.values()]
    if rest:
        assigned[first] = rest[0]
    else:
        assigned.pop(first, None)


def _amount_follows(heads: list[Cell]) -> bool:
    return any({"net_amount", "gross_amount"} & set(roles) for roles, _ in heads)
