"""The sums: subtotal, discount, shipping, tax per rate, total, rounding, payments, amount due; and the tax table."""

from datetime import timedelta
from decimal import Decimal

from inference.fields import to_text
from inference.training.synthetic.content.facts import TaxLine
from inference.training.synthetic.content.writing import day, number
from inference.training.synthetic.layout.composer import Composer, Text
from inference.training.synthetic.sample import Label, Piece

Row = tuple[tuple[Piece, ...], tuple[Piece, ...], bool]
"""Label, amount, whether it stands out."""


def tax_cell(c: Composer, line: TaxLine, index: int, cell: str) -> Label:
    """The label of a tax-line cell, its truth noted."""
    value: Decimal = {"rate": line.rate, "net": line.net, "tax": line.tax}[cell]
    return c.mark("tax_lines", to_text(value), index, cell)


def _tax_rows(c: Composer) -> list[Row]:
    facts, rows = c.facts, list[Row]()
    single = len(facts.tax_lines) == 1
    if single and not facts.tax and c.chance(0.5):
        return rows
    with_rate = c.chance(0.8) or not single
    with_base = c.chance(0.2)
    rate_first = c.chance(0.2)
    said_within = c.chance(0.6)
    for index, line in enumerate(facts.tax_lines):
        labels = [tax_cell(c, line, index, "tax")] if with_rate else []
        if single:
            labels.append(c.mark("tax_amount", to_text(line.tax)))
        head: list[Piece] = [Piece(c.say("tax_incl" if facts.gross_prices and said_within else "tax"))]
        if with_rate:
            rate = c.percent(line.rate, tax_cell(c, line, index, "rate"))
            shown = (
                (Piece("("), *rate, Piece(")"))
                if c.said.setdefault("bracket_rate", str(c.chance(0.25))) == "True"
                else rate
            )
            head = [*shown, Piece(" "), *head] if rate_first else [*head, Piece(" "), *shown]
        if with_base and with_rate:
            head += [
                Piece(f" {c.say('tax_of')} "),
                *c.amount(line.net, tax_cell(c, line, index, "net"), *_whole(c, "net_amount")),
            ]
        rows.append(((*head, Piece(c.style.colon)), c.amount(line.tax, *labels), False))
    return rows


