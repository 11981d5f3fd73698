"""What real papers carry beside the invoice proper: payment slips, usage details, terms, schedules: hard decoys."""

from collections.abc import Callable
from datetime import timedelta

from inference.training.synthetic.content.facts import payment_terms
from inference.training.synthetic.content.identifiers import fill
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.layout.closing import bank_rows
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.identity import address_pieces, block, seller_name
from inference.training.synthetic.layout.meta import Pair, pairs_block
from inference.training.synthetic.sample import Piece


def slip(c: Composer) -> None:
    """A slip to tear off at the foot of the page: account, reference, sum, both parties once more."""
    facts, half = c.facts, (c.right - c.left) * 0.5
    c.need(c.step * 14)
    c.rule(c.y, width=0.3)
    c.y += c.step * 0.5
    c.put(c.say("slip"), c.left, c.y, bold=c.chance(0.5), room=half * 2)
    c.y += c.step * 1.4
    start = c.y
    buyer = [(c.tag(facts.buyer.name, "buyer_name"),), *address_pieces(c, facts.buyer, "buyer")]
    seller = [seller_name(c), *address_pieces(c, facts.seller, "seller")]
    left = block(c, seller if c.chance(0.6) else buyer, c.left, start, room=half - 12)
    names = ("amount_due",) if facts.due != facts.gross else ("gross_amount", "amount_due")
    rows: list[Pair] = [
        (c.label("customer_number"), (c.tag(facts.customer_number, "customer_number"),)),
        (c.label("invoice_number"), (c.tag(facts.number, "invoice_number"),)),
        (c.label("due_date"), c.day(facts.due_date, "due_date")),
        (c.label("reference"), (c.tag(facts.reference, "payment_reference"),)),
        (c.label("due"), c.money(facts.due, *names, marked=True)),
        (c.label("currency_label"), (c.tag(facts.currency, "currency"),)),
        (c.label("enclosed"), (Piece(c.style.currency_mark + " ________"),)),
    ]
    rows = [row for row in rows if c.chance(0.6)]
    right = pairs_block(c, rows, c.left + half + 6, c.right, start, c.chance(0.5))
    c.y = max(left, right) + c.step * 0.4
    if c.chance(0.6):
        c.y = block(c, bank_rows(c), c.left, c.y, room=half)


