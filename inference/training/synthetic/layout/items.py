"""The table of billed rows: columns vary in set and order, rows break across pages with carried sums."""

from dataclasses import dataclass
from decimal import Decimal

from inference.fields import to_text
from inference.training.synthetic.content.goods import Item
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.sample import Label, Piece

_RIGHT = frozenset(("quantity", "unit_price", "discount", "tax_rate", "net_amount", "tax", "gross"))
_HEADS = {
    "position": "c_pos",
    "description": "c_desc",
    "product_code": "c_code",
    "quantity": "c_qty",
    "unit": "c_unit",
    "unit_price": "c_price",
    "discount": "c_disc",
    "tax_rate": "c_rate",
    "net_amount": "c_amount",
    "tax": "c_tax",
    "gross": "c_gross",
    "date": "c_date",
}


@dataclass(slots=True)
class Table:
    """The chosen columns with left edge and room of each."""

    columns: list[str]
    edges: list[tuple[float, float]]
    merged_unit: bool
    code_in_text: bool
    price_digits: int
    with_mark: bool
    marked: tuple[str, ...] = ("net_amount",)


def _choose(c: Composer) -> list[str]:
    """Column names in printed order."""
    facts = c.facts
    middle = ["description"]
    if c.chance(0.3):
        middle.insert(c.rng.choice((0, 0, 1)), "product_code")
    numbers = ["quantity"] if c.chance(0.85) else []
    if numbers and c.chance(0.3):
        numbers.insert(c.rng.choice((1, 1, 0)), "unit")
    if c.chance(0.85 if numbers else 0.3):
        numbers.append("unit_price")
    if any(item.discount for item in facts.items) or c.chance(0.05):
        numbers.append("discount")
    if len(facts.tax_lines) > 1 or c.chance(0.3):
        numbers.insert(c.rng.randint(0, len(numbers)), "tax_rate")
    if not facts.gross_prices and c.chance(0.08):
        numbers += ["net_amount", "tax", "gross"]
    else:
        numbers.append("net_amount")
    columns = [*middle, *numbers]
    if c.chance(0.15) and "quantity" in columns:
        columns.remove("quantity")
        columns.insert(0, "quantity")
    if c.chance(0.9 if "dated_rows" in c.said else 0.07):
        columns.insert(0, "date")
    if c.chance(0.35):
        columns.insert(0, "position")
    if c.chance(0.05):
        c.rng.shuffle(columns)
    return columns


def _lay(c: Composer, columns: list[str]) -> list[tuple[float, float]]:
    """Share the width: numbers get what their text needs, the description the rest."""
    amounts = [c.width_of(c.amount(item.total)) for item in c.facts.items]
    prices = [c.width_of(c.amount(item.unit_price)) for item in c.facts.items]
    needs = {
        "position": 18.0,
        "product_code": max(c.width_of(item.code) for item in c.facts.items),
        "quantity": 34.0,
        "unit": 34.0,
        "unit_price": max(prices),
        "discount": 42.0,
        "tax_rate": 34.0,
        "net_amount": max(amounts),
        "tax": max(amounts),
        "gross": max(amounts),
        "date": 52.0,
    }
    spare = c.rng.uniform(6, 16)
    rooms = [max(needs.get(name, 0), min(c.width_of(c.say(_HEADS[name]), bold=True), 60)) + spare for name in columns]
    total = c.right - c.left
    at = columns.index("description")
    rooms[at] = 0
    rest = total - sum(rooms)
    rooms[at] = max(rest, total * 0.25)
    if rest < total * 0.25:
        scale = (total - rooms[at]) / sum(room for index, room in enumerate(rooms) if index != at)
        rooms = [room if index == at else room * scale for index, room in enumerate(rooms)]
    edges, x = [], c.left
    for room in rooms:
        edges.append((x, room))
        x += room
    return edges


