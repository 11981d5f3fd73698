"""Which column is quantity, price and amount where the head leaves doubt: arithmetic over the rows decides."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from inference.extraction.table_cells import Cells
from inference.extraction.table_head import UNKNOWN, Column

_TRIPLE = ("quantity", "unit_price", "net_amount")
CENT = Decimal("0.02")
MAX_RATE = 30


def multiplies(quantity: Decimal, price: Decimal, amount: Decimal) -> bool:
    """Whether quantity times price is the amount, up to rounding."""
    return abs(quantity * price - amount) <= max(CENT, abs(amount) * Decimal("0.001"))


def settle(columns: Sequence[Column], rows: Sequence[Cells]) -> tuple[Column, ...]:
    """The columns with the roles under which most rows multiply; the head's own reading wins a tie."""
    filled = [row for row in rows if len(row.hits) >= 2]
    columns = _net_before_tax(_by_content(_priced(_described(columns, rows), rows), filled), filled)
    return tuple(_less_discount(_multiplying(columns, filled), filled)) if filled else tuple(columns)


def _multiplying(columns: Sequence[Column], filled: list[Cells]) -> tuple[Column, ...]:
    at = {column.role: number for number, column in enumerate(columns)}
    declared = tuple(at.get(role) for role in _TRIPLE)
    count = _count(declared, filled)
    complete = sum(1 for row in filled if all(number in row.hits for number in declared))
    if complete and count >= 0.5 * complete:
        return tuple(columns)
    best, best_score = declared, float(count)
    for choice in product(*(_options(role, columns, filled) for role in _TRIPLE)):
        if len(set(choice)) < 3 or choice == declared:
            continue
        changes = sum(1 for new, old in zip(choice, declared, strict=True) if new != old)
        score = _count(choice, filled) - 0.1 * changes
        if score > best_score and _count(choice, filled) >= 0.6 * len(filled):
            best, best_score = choice, score
    if best == declared:
        return tuple(columns)
    named = {number: role for number, role in zip(best, _TRIPLE, strict=True) if number is not None}
    return tuple(
        replace(column, role=named.get(number, UNKNOWN if column.role in _TRIPLE else column.role))
        for number, column in enumerate(columns)
    )


def _named(columns: Sequence[Column], number: int, role: str) -> tuple[Column, ...]:
    """The columns with one of them in another role."""
    return (*columns[:number], replace(columns[number], role=role), *columns[number + 1 :])


def _described(columns: Sequence[Column], rows: Sequence[Cells]) -> Sequence[Column]:
    """Without a head for descriptions, the column of unknown meaning with the most letters holds them."""
    if any(column.role == "description" for column in columns):
        return columns
    letters = {
        number: sum(c.isalpha() for row in rows for run in row.texts.get(number, ()) for c in run.text)
        for number, column in enumerate(columns)
        if column.role == UNKNOWN
    }
    best = max(letters, key=lambda number: letters[number], default=None)
    return columns if best is None or letters[best] < 4 * max(len(rows), 1) else _named(columns, best, "description")


def _priced(columns: Sequence[Column], rows: Sequence[Cells]) -> Sequence[Column]:
    """ "Unit" over numbers is the price of one, where no other column is."""
    number = next(
        (n for n, column in enumerate(columns) if column.role == "unit" and "unit_price" in column.roles), None
    )
    if number is None or any(column.role == "unit_price" for column in columns):
        return columns
    texts = [run.text for row in rows for run in row.texts.get(number, ())]
    numeric = sum(1 for text in texts if any(c.isdigit() for c in text) and sum(map(str.isalpha, text)) <= 3)
    return _named(columns, number, "unit_price") if numeric > 0.5 * len(texts) else columns


def _net_before_tax(columns: Sequence[Column], rows: list[Cells]) -> Sequence[Column]:
    """Where an amount of unknown meaning and the tax make up the "total", the first is the net, the last the gross."""
    at = {column.role: number for number, column in enumerate(columns)}
    tax, total = at.get("tax_amount"), at.get("net_amount")
    if tax is None or total is None or "gross_amount" in at:
        return columns
    for number, column in enumerate(columns):
        if column.role in (UNKNOWN, "unit_price") and len(rows) and _added(number, tax, total, rows) >= 0.6 * len(rows):
            return _named(_named(columns, total, "gross_amount"), number, "net_amount")
    return columns


def _less_discount(columns: Sequence[Column], rows: list[Cells]) -> Sequence[Column]:
    """Where an amount less its discount makes up the "total", no tax is in between: that total is the row's amount."""
    at = {column.role: number for number, column in enumerate(columns)}
    net, cut, total = at.get("net_amount"), at.get("discount"), at.get("gross_amount")
    if net is None or cut is None or total is None:
        return columns
    reduced = 0
    for row in rows:
        values = [row.hits[number].value for number in (net, cut, total) if number in row.hits]
        numbers = [value for value in values if isinstance(value, Decimal)]
        reduced += len(numbers) == 3 and abs(numbers[0] - abs(numbers[1]) - numbers[2]) <= CENT
    if reduced < max(0.6 * len(rows), 1):
        return columns
    return _named(_named(columns, net, UNKNOWN), total, "net_amount")


def _added(net: int, tax: int, total: int, rows: list[Cells]) -> int:
    count = 0
    for row in rows:
        values = [row.hits[number].value for number in (net, tax, total) if number in row.hits]
        numbers = [value for value in values if isinstance(value, Decimal)]
        count += len(numbers) == 3 and numbers[1] != 0 and abs(numbers[0] + numbers[1] - numbers[2]) <= CENT
    return count


def _by_content(columns: Sequence[Column], rows: list[Cells]) -> Sequence[Column]:
    """ "VAT" over amounts is the tax, over rates the rate: no rate is above 30, and none is added to an amount."""
    number = next((number for number, column in enumerate(columns) if column.role == "tax_rate"), None)
    if number is None or any(column.role == "tax_amount" for column in columns):
        return columns
    hits = [row.hits[number] for row in rows if number in row.hits]
    if not hits or sum(hit.kind == "percent" for hit in hits) > 0.5 * len(hits):
        return columns
    large = any(isinstance(hit.value, Decimal) and abs(hit.value) > MAX_RATE for hit in hits)
    others = [other for other in range(len(columns)) if other != number]
    added = any(_added(one, number, two, rows) >= 0.6 * len(rows) for one in others for two in others if one < two)
    return _named(columns, number, "tax_amount") if large or added else columns


def _options(role: str, columns: Sequence[Column], rows: list[Cells]) -> list[int]:
    """The columns that may play the role: by their head, or because their head is unknown and they hold numbers."""
    found = []
    for number, column in enumerate(columns):
        kinds = [row.hits[number].kind for row in rows if number in row.hits]
        if len(kinds) < 0.5 * len(rows) or kinds.count("percent") > 0.5 * len(kinds):
            continue
        if role in column.roles or column.role in (UNKNOWN, "discount", "tax_rate", "tax_amount", *_TRIPLE):
            found.append(number)
    return found


def _count(choice: tuple[int | None, ...], rows: list[Cells]) -> int:
    count = 0
    for row in rows:
        values = [row.hits[number].value for number in choice if number is not None and number in row.hits]
        numbers = [value for value in values if isinstance(value, Decimal)]
        if len(numbers) == 3 and multiplies(*numbers):
            count += 1
    return count
