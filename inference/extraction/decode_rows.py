"""From the network's scores to rows: line items and tax lines, each from the line that starts it to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.decode import CENT, Choice, Scores, telling_words
from inference.extraction.lines import GAP, Line
from inference.fields import PRINTED_LINE_CELLS, PRINTED_TAX_CELLS, Kind
from inference.types import Box

_KINDS: Mapping[str, tuple[str, ...]] = {
    "money": ("money", "number"),
    "number": ("number", "money"),
    "percent": ("percent", "number"),
}


@dataclass
class _Row:
    values: dict[str, tuple[float, Hit]] = field(default_factory=dict)
    texts: dict[str, list[tuple[float, str, int, Box]]] = field(default_factory=dict)


Row = dict[str, Choice]


def line_items(scores: Scores) -> list[Row]:
    """Rows with an amount, or with a description and a quantity or price."""
    rows = [_cells(row) for row in _rows(scores, "line_items", PRINTED_LINE_CELLS)]
    rows = [
        row for row in rows if "net_amount" in row or ("description" in row and {"quantity", "unit_price"} & set(row))
    ]
    return [_checked(row, _item_adds_up(row)) for row in rows]


def tax_lines(scores: Scores) -> list[Row]:
    """Rows with a rate and a tax, each rate and tax once."""
    unique: dict[object, Row] = {}
    for row in (_cells(row) for row in _rows(scores, "tax_lines", PRINTED_TAX_CELLS)):
        if "tax" in row and ("rate" in row or "net" in row):
            key = row["rate"].value if "rate" in row else row["tax"].value
            if key not in unique or len(row) > len(unique[key]):
                unique[key] = row
    return [_checked(row, _tax_adds_up(row)) for row in unique.values()]


def _rows(scores: Scores, table: str, cells: Mapping[str, Kind]) -> list[_Row]:
    columns = {cell: scores.of(f"{table}.{cell}") for cell in cells}
    start = scores.of(f"{table}.start")
    hits: dict[int, list[Hit]] = {}
    for hit in scores.features.hits:
        hits.setdefault(hit.line.index, []).append(hit)
    rows: list[_Row] = []
    for line in scores.features.lines.lines:
        begin = scores.features.line_starts[line.index]
        rows_here = range(begin, begin + len(line.words))
        inside = [word for word in rows_here if any(column[word] > 0 for column in columns.values())]
        if not inside:
            continue
        if not rows or sum(float(start[word]) for word in inside) > 0:
            rows.append(_Row())
        row = rows[-1]
        for cell, kind in cells.items():
            members = [word - begin for word in inside if columns[cell][word] > 0]
            if not members:
                continue
            if cell == "description":
                said = {name: {w - begin for w in inside if column[w] > 0} for name, column in columns.items()}
                members = _filled(line, members, said)
            if kind in _KINDS:
                _take_value(
                    row, cell, kind, hits.get(line.index, []), members, [float(columns[cell][w]) for w in rows_here]
                )
            else:
                stops = [*(s - 1 for s in line.starts[1:]), len(line.text)]
                text = " ".join(line.text[line.starts[word] : stops[word]] for word in members)
                box = line.boxes[members[0]].union(line.boxes[members[-1]])
                score = sum(float(columns[cell][begin + word]) for word in members) / len(members)
                row.texts.setdefault(cell, []).append((score, text, line.page, box))
    return rows


def _filled(line: Line, members: list[int], said: Mapping[str, set[int]]) -> list[int]:
    """Words of a description with those beside them in the same run that are no other cell.

    Numbers at the end ("Office 365", "Barolo 0.75 l") look like codes; a code before it, or in a column of its own, is
    not reached.
    """
    numbers = set[int]().union(*(words for cell, words in said.items() if cell not in ("description", "product_code")))
    filled = set(members)
    for word in range(members[0] + 1, len(line.words)):
        if word - 1 in filled and line.text[line.starts[word] - 1] != GAP and word not in numbers:
            filled.add(word)
    for word in range(members[0] - 1, -1, -1):
        if line.text[line.starts[word + 1] - 1] == GAP or word in numbers | said["product_code"]:
            break
        filled.add(word)
    return sorted(filled)


def _take_value(row: _Row, cell: str, kind: str, hits: list[Hit], members: list[int], logits: list[float]) -> None:
    """The best candidate of the line for a cell, unless the row has a better one."""
    for hit in hits:
        if hit.kind not in _KINDS[kind]:
            continue
        telling = telling_words(hit)
        if set(telling) & set(members):
            score = sum(logits[word] for word in telling) / len(telling)
            if score > -1 and (cell not in row.values or row.values[cell][0] < score):
                row.values[cell] = score, hit


def _cells(row: _Row) -> Row:
    found = {
        cell: Choice(hit.value, hit.candidate.raw, hit.candidate.page, hit.box, score)
        for cell, (score, hit) in row.values.items()
    }
    for cell, parts in row.texts.items():
        text = " ".join(part for _, part, _, _ in parts).strip(" ,;:|")
        if text:
            score = sum(score for score, _, _, _ in parts) / len(parts)
            _, _, page, box = parts[0]
            found[cell] = Choice(text, text, page, box, score)
    return found


def _item_adds_up(row: Row) -> bool | None:
    quantity, price, net = (_amount(row, cell) for cell in ("quantity", "unit_price", "net_amount"))
    if quantity is None or price is None or net is None:
        return None
    discount = _amount(row, "discount") or Decimal(0)
    return any(abs(quantity * price - cut - net) <= CENT for cut in (Decimal(0), discount))


def _tax_adds_up(row: Row) -> bool | None:
    rate, net, tax = (_amount(row, cell) for cell in ("rate", "net", "tax"))
    if rate is None or net is None or tax is None:
        return None
    return abs(net * rate / 100 - tax) <= CENT


def _amount(row: Row, cell: str) -> Decimal | None:
    value = row[cell].value if cell in row else None
    return value if isinstance(value, Decimal) else None


def _checked(row: Row, adds_up: bool | None) -> Row:
    agreement = 1.0 if adds_up else 0.0 if adds_up is None else -1.0
    return {cell: Choice(c.value, c.raw, c.page, c.box, c.score, c.margin, agreement) for cell, c in row.items()}