def _header(c: Composer, table: Table) -> None:
    style = c.style
    dark = style.table in ("zebra", "header") and c.chance(0.5)
    size = style.size * 0.95
    if dark or style.table in ("grid", "zebra"):
        fill = style.colour if dark else (0.92, 0.92, 0.92)
        c.shape(
            "rect",
            c.left,
            c.y - 2,
            c.right,
            c.y + c.step + 2,
            fill=fill,
            stroke=style.rule_colour if style.table == "grid" else None,
        )
    bold = c.said.setdefault("head_bold", str(c.chance(0.7))) == "True"
    two_lines = c.chance(0.12)
    for name, (x, room) in zip(table.columns, table.edges, strict=True):
        text = c.say(_HEADS[name])
        align = "right" if name in _RIGHT else "left"
        parts = text.split(" ", 1) if two_lines and " " in text else [text]
        for index, part in enumerate(parts):
            pieces = [Piece(part)]
            if table.with_mark and index == len(parts) - 1 and name in table.marked:
                form = c.said.setdefault("head_mark", c.rng.choice((" ({})", " {}", " in {}", " [{}]", "/{}", " ({})")))
                before, after = form.split("{}")
                mark = Piece(c.style.currency_mark, (c.mark("currency", c.facts.currency),))
                pieces += [Piece(before), mark, Piece(after)]
            c.put(
                pieces,
                x + room - 3 if align == "right" else x + 3,
                c.y + index * c.step,
                align,
                size,
                bold,
                room - 4,
                grey=1.0 if dark else 0.0,
            )
    c.y += c.step * (2 if two_lines else 1) + 3
    if style.table in ("rows", "header", "none"):
        c.rule(c.y - 1, width=c.rng.choice((0.4, 0.8, 1.5)))
    c.y += 2


def _cell(c: Composer, table: Table, name: str, item: Item, row: int) -> tuple[Piece, ...]:
    """The printed form of one single-line cell."""

    def label(cell: str, value: Decimal | str) -> Label:
        return c.mark("line_items", value if isinstance(value, str) else to_text(value), row, cell)

    match name:
        case "position":
            text = str((row + 1) * int(c.said.setdefault("step", "10" if c.chance(0.1) else "1")))
            dot = Piece("." if c.said.setdefault("dot", str(c.chance(0.2))) == "True" else "")
            return (Piece(text, (label("position", text),)), dot)
        case "product_code":
            return (Piece(item.code, (label("product_code", item.code),)),)
        case "quantity":
            quantity = c.number(
                item.quantity,
                label("quantity", item.quantity),
                digits=2 if c.said.setdefault("qty2", str(c.chance(0.2))) == "True" else 0,
            )
            return (
                (quantity, Piece(" "), Piece(item.unit, (label("unit", item.unit),)))
                if table.merged_unit
                else (quantity,)
            )
        case "unit":
            return (Piece(item.unit, (label("unit", item.unit),)),)
        case "unit_price":
            return c.amount(item.unit_price, label("unit_price", item.unit_price))
        case "discount":
            if c.said.setdefault("discount_form", c.rng.choice(("percent", "amount"))) == "percent":
                return (
                    (Piece(f"{item.discount_percent}{c.style.percent_mark}"),)
                    if item.discount_percent or c.chance(0.5)
                    else ()
                )
            return c.amount(item.discount, label("discount", item.discount)) if item.discount else ()
        case "tax_rate":
            return c.percent(item.rate, label("tax_rate", item.rate))
        case "net_amount":
            return c.amount(item.total, label("net_amount", item.total))
        case "tax":
            return c.amount((item.total * item.rate / 100).quantize(item.total))
        case "gross":
            return c.amount(item.total + (item.total * item.rate / 100).quantize(item.total))
        case _:
            return (Piece(day(c.facts.delivery_date, c.habits)),)


