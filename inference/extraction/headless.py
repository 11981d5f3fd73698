"""Line items of tables without a head: rows that multiply, else rows that add up to a total below them."""

import re
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.table_item import Item
from inference.extraction.table_rows import MAX_ITEMS, Numbers, closes, set_aside

MAX_OUTLINE = 60
_POSITION = re.compile(r"\d{1,3}[.)]?")


def headless_items(lines: Layout, numbers: Numbers) -> list[Item]:
    """Rows where a quantity times a price is an amount; where there are none, rows that a total adds up."""
    return _multiplying(lines, numbers) or _adding_up(lines, numbers) or _outline(lines, numbers)


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
        item.texts["description"].append(_run(line, begin, at + len(text.rstrip())))
    first = line.text.split()[0]
    if _POSITION.fullmatch(first) and not any(hit.start == 0 for hit in item.cells.values()):
        item.texts["position"].append(_run(line, 0, len(first)))


def _run(line: Line, start: int, end: int) -> Run:
    return Run(line, start, end, line.text[start:end], line.span(start, end)[1])


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


def _adding_up(lines: Layout, numbers: Numbers) -> list[Item]:
    """Descriptions with one amount at the right, on lines that follow each other, summed up by the first total."""
    for page in lines.pages:
        items: list[Item] = []
        for line in lines.page_lines(page.number):
            hits = sorted(numbers.get(line.index, ()), key=lambda hit: hit.start)
            money = [hit for hit in hits if hit.kind == "money"]
            if money and closes(line, hits):
                if len(items) >= 2 and _sum(items) in {hit.value for hit in money}:
                    return items
                if len(items) == 1 and _sum(items) == money[-1].value and _sum(items):
                    return items
                items = []
            elif len(money) == 1 and _is_row(line, money[0], items):
                item = Item(cells={"net_amount": money[0]}, lines=[line])
                _describe(item, hits)
                if item.texts.get("description") and not set_aside(line, item):
                    items.append(item)
            elif items and not hits:
                _wrap(items[-1], line)
    return []


def _outline(lines: Layout, numbers: Numbers) -> list[Item]:
    """Charges that are split up under each of them, as bills of usage are: rows at one indent that make a total."""
    levels: dict[int, list[Item]] = {}
    totals: set[object] = set()
    for line in lines.lines:
        hits = sorted(numbers.get(line.index, ()), key=lambda hit: hit.start)
        money = [hit for hit in hits if hit.kind == "money"]
        if money and closes(line, hits):
            totals.update(hit.value for hit in money if hit.value)
        elif len(money) == 1 and _is_row(line, money[0], []):
            item = Item(cells={"net_amount": money[0]}, lines=[line])
            _describe(item, hits)
            if item.texts.get("description") and not set_aside(line, item):
                levels.setdefault(round(line.box.x0 / line.em), []).append(item)
    best: list[Item] = []
    for rows in levels.values():
        rows = rows[-MAX_OUTLINE:]
        for first in range(len(rows) - 1):
            some = rows[first:]
            names = {item.texts["description"][0].text for item in some}
            if len(names) == len(some) > len(best) and _sum(some) in totals:
                best = some
    return best


def _is_row(line: Line, amount: Hit, items: list[Item]) -> bool:
    if amount.end < len(line.text) or line.runs[-1].start != amount.start or len(line.runs) < 2:
        return False
    return not items or abs(amount.box.x1 - items[-1].cells["net_amount"].box.x1) <= 0.012


def _sum(items: list[Item]) -> Decimal:
    return sum((item.amount or Decimal(0) for item in items), Decimal(0))
