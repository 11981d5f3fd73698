"""Bills that run like an account: charges, payments and a running balance in one table, as hotels and garages print."""

from datetime import timedelta
from decimal import Decimal

from inference.fields import to_text
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.sample import Piece

_HEADS = {
    "date": "c_date",
    "description": "c_desc",
    "number": "other_numbers",
    "quantity": "c_qty",
    "debit": "debit",
    "credit": "credit",
    "balance": "running",
}
_RIGHT = ("quantity", "debit", "credit", "balance")


def account(c: Composer) -> None:
    """The rows by day; payments stand among them, and are none of the invoice's rows."""
    facts = c.facts
    columns = ["date", "description"]
    if c.chance(0.4):
        columns.insert(c.rng.choice((1, 2)), "number")
    if c.chance(0.35):
        columns.append("quantity")
    columns += ["debit", *(["credit"] if c.chance(0.7) else []), *(["balance"] if c.chance(0.35) else [])]
    narrow = (c.right - c.left) * 0.13
    rooms = [narrow if name != "description" else 0.0 for name in columns]
    rooms[columns.index("description")] = c.right - c.left - sum(rooms)
    edges = [c.left + sum(rooms[:index]) for index in range(len(rooms))]

    def put(cells: dict[str, tuple[Piece, ...]], bold: bool = False) -> None:
        for name, x, room in zip(columns, edges, rooms, strict=True):
            if name in cells:
                at, side = (x + room - 3, "right") if name in _RIGHT else (x + 2, "left")
                c.put(cells[name], at, c.y, side, bold=bold, room=room - 4)
        c.y += c.step

    put({name: (Piece(c.say(_HEADS[name])),) for name in columns}, c.chance(0.7))
    c.rule(c.y - 1)
    when, balance, number = facts.period[0], Decimal(0), 0
    for number, item in enumerate(facts.items):
        c.need(c.step * 2)
        when += timedelta(days=c.rng.choice((0, 0, 1)))
        balance += item.total
        put(
            {
                "date": (Piece(day(when, c.habits)),),
                "description": (
                    Piece(
                        item.description[0],
                        (c.mark("line_items", item.description[0], number, "description"),),
                    ),
                ),
                "number": (Piece(str(c.rng.randint(1000, 999999))),),
                "quantity": (
                    c.number(item.quantity, c.mark("line_items", to_text(item.quantity), number, "quantity")),
                ),
                "debit": c.amount(item.total, c.mark("line_items", to_text(item.total), number, "net_amount")),
                "balance": c.amount(balance, marked=False),
            }
        )
    if facts.paid:
        balance -= facts.paid
        put(
            {
                "date": (Piece(day(facts.issue_date, c.habits)),),
                "description": (Piece(f"{c.rng.choice(c.words('methods'))} {'X' * 8}{c.rng.randint(1000, 9999)}"),),
                "credit" if "credit" in columns else "debit": c.money(
                    facts.paid if "credit" in columns and c.chance(0.5) else -facts.paid, "amount_paid"
                ),
                "balance": c.amount(balance, marked=False),
            }
        )
    c.rule(c.y)
    c.y += c.step * 0.6