def _row(c: Composer, table: Table, item: Item, row: int) -> None:
    x, room = table.edges[table.columns.index("description")]
    mark = c.mark("line_items", " ".join(item.description), row, "description")
    described = [line for text in item.description for line in c.wrap(text, room - 6)]
    code_line = table.code_in_text and "product_code" not in table.columns
    height = c.step * (len(described) + code_line) + 3
    if c.need(height + 4):
        _carry(c, row)
        _header(c, table)
    if c.style.table == "zebra" and row % 2:
        c.shape("rect", c.left, c.y - 1, c.right, c.y + height - 2, fill=(0.95, 0.96, 0.97))
    first = c.y
    code: tuple[Piece, ...] = (
        (Piece(item.code, (c.mark("line_items", item.code, row, "product_code"),)),) if code_line else ()
    )
    above = c.said.setdefault("code_place", c.rng.choice(("above", "below", "prefix"))) if code_line else ""
    lines: list[tuple[Piece, ...]] = [(Piece(line, (mark,)),) for line in described]
    if above == "prefix":
        lines[0] = (Piece("["), *code, Piece("] "), *lines[0])
        lines.append(())
    elif code_line:
        text = (Piece(c.label("c_code") + " "), *code)
        lines = [text, *lines] if above == "above" else [*lines, text]
    for column, (cx, croom) in zip(table.columns, table.edges, strict=True):
        if column == "description":
            for index, line in enumerate(lines):
                if line:
                    small = 0.9 if index and c.said.setdefault("small_extra", str(c.chance(0.3))) == "True" else 1.0
                    c.put(line, x + 3, first + index * c.step, size=c.style.size * small, room=room - 4)
            continue
        cell = _cell(c, table, column, item, row)
        if cell:
            right = column in _RIGHT
            c.put(cell, cx + croom - 3 if right else cx + 3, first, "right" if right else "left", room=croom - 4)
    c.y = first + height
    _row_rules(c, table, first, height)


def _row_rules(c: Composer, table: Table, first: float, height: float) -> None:
    if c.style.table in ("grid", "rows"):
        c.rule(first + height - 2, width=0.4)
    if c.style.table in ("grid", "columns"):
        for x in [edge for edge, _ in table.edges] + [c.right]:
            c.shape("line", x, first - 2, x, first + height - 2, stroke=c.style.rule_colour, width=0.4)


def _carry(c: Composer, rows: int) -> None:
    """Say what was carried over from the page before."""
    if c.said.setdefault("carries", str(c.chance(0.4))) != "True":
        return
    total = sum((item.total for item in c.facts.items[:rows]), Decimal(0))
    before = c.sheets[-2]
    amount = c.amount(total)
    if c.chance(0.7):
        c.put(c.say("carry"), c.right - 190, c.bottom + 2, sheet=before)
        c.put(amount, c.right - 3, c.bottom + 2, "right", sheet=before)
    c.put(c.say("carry"), c.right - 190, c.y)
    c.put(amount, c.right - 3, c.y, "right")
    c.y += c.step * 1.3


def items(c: Composer) -> None:
    """Print all rows. Some tables have sections with subtotals, some have empty rows of a filled-in form."""
    columns = _choose(c)
    table = Table(
        columns,
        _lay(c, columns),
        c.chance(0.3) and "unit" not in columns,
        c.chance(0.15),
        c.facts.digits,
        c.chance(0.25),
        c.rng.choice((("net_amount",), ("net_amount", "unit_price"), ("unit_price",))),
    )
    wide_enough = [x for x, _ in table.edges if c.right - x > (c.right - c.left) * 0.36]
    c.said["last_cells"] = str(wide_enough[-1])
    if c.need(c.step * 5):
        c.gap(0.2)
    if c.chance(0.95):
        _header(c, table)
    sections = c.chance(0.07) and len(c.facts.items) > 3
    since = Decimal(0)
    for row, item in enumerate(c.facts.items):
        if sections and row % 3 == 0:
            if row:
                c.put((Piece(c.label("subtotal") + " "), *c.amount(since)), c.right - 3, c.y, "right")
                c.y += c.step * 1.2
            c.put(c.rng.choice(c.words("services")), c.left + 3, c.y, bold=True)
            c.y += c.step * 1.2
            since = Decimal(0)
        _row(c, table, item, row)
        since += item.total
        if c.chance(0.02):
            c.put(
                c.rng.choice(c.words("legal")),
                table.edges[columns.index("description")][0] + 3,
                c.y,
                size=c.style.size * 0.85,
                room=c.right - c.left - 60,
            )
            c.y += c.step
    if c.style.table == "grid" and c.chance(0.15):
        for _ in range(c.rng.randint(1, 6)):
            if c.y + c.step < c.bottom - 90:
                c.y += c.step + 3
                _row_rules(c, table, c.y - c.step - 3, c.step + 3)
    c.rule(c.y, width=c.rng.choice((0.4, 1.0)))
    c.y += 6
