"""One line of a table cut into cells: words go to columns from left to right, at the least total cost.

Costs are distances as fractions of the page's width. Dynamic programming over (column, whether it has its number) keeps
the order of the columns, so that a crowded row is read as a whole and not word by word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from inference.extraction import vocabulary
from inference.extraction.amounts import SYMBOLS
from inference.extraction.candidates import CODES, Hit
from inference.extraction.labels import fold, phrases
from inference.extraction.lines import GAP, Line, Run
from inference.extraction.table_head import NUMERIC, UNKNOWN, Column
from inference.types import Box

KINDS = {
    "quantity": ("number", "money"),
    "unit_price": ("money", "number"),
    "discount": ("money", "percent", "number"),
    "tax_rate": ("percent", "number", "money"),
    "net_amount": ("money", "number"),
    "tax_amount": ("money", "number"),
    "gross_amount": ("money", "number"),
}
SKIP = 0.12
FAR = 0.08
_UNIT = re.compile(r"[^\W\d_]{1,10}[²³]?(?:\([^\W\d_]{1,2}\))?\.?|[^\W\d_]+/[^\W\d_]+|m[23]")
_POSITION = re.compile(r"\d{1,4}(?:\.\d{1,3})*[.)]?")
_FILLER = re.compile(r"[\W_]+|[xX]")


@dataclass(frozen=True)
class Token:
    """A number (with its hit) or a word of the line."""

    start: int
    end: int
    text: str
    box: Box
    hit: Hit | None
    after_gap: bool
    after_number: bool = False
    inside: bool = False  # words stand before it without a gap


@dataclass
class Cells:
    """What a line holds, by the position of the column."""

    line: Line
    hits: dict[int, Hit] = field(default_factory=dict)
    texts: dict[int, list[Run]] = field(default_factory=dict)
    units: dict[int, list[Run]] = field(default_factory=dict)


def cut(line: Line, hits: Sequence[Hit], columns: Sequence[Column]) -> Cells:
    """The cheapest reading of the line under these columns (left to right). `hits`: the line's numbers."""
    tokens = _tokens(line, hits)
    limits = _limits(columns)
    width = 2 * len(columns)
    best: list[float] = [0.0] + [float("inf")] * width  # 0: nothing placed yet; 2c + 1 + filled
    back: list[list[tuple[int, bool]]] = []
    for token in tokens:
        skip = _skip(token)
        now = [cost + skip for cost in best]
        steps = [(state, False) for state in range(width + 1)]
        before, source = best[0], 0
        for number, column in enumerate(columns):
            numeric = token.hit is not None and column.role in NUMERIC
            here = 2 * number + 1
            price = _price(token, column, limits[number])
            enter = before + price + _entry(token, column)
            enter += 0.0 if token.after_gap or source == 0 else _crossing(token, column)
            stay = price + (0.02 if token.after_gap else 0.0)
            moves = [(enter, source, here + numeric)]
            if numeric:
                moves += [(best[here] + stay, here, here + 1), (best[here + 1] + stay + 0.2, here + 1, here + 1)]
            else:
                moves += [(best[here] + stay, here, here), (best[here + 1] + stay, here + 1, here + 1)]
            for cost, origin, state in moves:
                if cost < now[state]:
                    now[state], steps[state] = cost, (origin, True)
            for state in (here, here + 1):
                if best[state] < before:
                    before, source = best[state], state
        back.append(steps)
        best = now
    return _collect(line, tokens, columns, back, min(range(width + 1), key=lambda state: best[state]))


