"""Line items of tables without a head: rows that multiply, and charges that add up to a printed total (`charges`)."""

import re
from collections.abc import Set
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.charges import best_charges
from inference.extraction.lines import Layout, Line
from inference.extraction.table_item import Item
from inference.extraction.table_rows import MAX_ITEMS
from inference.extraction.table_sums import Numbers, closes

_POSITION = re.compile(r"\d{1,3}[.)]?")


def headless_items(lines: Layout, numbers: Numbers, totals: Set[Decimal]) -> list[Item]:
    """Rows where a quantity times a price is an amount, or the charges among which they are."""
    multiplying = _multiplying(lines, numbers)
    charged = best_charges(lines, numbers, totals)
    among = {item.lines[0].index for item in charged} >= {item.lines[0].index for item in multiplying}
    return charged if charged and among else multiplying


def _multiplying(lines: Layout, numbers: Numbers) -> list[Item]:
    items: list[Item] = []
    for line in lines.lines:
        hits = sorted(numbers.get(line.index, ()), key=lambda hit: hit.start)
        money = [hit for hit in hits if hit.kind == "money"]
        if len(money) < 2 and len(hits) >= 3:
            money = [hit for hit in hits if hit.kind != "percent"][-2:]
        if len(money) < 2 or closes(line, hits):
            if items and not hits:
                _wrap(items[-1], line)
            continue
        item = _product(line, hits, money)
        if item is not None:
            items.append(item)
        if len(items) >= MAX_ITEMS:
            break
    return items


def _product(line: Line, hits: list[Hit], money: list[Hit]) -> Item | None:
    for quantity in [hit for hit in hits if hit.kind == "number" or hit is money[0]][:5]:
        for price, amount in ((money[-2], money[-1]), (money[-1], money[-2]), (money[0], money[-1])):
            item = Item(cells={"quantity": quantity, "unit_price": price, "net_amount": amount}, lines=[line])
            sure = amount.kind == "money" or quantity.value != 1
            if sure and len({id(hit) for hit in item.cells.values()}) == 3 and item.checks and amount.value:
                _describe(item, hits)
                return item if item.texts.get("description") or amount.kind == "money" else None
    return None


def _describe(item: Item, hits: list[Hit]) -> None:
    """The longest stretch of text beside the numbers; a number in front of it is the position, a rate is the tax."""
    line = item.lines[0]
    spans = sorted((hit.start, hit.end) for hit in hits if hit in item.cells.values() or hit.kind == "percent")
    stretches = []
    start = 0
    for begin, end in (*spans, (len(line.text), len(line.text))):
        between = re.finditer(r"[^\t]+", line.text[start:begin])
        stretches += [(start + match.start(), match.group()) for match in between]
        start = end
    stretches = [(at, text) for at, text in stretches if any(c.isalpha() for c in text)]
    rate = next((hit for hit in hits if hit.kind == "percent"), None)
    if rate is not None:
        item.cells["tax_rate"] = rate
    if stretches:
        at, text = max(stretches, key=lambda part: len(part[1].strip()))
        begin = at + len(text) - len(text.lstrip())
        item.texts["description"].append(line.part(begin, at + len(text.rstrip())))
    first = line.text.split()[0]
    if _POSITION.fullmatch(first) and not any(hit.start == 0 for hit in item.cells.values()):
        item.texts["position"].append(line.part(0, len(first)))


def _wrap(item: Item, line: Line) -> None:
    """Add a line right under the description, in its column, to it."""
    runs = item.texts.get("description")
    if not runs or line.page != item.lines[-1].page:
        return
    last = item.lines[-1]
    near = line.box.y0 - last.box.y1 <= 0.9 * (last.box.y1 - last.box.y0)
    for run in line.runs:
        if near and abs(run.box.x0 - runs[0].box.x0) < line.em:
            runs.append(run)
            item.lines.append(line)
            return