def _marked_label(c: Composer, concept: str, amount: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The currency beside the label, as in "Total (EUR)", and not beside the amount."""
    before, after = c.said.setdefault("marked_label", c.rng.choice((" (|)", " |", " in |", " [|]"))).split("|")
    mark = Piece(c.rng.choice((c.facts.currency, c.style.currency_mark)), (c.mark("currency", c.facts.currency),))
    bare = tuple(
        piece for piece in amount if piece.text.strip() and not any(m.name == "currency" for m in piece.labels)
    )
    return (Piece(c.say(concept) + before), mark, Piece(after + c.style.colon)), bare


def total_rows(c: Composer, with_tax: bool = True) -> list[Row]:
    """The rows of the sums in printed order."""
    facts, rows = c.facts, list[Row]()

    marked_labels = c.chance(0.08)

    def row(concept: str, amount: tuple[Piece, ...], strong: bool = False) -> None:
        if marked_labels and concept in ("gross", "due", "net", "tax"):
            rows.append((*_marked_label(c, concept, amount), strong))
        else:
            rows.append(((Piece(c.label(concept)),), amount, strong))

    adjusted = bool(facts.discount or facts.shipping)
    plain_net = facts.subtotal == facts.net and not adjusted
    if plain_net and (facts.tax or c.chance(0.5)):
        if c.chance(0.9):
            row("net", c.money(facts.net, "net_amount"))
            if c.chance(0.03):
                rows[-1] = ((Piece(""),), *rows[-1][1:])
    elif adjusted:
        rows.append(((Piece(c.label("subtotal")),), c.amount(facts.subtotal), False))
    nil = c.style.zeros and not facts.gross_prices
    if facts.discount or (nil and c.chance(0.5)):
        row("discount", c.money(-facts.discount if c.chance(0.7) else facts.discount, "discount_amount"))
    if facts.shipping or (nil and c.chance(0.5)):
        row("shipping", c.money(facts.shipping, "shipping_amount"))
    if not plain_net and not facts.gross_prices and c.chance(0.6):
        row("net", c.money(facts.net, "net_amount"))
    gross_first = facts.gross_prices and c.chance(0.5)
    strong = c.chance(0.8)
    total = c.money(facts.gross, "gross_amount", marked=c.chance(0.85))
    if gross_first:
        row("gross", total, strong)
    if facts.gross_prices and c.chance(0.6):
        row("net", c.money(facts.net, "net_amount"))
    if with_tax:
        if len(facts.tax_lines) == 1 and facts.tax and c.chance(0.1):
            line = facts.tax_lines[0]
            rows.append(((Piece(c.label("tax_rate")),), c.percent(line.rate, tax_cell(c, line, 0, "rate")), False))
            row("tax", c.amount(line.tax, c.mark("tax_amount", to_text(line.tax)), tax_cell(c, line, 0, "tax")))
        else:
            rows += _tax_rows(c)
        if len(facts.tax_lines) > 1 and c.chance(0.35):
            row("tax", c.money(facts.tax, "tax_amount"))
    if not gross_first:
        only_due = not (facts.paid or facts.rounding or facts.balance) and c.chance(0.18)
        if only_due:
            total = c.money(facts.gross, "gross_amount", "amount_due", marked=True)
        row("due" if only_due else "gross", total, strong)
    _settled(c, rows)
    return rows


def _settled(c: Composer, rows: list[Row]) -> None:
    """What changes the total into the amount to pay."""
    facts = c.facts
    if facts.rounding:
        rows.append(((Piece(c.label("rounding")),), c.money(facts.rounding, "rounding_amount"), False))
    if facts.balance:
        rows.append(((Piece(c.label("balance")),), c.amount(facts.balance), False))
    if facts.paid and c.chance(0.2) and facts.paid != facts.gross:
        _parts_paid(c, rows)
    elif facts.paid or (c.style.zeros and c.chance(0.5)):
        head = [Piece(c.label("paid"))]
        if facts.paid and c.chance(0.2):
            when = day(facts.issue_date - timedelta(days=c.rng.randint(0, 20)), c.habits)
            head.append(Piece(f" {c.rng.choice(('', c.rng.choice(c.words('methods')) + ' '))}{when}"))
        rows.append((tuple(head), c.money(facts.paid if c.chance(0.5) else -facts.paid, "amount_paid"), False))
    if facts.paid or facts.rounding or facts.balance or c.chance(0.07):
        rows.append(((Piece(c.label("due")),), c.money(facts.due, "amount_due", marked=True), c.chance(0.7)))
    if c.chance(0.05):
        count = Piece(str(c.rng.randint(1, 60)) + c.rng.choice(("", "", " kg", ",0", ".00")))
        rows.insert(c.rng.choice((0, 0, len(rows))), ((Piece(c.another("counts")),), (count,), False))
    if c.chance(0.04):
        rows += _converted(c)


def _converted(c: Composer) -> list[Row]:
    """The total once more in another currency, and the rate: amounts that are none of the fields."""
    other = c.rng.choice([mark for mark in ("EUR", "USD", "GBP", "CHF", "PLN", "CZK") if mark != c.facts.currency])
    rate = Decimal(c.rng.randint(400, 45000)) / 10000
    text = number((c.facts.gross * rate).quantize(Decimal("0.01")), c.habits, 2)
    rows: list[Row] = [((Piece(c.another("equivalent")),), (Piece(f"1 {c.facts.currency} = {rate} {other}"),), False)]
    rows.append(((Piece(f"{c.say('gross')} {other}"),), (Piece(f"{text} {other}"),), False))
    return rows[c.rng.choice((0, 1)) :]


def _parts_paid(c: Composer, rows: list[Row]) -> None:
    """Two payments with their days, and perhaps their sum."""
    facts = c.facts
    first = (facts.paid * c.rng.choice((2, 3, 5, 7)) / 10).quantize(facts.gross)
    for part in (first, facts.paid - first):
        when = day(facts.issue_date - timedelta(days=c.rng.randint(0, 60)), c.habits)
        rows.append(((Piece(f"{c.rng.choice(c.words('methods'))} {when}"),), c.amount(-part), False))
    if c.chance(0.6):
        rows.append(((Piece(c.label("paid")),), c.money(facts.paid, "amount_paid"), False))


def totals(c: Composer, with_tax: bool = True) -> None:
    """Print the sums in the document's way, then perhaps a table of taxes."""
    style = c.style
    before = c.chance(0.12)
    has_table = (len(c.facts.tax_lines) > 1 and c.chance(0.5)) or c.chance(0.35 if c.facts.gross_prices else 0.08)
    if before and has_table:
        tax_table(c)
    plain = not (c.facts.paid or c.facts.rounding or c.facts.discount or c.facts.shipping or c.facts.balance)
    if style.totals == "strip" and plain:
        _strip(c)
    elif style.totals == "ledger" and not c.facts.balance:
        ledger(c)
    elif style.totals == "beside":
        beside(c)
        has_table = False
    else:
        _stack(c, total_rows(c, with_tax))
    if has_table and not before:
        tax_table(c)
    c.gap()


def _stack(c: Composer, rows: list[Row]) -> None:
    style, width = c.style, c.right - c.left
    c.need(len(rows) * c.step * 1.4 + 10)
    x1 = c.left + width * c.rng.uniform(0.4, 0.55) if style.totals == "left" else c.right - 3
    x0 = c.left if style.totals in ("left", "wide", "leaders") else c.right - width * c.rng.uniform(0.36, 0.55)
    if style.totals == "cells" and "last_cells" in c.said:
        x0 = float(c.said["last_cells"])
    stack(c, rows, x0, x1)
    c.y += 4


def stack(c: Composer, rows: list[Row], x0: float, x1: float) -> None:
    """Sums below each other between two edges, in the document's way."""
    style = c.style
    label_right = style.totals == "right" and c.chance(0.4)
    start, bold_size = c.y, style.size * c.rng.choice((1.0, 1.0, 1.15, 1.4))
    for label, amount, strong in rows:
        size = bold_size if strong else style.size
        amount_width = c.width_of(amount, size, strong)
        room = x1 - x0 - amount_width - 8
        if strong and c.said.setdefault("total_rule", str(c.chance(0.5))) == "True":
            c.rule(c.y - 1, x0, x1)
        if style.totals == "leaders":
            dots = max(int((room - c.width_of(label, size, strong)) / c.width_of(".", size)) - 2, 0)
            label = (*label, Piece(" " + "." * dots))
        if label_right:
            c.put(label, x1 - max(amount_width, 70) - 10, c.y, "right", size, strong, max(room, 40))
        else:
            c.put(label, x0 + 3, c.y, size=size, bold=strong, room=max(room, 40))
        _put_amount(c, amount, x1, size, strong, x1 - x0)
        if style.totals in ("table", "boxed", "cells"):
            c.shape("rect", x0, c.y - 2, x1 + 2, c.y + size * 1.35, stroke=style.rule_colour)
        c.y += max(c.step, size * 1.35) + (1.5 if style.totals in ("table", "boxed", "cells") else 0)
    if style.totals == "boxed":
        c.shape("rect", x0 - 2, start - 4, x1 + 4, c.y + 1, stroke=style.colour, width=1.2)


def _put_amount(c: Composer, amount: tuple[Piece, ...], x1: float, size: float, strong: bool, room: float) -> None:
    """The amount against the right edge; its currency perhaps in a column of its own before it."""
    marks = [piece for piece in amount if piece.labels and piece.labels[0].name == "currency"]
    if c.style.mark_apart and len(marks) == 1 and room > 190:
        bare = tuple(piece for piece in amount if piece is not marks[0] and piece.text.strip())
        c.put(marks, x1 - max(c.width_of(bare, size, strong) + 14, 72), c.y, "right", size, strong)
        amount = bare
    c.put(amount, x1, c.y, "right", size, strong)


def ledger(c: Composer) -> None:
    """One wide table of sums: value of goods, additions, net, rate, tax, total; a row for each rate, and their sum."""
    facts, style = c.facts, c.style
    extra = facts.shipping - facts.discount
    several = len(facts.tax_lines) > 1
    heads = ["goods_value", *(["fees"] if extra or c.chance(0.4) else []), "net", "tax_rate", "tax", "gross"]
    if facts.gross_prices or facts.subtotal + extra != facts.net:
        heads = heads[-4:]
    c.need(c.step * (len(facts.tax_lines) + 4))
    room, size = (c.right - c.left) / len(heads), style.size * 0.92
    grid = c.chance(0.5)

    def put(cells: dict[str, tuple[Piece, ...]], bold: bool) -> None:
        for index, head in enumerate(heads):
            if head in cells:
                c.put(cells[head], c.left + (index + 1) * room - 4, c.y, "right", size, bold, room - 6)
            if grid:
                x = c.left + index * room
                c.shape("rect", x, c.y - 2, x + room, c.y + c.step - 2, stroke=style.rule_colour)
        c.y += c.step

    put({head: (Piece(c.say(head)),) for head in heads}, style.label_bold)
    rest = extra
    for index, line in enumerate(facts.tax_lines):
        share, rest = (
            (rest, Decimal(0)) if line.net == max(each.net for each in facts.tax_lines) else (Decimal(0), rest)
        )
        single = not several
        put(
            {
                "goods_value": c.amount(line.net - share, marked=False),
                "fees": c.amount(share, marked=False),
                "net": c.amount(
                    line.net,
                    tax_cell(c, line, index, "net"),
                    *([c.mark("net_amount", to_text(facts.net))] if single else []),
                    marked=False,
                ),
                "tax_rate": c.percent(line.rate, tax_cell(c, line, index, "rate")),
                "tax": c.amount(
                    line.tax,
                    tax_cell(c, line, index, "tax"),
                    *([c.mark("tax_amount", to_text(facts.tax))] if single else []),
                    marked=False,
                ),
                "gross": c.money(facts.gross, "gross_amount")
                if single
                else c.amount(line.net + line.tax, marked=False),
            },
            False,
        )
    if several:
        put(
            {
                "goods_value": c.amount(facts.net - extra, marked=False),
                "fees": c.amount(extra, marked=False),
                "net": c.money(facts.net, "net_amount", marked=False),
                "tax": c.money(facts.tax, "tax_amount", marked=False),
                "gross": c.money(facts.gross, "gross_amount", marked=True),
            },
            True,
        )
    after: list[Row] = []
    _settled(c, after)
    stack(c, after, c.right - (c.right - c.left) * 0.45, c.right - 3)
    c.y += c.step * 0.5


def beside(c: Composer) -> None:
    """Sums on one side; on the other, at the same height, small tables of taxes and of payments."""
    width, start = c.right - c.left, c.y
    c.need((len(c.facts.tax_lines) + 9) * c.step)
    start = c.y
    cut = c.left + width * c.rng.uniform(0.48, 0.58)
    rows = total_rows(c, with_tax=False)
    if c.chance(0.8) and c.facts.tax_lines:
        at = next((n for n, row in enumerate(rows) if row[2]), len(rows))
        rows.insert(max(at, min(1, len(rows))), ((Piece(c.label("tax")),), c.money(c.facts.tax, "tax_amount"), False))
    stack(c, rows, cut + 8, c.right - 3)
    end, c.y = c.y, start
    tax_table(c, c.left, cut)
    if c.facts.paid or c.chance(0.15):
        payments(c, c.left, cut)
    c.y = max(c.y, end) + 4


def payments(c: Composer, x0: float, x1: float) -> None:
    """A small table: how, when and how much was paid."""
    facts = c.facts
    heads = (c.say("payments_head"), c.say("c_date"), c.rng.choice(c.words("c_amount")))
    columns = (x0 + 3, x0 + (x1 - x0) * 0.45, x1 - 4)
    when = day(facts.issue_date + timedelta(days=c.rng.randint(-20, 5)), c.habits)
    amount = c.money(facts.paid, "amount_paid") if facts.paid else c.amount(facts.gross)
    lines: tuple[tuple[Text, ...], ...] = (heads, (c.rng.choice(c.words("methods")), when, amount))
    for cells in lines:
        for index, (cell, x) in enumerate(zip(cells, columns, strict=True)):
            c.put(cell, x, c.y, "right" if index == 2 else "left", c.style.size * 0.88, room=(x1 - x0) * 0.4)
        c.y += c.step
    c.y += 3


def _strip(c: Composer) -> None:
    """Net, tax and total as columns of one small table."""
    facts = c.facts
    line = facts.tax_lines[0]
    cells: list[tuple[str, tuple[Piece, ...]]] = [("net", c.money(facts.net, "net_amount"))]
    if len(facts.tax_lines) == 1:
        if c.chance(0.7):
            cells.append(("tax_rate", c.percent(line.rate, tax_cell(c, line, 0, "rate"))))
        cells.append(("tax", c.amount(line.tax, c.mark("tax_amount", to_text(line.tax)), tax_cell(c, line, 0, "tax"))))
    else:
        cells.append(("tax", c.money(facts.tax, "tax_amount")))
    cells.append(("gross", c.money(facts.gross, "gross_amount", marked=True)))
    c.need(c.step * 3)
    x0 = c.left + (c.right - c.left) * c.rng.choice((0.0, 0.3, 0.45))
    room = (c.right - x0) / len(cells)
    for index, (concept, amount) in enumerate(cells):
        last = index == len(cells) - 1
        c.put(c.say(concept), x0 + (index + 1) * room - 4, c.y, "right", bold=c.style.label_bold, room=room - 6)
        c.put(amount, x0 + (index + 1) * room - 4, c.y + c.step, "right", bold=last, room=room - 6)
    c.rule(c.y + c.step - 1, x0)
    c.y += c.step * 2.4


def _whole(c: Composer, name: str) -> tuple[Label, ...]:
    """With a single rate its sums are those of the document."""
    value = {"net_amount": c.facts.net, "tax_amount": c.facts.tax, "gross_amount": c.facts.gross}[name]
    return (c.mark(name, to_text(value)),) if len(c.facts.tax_lines) == 1 else ()


def tax_table(c: Composer, left: float = 0.0, right: float = 0.0) -> None:
    """Sums by tax rate between two edges: rate, net, tax, perhaps gross, perhaps a total row."""
    facts = c.facts
    columns = ["rate", "net", "tax"]
    if c.chance(0.4):
        columns.append("gross")
    if c.chance(0.2):
        columns[1], columns[2] = columns[2], columns[1]
    if not right:
        c.need(c.step * (len(facts.tax_lines) + 4))
    c.y += c.step * 0.6
    width = c.right - c.left
    x0 = left or c.left + c.rng.choice((0.0, 0.0, width * 0.45))
    room = min(((right or c.right) - x0) / len(columns), c.rng.uniform(70, 110))
    heads = {"rate": "tax_rate", "net": "tax_base", "tax": "tax", "gross": "gross"}
    for index, name in enumerate(columns):
        c.put(
            c.say(heads[name]),
            x0 + (index + 1) * room - 3,
            c.y,
            "right",
            c.style.size * 0.92,
            c.style.label_bold,
            room - 4,
        )
    c.y += c.step
    if c.chance(0.6):
        c.rule(c.y - 1, x0, x0 + room * len(columns))
    for row, line in enumerate(facts.tax_lines):
        cells = {
            "rate": c.percent(line.rate, tax_cell(c, line, row, "rate")),
            "net": c.amount(line.net, tax_cell(c, line, row, "net"), *_whole(c, "net_amount"), marked=False),
            "tax": c.amount(line.tax, tax_cell(c, line, row, "tax"), *_whole(c, "tax_amount"), marked=False),
            "gross": c.amount(line.net + line.tax, *_whole(c, "gross_amount"), marked=False),
        }
        for index, name in enumerate(columns):
            c.put(cells[name], x0 + (index + 1) * room - 3, c.y, "right", c.style.size * 0.92, room=room - 4)
        c.y += c.step
    if c.chance(0.5):
        sums = {
            "rate": (Piece(c.rng.choice((c.say("gross"), "", "Σ"))),),
            "net": c.money(facts.net, "net_amount", marked=False),
            "tax": c.money(facts.tax, "tax_amount", marked=False),
            "gross": c.money(facts.gross, "gross_amount", marked=False),
        }
        for index, name in enumerate(columns):
            if sums[name][0].text:
                c.put(sums[name], x0 + (index + 1) * room - 3, c.y, "right", c.style.size * 0.92, True, room - 4)
        c.y += c.step
    c.y += 4