def _collect(
    line: Line, tokens: list[Token], columns: Sequence[Column], back: list[list[tuple[int, bool]]], state: int
) -> Cells:
    placed: list[tuple[int, Token]] = []
    for token, steps in zip(reversed(tokens), reversed(back), strict=True):
        origin, used = steps[state]
        if used:
            placed.append(((state - 1) // 2, token))
        state = origin
    cells = Cells(line)
    last: tuple[int, Token, list[Run]] | None = None
    for number, token in reversed(placed):
        column = columns[number]
        if token.hit is not None and column.role in (*NUMERIC, UNKNOWN) and number not in cells.hits:
            cells.hits[number] = token.hit
            last = None
            continue
        home = cells.units if column.role in NUMERIC else cells.texts
        if column.role in NUMERIC and not (column.role == "quantity" and _UNIT.fullmatch(token.text)):
            continue
        runs = home.setdefault(number, [])
        if last is not None and last[2] is runs and token.start - last[1].end <= 1:
            start = runs.pop().start
        else:
            start = token.start
        text = line.text[start : token.end].replace(GAP, " ")
        runs.append(Run(line, start, token.end, text, line.span(start, token.end)[1]))
        last = number, token, runs
    return cells


def _tokens(line: Line, hits: Sequence[Hit]) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    for hit in (*sorted(hits, key=lambda hit: hit.start), None):
        stop = hit.start if hit else len(line.text)
        for match in re.finditer(r"\S+", line.text[position:stop]):
            start, end = position + match.start(), position + match.end()
            tokens.append(_token(line, start, end, None, 0 < position == start - 1))
        if hit is not None and hit.start >= position:
            tokens.append(_token(line, hit.start, hit.end, hit))
            position = hit.end
    return tokens


def _token(line: Line, start: int, end: int, hit: Hit | None, after_number: bool = False) -> Token:
    box = hit.box if hit else line.span(start, end)[1]
    after_gap = start == 0 or line.text[start - 1] == GAP
    run = line.text[line.text.rfind(GAP, 0, start) + 1 : start]
    inside = not after_gap and sum(map(str.isalpha, run)) >= 3
    return Token(start, end, line.text[start:end], box, hit, after_gap, after_number, inside)


@cache
def _units() -> frozenset[str]:
    return frozenset(phrases(vocabulary.UNITS))


def _limits(columns: Sequence[Column]) -> list[tuple[float, float]]:
    """Between which x each column's text may stand: from the head before it to the head behind it."""
    lefts = [0.0, *(column.box.x1 for column in columns[:-1])]
    rights = [*(column.box.x0 for column in columns[1:]), 1.0]
    return list(zip(lefts, rights, strict=True))


def _skip(token: Token) -> float:
    """What it costs to leave the token out: little where it says nothing, such as a lone currency or a dash."""
    if token.hit is None and (token.text in SYMBOLS or token.text.upper() in CODES):
        return 0.0
    return 0.001 if token.hit is None and _FILLER.fullmatch(token.text) else SKIP


def _price(token: Token, column: Column, limits: tuple[float, float]) -> float:
    """What it costs to put the token into the column."""
    hit, role = token.hit, column.role
    if role in NUMERIC:
        if hit is None:
            unit = role == "quantity" and _UNIT.fullmatch(token.text) is not None
            return (0.01 if unit else 0.1) + _gap(token.box, column.box)
        distance = _gap(token.box, column.box) + 0.2 * _offset(token.box, column.box)
        kinds = KINDS[role]
        mismatch = 0.001 * kinds.index(hit.kind) if hit.kind in kinds else 0.3
        mismatch += 0.02 * (role == "tax_rate" and hit.kind == "money")
        return distance + mismatch + (0.2 if distance > FAR else 0.0)
    outside = max(limits[0] - token.box.x1, token.box.x0 - limits[1], 0.0)
    overrun = max(token.box.x1 - limits[1] - 0.02, 0.0) if role != "description" else 0.0
    if role == "description" and token.inside and (hit is None or hit.kind == "number"):
        return outside + 0.004
    if role == "description" and hit is None and fold(token.text) in _units():
        return outside + (0.05 if token.after_number else 0.02)
    if hit is not None and role != UNKNOWN:
        heavy = 0.05 if role == "unit" else {"money": 0.06, "percent": 0.03}.get(hit.kind, 0.015)
        fits = role == "position" and _POSITION.fullmatch(token.text) is not None
        fits = fits or (role in ("product_code", "purchase_order", "date") and hit.kind == "number")
        before = role != "description" and token.box.x1 < column.box.x0 and token.box.x0 < limits[0]
        return outside + overrun + (0.0 if fits else heavy) + 0.03 * before
    if role != "description" and token.box.x1 < column.box.x0 and token.box.x0 < limits[0]:
        outside += 0.02  # it stands under the head before this one
    if role == "position" and not _POSITION.fullmatch(token.text):
        return outside + 0.06
    if role == "product_code" and not any(c.isdigit() for c in token.text):
        return outside + overrun + (0.015 if token.text.isupper() and token.after_gap else 0.03)
    if role == "unit" and not _UNIT.fullmatch(token.text):
        return outside + overrun + 0.04
    return outside + overrun


def _crossing(token: Token, column: Column) -> float:
    """What it costs to change columns without a gap: much where the token does not reach the text column's head."""
    return 0.04 if column.role not in NUMERIC and token.box.x1 < column.box.x0 - 0.01 else 0.008


def _entry(token: Token, column: Column) -> float:
    """How badly the first word of a text column is aligned with its head."""
    return 0.0 if column.role in NUMERIC else 0.25 * min(_offset(token.box, column.box), 0.12)


def _gap(value: Box, head: Box) -> float:
    return max(value.x0 - head.x1, head.x0 - value.x1, 0.0)


def _offset(value: Box, head: Box) -> float:
    """The least distance between left edges, right edges or centres."""
    return min(abs(value.x1 - head.x1), abs(value.x0 - head.x0), abs(value.x0 + value.x1 - head.x0 - head.x1) / 2)
