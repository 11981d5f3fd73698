"""One row of a table, and what is known of it from beside its line: cells set lower, a price that stands once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.lines import GAP, Line, Run
from inference.extraction.table_head import Column
from inference.extraction.table_roles import multiplies

NEAR = 4.0  # line heights between a row and a cell of it that is set in the middle of several lines


@dataclass
class Item:
    """One row: its cells as hits (typed) or runs of text."""

    cells: dict[str, Hit] = field(default_factory=dict)
    texts: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    lines: list[Line] = field(default_factory=list)
    extra: bool = False  # a discount or shipping among the goods: a row where a total includes it
    headed: bool = False  # its description stands under a head that names it

    @property
    def checks(self) -> bool | None:
        """Whether quantity times unit price, less a discount, is the net amount; None where one of them is missing."""
        values = [self.cells[role].value for role in ("quantity", "unit_price", "net_amount") if role in self.cells]
        numbers = [value for value in values if isinstance(value, Decimal)]
        if len(numbers) != 3:
            return None
        quantity, price, amount = numbers
        cut = self.cells["discount"].value if "discount" in self.cells else None
        off = abs(cut) if isinstance(cut, Decimal) else Decimal(0)
        prices = (price, price - off, price * (1 - off / 100))
        return any(multiplies(quantity, each, amount) for each in prices) or multiplies(quantity, price, amount + off)

    @property
    def described(self) -> bool:
        """Whether the description has a column of its own: a head that names it, and a gap before its first word."""
        runs = self.texts.get("description", [])
        return bool(runs) and self.headed and runs[0].line.text[: runs[0].start][-1:] in ("", GAP)

    @property
    def amount(self) -> Decimal | None:
        """The row's amount: net, or gross where the table shows no net."""
        hit = self.cells.get("net_amount") or self.cells.get("gross_amount")
        return hit.value if hit is not None and isinstance(hit.value, Decimal) else None


def total_of(items: Iterable[Item]) -> Decimal:
    """The sum of the rows' amounts."""
    return sum((item.amount or Decimal(0) for item in items), Decimal(0))


def completed(items: list[Item], loose: Sequence[Item], columns: Sequence[Column]) -> list[Item]:
    """The items with what their own lines leave out. `loose`: numbers on lines without an amount."""
    for item in items:
        for other in _beside(item, loose):
            for role, hit in other.cells.items():
                tried = Item({**item.cells, role: hit})
                if role not in item.cells and tried.checks:
                    item.cells[role] = hit
        if not item.texts.get("description") and any(column.stacked for column in columns):
            item.texts["description"] = item.texts.pop("product_code", [])
    amounts = [column for column in columns if column.role in ("net_amount", "gross_amount")]
    if any("unit_price" in column.roles for column in amounts) and not any(c.role == "unit_price" for c in columns):
        for item in items:
            _price_of_one(item)
    return items


def _beside(item: Item, loose: Iterable[Item]) -> list[Item]:
    """The loose cells that stand near the item, the nearest first."""
    line = item.lines[0]
    height = max(line.box.y1 - line.box.y0, 1e-4)
    near = [(abs(other.lines[0].box.y0 - line.box.y0), other) for other in loose if other.lines[0].page == line.page]
    return [other for distance, other in sorted(near, key=lambda pair: pair[0]) if distance <= NEAR * height]


def _price_of_one(item: Item) -> None:
    """Under "Price" alone stands the price of one and the amount of the row, where there is one of it."""
    hit = item.cells.get("net_amount")
    quantity = item.cells["quantity"].value if "quantity" in item.cells else None
    if hit is not None and quantity == 1:
        item.cells["unit_price"] = hit
