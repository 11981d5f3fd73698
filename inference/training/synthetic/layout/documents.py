"""Kinds of paper: each composes blocks in its own order. `compose` draws one at random."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from inference.training.synthetic.content.countries import Country
from inference.training.synthetic.content.facts import Facts, draw_facts
from inference.training.synthetic.content.writing import Writing, writing
from inference.training.synthetic.layout import closing, extras, identity, meta
from inference.training.synthetic.layout.account import account
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.items import items
from inference.training.synthetic.layout.style import Style, draw_style, family_of
from inference.training.synthetic.layout.totals import tax_table, total_rows, totals
from inference.training.synthetic.sample import Piece

_NEGATIVES = {
    "order": "title_order",
    "delivery": "title_delivery",
    "reminder": "title_reminder",
    "statement": "title_statement",
    "quote": "title_quote",
}
_OWN_NUMBER = {
    "order": "purchase_order",
    "delivery": "delivery_note",
    "reminder": "reference",
    "statement": "customer_number",
    "quote": "project",
}


def _title_of(c: Composer) -> str:
    return identity.TITLES.get(c.facts.kind, "title_invoice")


def _business(c: Composer) -> None:
    """Letterhead, parties, title, meta, table, sums, closing: the common order, and its permutations."""
    identity.letterhead(c)
    order = c.rng.random()
    if order < 0.45:
        start = c.y
        identity.parties(c)
        alone = not c.facts.ship_to and "aside_end" not in c.said
        if alone and c.style.parties in ("window", "stacked") and c.chance(0.6):
            below = c.y
            meta.meta(c, meta.meta_pairs(c), beside=start)
            c.y = max(c.y, below)
            identity.title(c, _title_of(c))
        else:
            identity.title(c, _title_of(c))
            meta.meta(c, meta.meta_pairs(c))
    elif order < 0.75:
        identity.title(c, _title_of(c))
        start = c.y
        identity.parties(c)
        meta.meta(
            c,
            meta.meta_pairs(c),
            beside=0.0
            if "aside_end" in c.said or c.facts.ship_to or c.style.parties not in ("window", "stacked")
            else start,
        )
    else:
        identity.title(c, _title_of(c))
        meta.meta(c, meta.meta_pairs(c))
        identity.parties(c)
    _body(c)


def _body(c: Composer) -> None:
    if c.chance(0.25):
        closing.prose(c, "intro")
    _clear_aside(c)
    c.begin("items")
    items(c)
    c.begin("totals")
    totals(c)
    c.begin("closing")
    closing.closing(c)
    extras.extras(c)
    extras.behind(c)


def _clear_aside(c: Composer) -> None:
    """Start below what stands beside the address."""
    c.y = max(c.y, float(c.said.get("aside_end", "0")) + 4)


def _saas(c: Composer) -> None:
    """A subscription invoice: bare title, pairs without colons, the amount due as a headline."""
    identity.title(c, _title_of(c))
    rows = meta.meta_pairs(c)
    c.y = meta.pairs_block(c, rows, c.left, c.left + 260, c.y) + c.step
    start, half = c.y, (c.right - c.left) / 2
    left = identity.block(
        c,
        [
            identity.seller_name(c),
            *identity.address_pieces(c, c.facts.seller, "seller"),
            *identity.contact_rows(c, 0.4),
        ],
        c.left,
        start,
        room=half - 10,
        bold_first=True,
    )
    c.put(c.label("buyer"), c.left + half, start, bold=True)
    buyer = [
        (c.tag(c.facts.buyer.name, "buyer_name"),),
        *identity.address_pieces(c, c.facts.buyer, "buyer"),
        (Piece(c.facts.buyer.email),),
    ]
    c.y = max(left, identity.block(c, buyer, c.left + half, start + c.step, room=half - 10)) + c.step
    due = c.facts.due
    if c.facts.kind == "invoice" and c.chance(0.8):
        names = ("amount_due",) if due != c.facts.gross else ("gross_amount", "amount_due")
        headline = (
            *c.money(due, *names, marked=True),
            Piece(f" {c.say('due_date').lower()} "),
            *c.day(c.facts.due_date, "due_date"),
        )
        c.put(headline, c.left, c.y, size=c.style.size * 1.5, bold=True, room=c.right - c.left)
        c.y += c.style.size * 2.6
    _body(c)


def _folio(c: Composer) -> None:
    """A hotel's or garage's bill: stay or job data among the numbers, payments listed, the balance often nil."""
    c.said["dated_rows"] = "yes"
    identity.letterhead(c)
    start = c.y
    identity.parties(c)
    rows = meta.meta_pairs(c)
    begin, end = c.facts.period
    stay: list[meta.Pair] = [
        (c.label("project"), (Piece(str(c.rng.randint(100, 999))),)),
        (c.label("contact"), (Piece(c.facts.buyer.person),)),
        (c.label("delivery_date"), c.day(begin)),
        (c.label("order_date"), c.day(end)),
    ]
    for pair in c.rng.sample(stay, k=c.rng.randint(1, 4)):
        rows.insert(c.rng.randint(0, len(rows)), pair)
    beside = start if c.style.parties == "window" and not c.facts.ship_to and c.chance(0.5) else 0.0
    if "aside_end" in c.said:
        beside = 0.0
    meta.meta(c, rows, beside=beside)
    identity.title(c, _title_of(c))
    if c.chance(0.4):
        _body(c)
        return
    _clear_aside(c)
    account(c)
    c.begin("totals")
    totals(c)
    c.begin("closing")
    closing.closing(c)
    extras.extras(c)


def _bill(c: Composer) -> None:
    """A utility's or carrier's bill: old balance and its payment, new charges, the sum due on top, details below."""
    facts = c.facts
    carried = abs(facts.gross) + c.rng.randint(1, 40)
    identity.letterhead(c)
    identity.parties(c)
    identity.title(c, _title_of(c))
    meta.meta(c, meta.meta_pairs(c))
    rows: list[meta.Pair] = [
        (c.label("balance"), c.amount(carried)),
        (c.rng.choice(c.words("paid")), c.amount(-carried)),
        (c.label("gross"), c.money(facts.gross, "gross_amount")),
    ]
    names = ("amount_due",) if facts.due != facts.gross else ("gross_amount", "amount_due")
    rows.append((c.label("due"), c.money(facts.due, *names, marked=True)))
    if c.chance(0.7):
        rows.append((c.label("due_date"), c.day(facts.due_date, "due_date")))
    top, width = c.y, (c.right - c.left) * c.rng.uniform(0.45, 1.0)
    c.y = meta.pairs_block(
        c, rows[c.rng.choice((0, 0, 2)) :], c.left + 6, c.left + width - 6, c.y + 5, right_values=True
    )
    if c.chance(0.6):
        c.shape("rect", c.left, top, c.left + width, c.y + 4, stroke=c.style.colour)
    c.gap(1.5)
    _body(c)
    if c.chance(0.35):
        extras.usage(c)


def _receipt(c: Composer) -> None:
    """A till receipt on narrow paper: everything in one column."""
    middle, facts, width = c.style.width / 2, c.facts, c.right - c.left
    if facts.seller.brand:
        c.put(facts.seller.brand, middle, c.y, "center", c.style.size * 1.5, True, width)
        c.y += c.style.size * 2
    details = [
        identity.seller_name(c),
        *identity.address_pieces(c, facts.seller, "seller"),
        *identity.contact_rows(c, 0.5),
    ]
    c.y = identity.block(c, details, middle, c.y, "center", room=width) + c.step
    if c.chance(0.6):
        c.put(c.tag(c.say("title_receipt"), "document_type", "receipt"), middle, c.y, "center", bold=True, room=width)
        c.y += c.step * 1.3
    clock = Piece(f" {c.rng.randint(7, 22):02}:{c.rng.randint(0, 59):02}")
    number = (Piece(c.label("invoice_number") + " "), c.tag(facts.number, "invoice_number"))
    for line in c.rng.sample(
        [(Piece((c.label("issue_date") + " ") * c.chance(0.5)), *c.day(facts.issue_date, "issue_date"), clock), number],
        k=2,
    ):
        c.put(line, c.left, c.y, room=width)
        c.y += c.step
    items(c)
    c.begin("totals")
    tabular = c.chance(0.4) or len(facts.tax_lines) > 1
    rows = total_rows(c, with_tax=not tabular)
    for label, amount, strong in rows:
        c.need(c.step * 2)
        c.put(label, c.left, c.y, bold=strong, room=width * 0.55)
        c.put(amount, c.right, c.y, "right", bold=strong, room=width * 0.44)
        c.y += c.step
    if tabular:
        tax_table(c)
    if c.chance(0.4):
        _cash(c)
    c.paragraph(c.rng.choice(c.words("card")).format(n=c.rng.randint(1000, 9999)), c.left, width)
    c.paragraph(c.rng.choice(c.words("thanks")), c.left, width)


def _cash(c: Composer) -> None:
    """What was handed over and what came back: not what was paid for."""
    given = c.facts.gross + c.rng.choice((0, 0, 2, 5, 10))
    given = max(given, given.quantize(Decimal(1))) if c.chance(0.5) else given
    for concept, amount in (("tendered", given), ("change", given - c.facts.gross)):
        c.need(c.step)
        c.put(c.another(concept), c.left, c.y)
        c.put(c.amount(amount), c.right, c.y, "right")
        c.y += c.step


def _sheet(c: Composer) -> None:
    """A printed data sheet: every fact as a labelled line, group by group."""
    facts = c.facts
    identity.title(c, _title_of(c))
    groups: list[tuple[str, list[meta.Pair]]] = [("invoice_number", meta.meta_pairs(c))]
    for concept, party, role in (("seller", facts.seller, "seller"), ("buyer", facts.buyer, "buyer")):
        rows: list[meta.Pair] = [
            (c.label("holder") if c.chance(0.2) else c.label(concept), (c.tag(party.name, f"{role}_name"),))
        ]
        rows += [("", line) for line in identity.address_pieces(c, party, role)]
        if party.vat:
            rows.append((c.label("vat_id"), (c.tag(party.vat, f"{role}_vat_id"),)))
        groups.insert(c.rng.randint(0, len(groups)), (concept, rows))
    for concept, rows in groups:
        c.put(c.say(concept), c.left, c.y, bold=True)
        c.rule(c.y + c.step)
        c.y = meta.pairs_block(c, rows, c.left + 6, c.right, c.y + c.step * 1.2) + c.step * 0.6
    _body(c)


def _negative(c: Composer) -> None:
    """Another business paper: it looks the same, but asks for no payment of an invoice. It carries no labels."""
    kind = c.rng.choice((*_NEGATIVES, "letter"))
    identity.letterhead(c)
    identity.parties(c)
    if kind == "letter":
        c.paragraph(c.facts.seller.address[-1] + ", " + "".join(p.text for p in c.day(c.facts.issue_date)), c.left, 300)
        c.gap()
        for _ in range(c.rng.randint(2, 5)):
            closing.prose(c, "letter", 4)
        c.paragraph(c.rng.choice(c.words("yours")), c.left, 200)
        return
    identity.title(c, _NEGATIVES[kind])
    meta.meta(c, meta.meta_pairs(c, _OWN_NUMBER[kind]))
    if c.chance(0.5):
        closing.prose(c, "letter", 2)
    items(c)
    if kind != "delivery":
        totals(c)
    closing.prose(c, "letter", 2)
    if c.chance(0.4):
        closing.payment(c)
    if c.chance(0.4):
        extras.extras(c)


ARCHETYPES: dict[str, tuple[Callable[[Composer], None], float]] = {
    "business": (_business, 0.5),
    "folio": (_folio, 0.06),
    "bill": (_bill, 0.06),
    "saas": (_saas, 0.09),
    "receipt": (_receipt, 0.09),
    "sheet": (_sheet, 0.05),
    "negative": (_negative, 0.15),
}


def _rows(rng: random.Random, archetype: str) -> int:
    if archetype == "saas":
        return rng.choice((1, 1, 1, 2, 3))
    return rng.choices((1, 2, 3, 4, 6, 9, 14, 25, 45), (24, 18, 14, 12, 12, 9, 6, 4, 1))[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled before anything is drawn."""

    archetype: str
    facts: Facts
    style: Style
    habits: Writing

    @property
    def family(self) -> str:
        return family_of(self.archetype, self.style)