def usage(c: Composer) -> None:
    """Pages of details behind a bill: days, times, numbers and small amounts, none of them rows of the invoice."""
    c.new_sheet()
    c.put(c.another("period"), c.left, c.y, bold=True, size=c.style.size * 1.2)
    c.y += c.step * 1.6
    step = (c.right - c.left) / 5
    shape = c.rng.choice(("0### ######", "######", "@@ ####", "### kWh", "#:##:##", "## km", "+## ### ######"))
    heads = (c.say("c_date"), c.another("other_numbers"), c.say("c_desc"), c.say("c_qty"), c.say("c_amount"))
    for index, head in enumerate(heads):
        c.put(head, c.left + index * step, c.y, bold=True, room=step - 4)
    c.y += c.step * 1.2
    for row in range(c.rng.choice((8, 15, 25, 40))):
        if c.need(c.step * 2):
            c.y += c.step
        when = day(c.facts.period[0] + timedelta(days=row // 2), c.habits)
        amount = (c.facts.items[0].unit_price * c.rng.randint(1, 40) / 100).quantize(c.facts.gross)
        cells = (when, fill(c.rng, shape), c.rng.choice(c.words("services")), str(c.rng.randint(1, 90)))
        for index, cell in enumerate(cells):
            c.put(cell, c.left + index * step, c.y, room=step - 6)
        c.put(c.amount(amount, marked=False), c.right, c.y, "right")
        c.y += c.step
    c.put(c.label("subtotal"), c.left, c.y, bold=True)
    c.put(c.amount(c.facts.subtotal), c.right, c.y, "right", bold=True)
    c.y += c.step


def terms_page(c: Composer) -> None:
    """Small print over a page of its own, in one or two columns."""
    c.new_sheet()
    size = c.style.size * c.rng.uniform(0.6, 0.8)
    columns = c.rng.choice((1, 2))
    room = (c.right - c.left) / columns - 10
    sentences = (*c.words("legal"), *c.words("letter"), *c.words("intro"))
    top = c.y
    for column in range(columns):
        y = top
        for number in range(c.rng.randint(6, 16)):
            text = f"{column * 16 + number + 1}. " * c.chance(0.6) + " ".join(c.rng.choices(sentences, k=3))
            for line in c.wrap(text, room, size):
                if y < c.bottom:
                    c.put(line, c.left + column * (room + 20), y, size=size, grey=0.2)
                    y += size * 1.25
            y += size * 0.5
        c.y = max(c.y, y)


def _early(c: Composer) -> None:
    """A discount for paying soon: a sum and a date close to the true ones."""
    percent = c.rng.choice((2, 3, 4))
    when = day(c.facts.issue_date + timedelta(days=c.rng.choice((7, 8, 10, 14))), c.habits)
    amount = "".join(p.text for p in c.amount((c.facts.gross * (100 - percent) / 100).quantize(c.facts.gross)))
    text = c.rng.choice(c.words("early")).format(percent=percent, date=when, amount=amount)
    c.paragraph(text, c.left, c.right - c.left)


def _schedule(c: Composer) -> None:
    """Several days of payment with a part each; the last is when all is due."""
    facts, parts = c.facts, c.rng.choice((2, 3, 4))
    c.need(c.step * (parts + 2))
    c.put(c.label("schedule"), c.left, c.y, bold=c.chance(0.5))
    c.y += c.step
    part = (facts.gross / parts).quantize(facts.gross)
    for number in range(parts):
        last = number == parts - 1
        when = c.day(facts.due_date, "due_date") if last else c.day(facts.issue_date + timedelta(days=7 * number))
        amount = facts.gross - part * (parts - 1) if last else part
        c.put((Piece(f"{number + 1}. "), *when), c.left, c.y)
        c.put(c.amount(amount), c.left + 190, c.y, "right")
        c.y += c.step


def _in_words(c: Composer) -> None:
    text = " ".join(c.rng.choices((*c.words("adjectives"), *c.words("goods")), k=c.rng.randint(4, 9)))
    c.paragraph(f"{c.say('in_words')}: {text}", c.left, c.right - c.left)


def _currency_note(c: Composer) -> None:
    before, after = c.rng.choice(c.words("all_in")).split("{currency}", 1)
    c.put((Piece(before), c.tag(c.facts.currency, "currency"), Piece(after)), c.left, c.y, size=c.style.size * 0.9)
    c.y += c.step


def _signatures(c: Composer) -> None:
    c.need(c.step * 4)
    c.y += c.step * 1.5
    for x in (c.left, c.left + (c.right - c.left) * 0.55):
        c.put(f"{c.another('sign')} ____________________", x, c.y)
    c.y += c.step * 1.5


def _remit(c: Composer) -> None:
    """Where to send the money: the seller again, or its terms beside it."""
    rows = [seller_name(c), *address_pieces(c, c.facts.seller, "seller")]
    c.need(c.step * (len(rows) + 2))
    c.put(c.label("seller"), c.left, c.y, bold=True)
    if c.chance(0.3):
        terms = payment_terms(c.rng, c.facts)
        c.put(c.tag(terms, "payment_terms"), c.right, c.y, "right", room=(c.right - c.left) * 0.5)
    c.y = block(c, rows, c.left, c.y + c.step, room=(c.right - c.left) * 0.5) + c.step * 0.4


def extras(c: Composer) -> None:
    """Some of all that, on the same page and behind it."""
    asks = c.facts.kind == "invoice"
    here: list[tuple[Callable[[Composer], None], float, bool]] = [
        (_early, 0.07, asks),
        (_schedule, 0.04, asks and c.facts.due == c.facts.gross),
        (_in_words, 0.05, True),
        (_currency_note, 0.06, True),
        (_signatures, 0.05, True),
        (_remit, 0.05, asks),
        (slip, 0.07, asks),
    ]
    for draw, likely, fits in here:
        if fits and c.chance(likely):
            draw(c)


def behind(c: Composer) -> None:
    """Pages behind the invoice."""
    if c.chance(0.04):
        terms_page(c)
