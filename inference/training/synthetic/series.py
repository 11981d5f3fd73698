"""Several invoices of one supplier: the same sender, form and habits; other numbers, dates, rows and sums."""

import random
import re
from dataclasses import replace
from datetime import timedelta

from inference.training.synthetic import assemble
from inference.training.synthetic.content.facts import Facts, draw_facts
from inference.training.synthetic.emit import read_sheets
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.documents import Plan, draw, plan
from inference.training.synthetic.sample import Sample

_TRIES = 400


def generate_series(seed: int, count: int) -> list[Sample]:
    """`count` invoices of one supplier to one buyer, the same for the same arguments."""
    first = plan(random.Random(seed))  # noqa: S311
    samples = []
    for number in range(count):
        facts = first.facts if number == 0 else _later(first, random.Random(f"{seed}:{number}"), number)  # noqa: S311
        composer = Composer(random.Random(seed), facts, first.style, first.habits, series=str(seed))  # noqa: S311
        draw(composer, first.archetype)
        reading, labels = read_sheets(composer.sheets)
        samples.append(assemble(seed, composer, first.family, reading, labels))
    return samples


def _later(first: Plan, rng: random.Random, number: int) -> Facts:
    """The facts of a later invoice: of like structure, between the same two parties."""
    base = first.facts
    for _ in range(_TRIES):
        rows = max(1, len(base.items) + rng.choice((-2, -1, 0, 0, 1, 2)))
        new = draw_facts(rng, base.kind, rows, first.archetype == "receipt", 0.2, base.country, base.language)
        if _structure(new) == _structure(base):
            break
    else:
        new = base
    days = timedelta(days=31 * number + rng.randint(-3, 3))
    printed = _next(base.number, rng)
    return replace(
        new,
        seller=base.seller,
        buyer=base.buyer,
        ship_to=base.ship_to,
        number=printed,
        issue_date=base.issue_date + days,
        due_date=base.due_date + days,
        days=base.days,
        period=(base.period[0] + days, base.period[1] + days),
        delivery_date=base.delivery_date + days,
        order_date=base.order_date + days,
        order_number=_next(base.order_number, rng),
        delivery_note=_next(base.delivery_note, rng),
        credited_invoice=_next(base.credited_invoice, rng),
        customer_number=base.customer_number,
        project=base.project,
        reference=printed if base.reference == base.number else _next(base.reference, rng),
        exemption=base.exemption,
    )


def _structure(facts: Facts) -> tuple[object, ...]:
    extras = (facts.discount, facts.shipping, facts.rounding, facts.paid, facts.balance)
    settled = facts.paid == facts.gross
    return (facts.currency, facts.gross_prices, len(facts.tax_lines), bool(facts.tax), settled, *map(bool, extras))


def _next(text: str, rng: random.Random) -> str:
    """A later number of the same shape: the last four digits of its longest run of digits are others."""
    runs = re.findall(r"\d+", text)
    if not runs:
        return text
    longest = max(runs, key=len)
    tail = "".join(str(rng.randrange(10)) for _ in longest[-4:])
    at = text.rindex(longest)
    later: str = text[:at] + longest[:-4] + tail + text[at + len(longest) :]
    return later