def plan(rng: random.Random, country: Country | None = None, language: str = "") -> Plan:
    """Draw what one document is to be."""
    archetype = rng.choices(tuple(ARCHETYPES), [share for _, share in ARCHETYPES.values()])[0]
    kind = {"receipt": "receipt", "negative": "other", "bill": "invoice"}.get(archetype) or rng.choices(
        ("invoice", "credit_note", "receipt"), (85, 10, 5)
    )[0]
    narrow = archetype == "receipt"
    stays = archetype == "folio"
    facts = draw_facts(
        rng,
        kind,
        _rows(rng, archetype),
        narrow,
        rng.choice((0.0, 0.1, 0.3, 0.6)),
        country,
        language,
        gross_share=0.6 if stays else 0.12,
        paid_share=0.6 if stays else 0.22,
    )
    style = draw_style(rng, facts, narrow, **({"table": "none", "footer": "none"} if narrow else {}))
    habits = writing(rng, facts.country.numbers, facts.country.dates, facts.language, facts.country.code == "IN")
    return Plan(archetype, facts, style, habits)


def draw(composer: Composer, archetype: str) -> None:
    """Draw the paper on the table."""
    ARCHETYPES[archetype][0](composer)
    if archetype != "receipt":
        composer.begin("footer")
        closing.footer(composer)
        if composer.chance(0.07):
            closing.stamp(composer)


def compose(rng: random.Random, country: Country | None = None, language: str = "") -> tuple[Composer, str]:
    """Draw one document; returns the finished table and the layout family."""
    made = plan(rng, country, language)
    composer = Composer(rng, made.facts, made.style, made.habits)
    draw(composer, made.archetype)
    return composer, made.family
