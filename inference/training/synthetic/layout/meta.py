"""Numbers and dates of the paper: as pairs, a strip, stacked, boxed, inline; decoys among them."""

import re
from datetime import timedelta

from inference.training.synthetic.content.facts import payment_terms
from inference.training.synthetic.content.identifiers import fill
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.sample import Piece

Pair = tuple[str, tuple[Piece, ...]]


def _ids(c: Composer) -> list[Pair]:
    facts = c.facts
    rows: list[Pair] = []
    for concept, value, likely in (
        ("customer_number", facts.customer_number, 0.4),
        ("purchase_order", facts.order_number, 0.35),
        ("delivery_note", facts.delivery_note, 0.14),
    ):
        if c.chance(likely):
            rows.append((c.label(concept), (c.tag(value, concept), *_dated(c))))
    if facts.kind == "credit_note" and c.chance(0.8):
        number = c.tag(facts.credited_invoice, "credited_invoice")
        rows.append((c.label("credited_invoice"), (number, *_dated(c))))
    return rows


def _dated(c: Composer) -> tuple[Piece, ...]:
    """Sometimes the day of an order or a delivery behind its number."""
    if not c.chance(0.12):
        return ()
    when = day(c.facts.order_date, c.habits)
    return (Piece(c.rng.choice((f" {c.rng.choice(c.words('dated'))} {when}", f" / {when}", f" ({when})", f" {when}"))),)


def _number_like(c: Composer) -> str:
    """Something that could be taken for a number of the paper."""
    shape = c.rng.choice(
        ("######", "####", "##########", "@@-####", "#############", "@@@", "##/####", "##-##-##", "@####", "#", "###",
         "@@@ @@@@@ @@@@@@", "######-##", "@@@@@@", "#### / ###", "DE#########", "##.##")
    )  # fmt: skip
    return fill(c.rng, shape)


def _strangers(c: Composer) -> list[Pair]:
    """More pairs as forms have them: numbers, dates and names of everything else."""
    rows: list[Pair] = []
    if not c.chance(0.35):
        return rows
    for _ in range(c.rng.choice((1, 2, 2, 3, 4, 6))):
        kind = c.rng.random()
        if kind < 0.55:
            text = c.rng.choice(("", *c.words("methods"))) if c.chance(0.15) else _number_like(c)
            rows.append((c.another("other_numbers"), (Piece(text or _number_like(c)),)))
        elif kind < 0.85:
            when = c.facts.issue_date + timedelta(days=c.rng.randint(-40, 45))
            clock = f" {c.rng.randint(0, 23):02}:{c.rng.randint(0, 59):02}" if c.chance(0.15) else ""
            rows.append((c.another("other_dates"), (Piece(day(when, c.habits) + clock),)))
        else:
            rows.append((c.another("contact"), (Piece(c.rng.choice((c.facts.seller.person, c.facts.buyer.person))),)))
    return rows


def _together(c: Composer, rows: list[Pair]) -> list[Pair]:
    """Number and date of the paper as one pair, as in "Invoice no./date: 4711 / 01.02.2020"."""
    names = {piece.labels[0].name: at for at, (_, value) in enumerate(rows) for piece in value if piece.labels}
    if not {"invoice_number", "issue_date"} <= names.keys():
        return rows
    number, date = rows[names["invoice_number"]], rows[names["issue_date"]]
    glue = c.rng.choice((" / ", "/", ", ", " - ", "  "))
    head = number[0].rstrip(" :-") + c.rng.choice(("/", " / ", "/-", " - ")) + date[0]
    rows[names["invoice_number"]] = (head, (*number[1], Piece(glue), *date[1]))
    return [row for row in rows if row is not date]


def _decoys(c: Composer) -> list[Pair]:
    """Dates, numbers and names that are none of the fields."""
    facts = c.facts
    rows: list[Pair] = []
    for concept, value, likely in (
        ("order_date", day(facts.order_date, c.habits), 0.15),
        ("delivery_date", day(facts.delivery_date, c.habits), 0.2),
        ("project", facts.project, 0.2),
        ("contact", facts.seller.person, 0.2),
        ("phone", facts.seller.fax, 0.04),
    ):
        if c.chance(likely):
            rows.append((c.label(concept), (Piece(value),)))
    return rows


def meta_pairs(c: Composer, number_concept: str = "invoice_number") -> list[Pair]:
    """What the meta block says, in the order it says it."""
    facts = c.facts
    rows: list[Pair] = []
    if "number_shown" not in c.said or c.chance(0.15):
        rows.append((c.label(number_concept), (c.tag(facts.number, "invoice_number"),)))
    if "date_shown" not in c.said or c.chance(0.15):
        rows.append((c.label("issue_date"), c.day(facts.issue_date, "issue_date")))
    if rows and rows[-1][0] == c.label("issue_date") and c.chance(0.05):
        town = re.sub(r"[\d,./()-]+", " ", facts.seller.address[-1]).strip()
        rows[-1] = (town + c.rng.choice((",", {"fr": ", le", "de": ", den"}.get(facts.language, ""))), rows[-1][1])
    if facts.kind == "invoice" and c.chance(0.5):
        rows.append((c.label("due_date"), c.day(facts.due_date, "due_date")))
    extras = [*_ids(c), *_decoys(c), *_strangers(c)]
    if c.chance(0.2):
        start, end = facts.period
        dash = Piece(
            c.rng.choice((" - ", " – ", "-", " to ", " / ", " bis "))
            if facts.language in ("en", "de")
            else c.rng.choice((" - ", " – ", "-"))
        )
        rows.append(
            (c.label("period"), (*c.day(start, "service_period_start"), dash, *c.day(end, "service_period_end")))
        )
    if facts.kind in ("invoice", "other") and c.chance(0.25):
        terms = payment_terms(c.rng, facts)
        rows.append((c.label("terms_label"), (c.tag(terms, "payment_terms"),)))
    if facts.buyer.vat and c.chance(0.15):
        rows.append((c.label("buyer_vat_id"), (c.tag(facts.buyer.vat, "buyer_vat_id"),)))
    if facts.seller.vat and c.chance(0.08):
        rows.append((c.label("vat_id"), (c.tag(facts.seller.vat, "seller_vat_id"),)))
    if c.chance(0.1) and facts.kind != "other":
        settled = facts.due != facts.gross
        if c.chance(0.5):
            names = ("amount_due",) if settled else ("gross_amount", "amount_due")
            rows.append((c.label("due"), c.money(facts.due, *names, marked=True)))
        else:
            rows.append((c.label("gross"), c.money(facts.gross, "gross_amount", marked=True)))
    if c.chance(0.07):
        rows.append((c.label("currency_label"), (c.tag(facts.currency, "currency"),)))
    if c.chance(0.05):
        rows.append((c.label("name_label"), (c.tag(facts.buyer.name, "buyer_name"),)))
    if c.chance(0.05):
        rows = _together(c, rows)
    for extra in extras:
        rows.insert(c.rng.randint(0, len(rows)), extra)
    if c.chance(0.2):
        c.rng.shuffle(rows)
    if c.chance(0.15):
        rows.append(
            (c.label("page"), (Piece(c.rng.choice(("1", "1 / 1", "1 von 1" if facts.language == "de" else "1/1"))),))
        )
    return rows


def pairs_block(c: Composer, rows: list[Pair], x0: float, x1: float, y: float, right_values: bool = False) -> float:
    """Labels in one column, values in the next; long ones wrap to a line of their own."""
    bold, value_bold = c.style.label_bold, c.style.value_bold
    reach = max((c.width_of(label, bold=bold) for label, _ in rows), default=0.0) + c.rng.uniform(5, 22)
    reach = min(reach, (x1 - x0) * 0.6)
    for label, value in rows:
        if c.style.colon_apart and label.endswith(":"):
            c.put(label.rstrip(" :"), x0, y, bold=bold, room=reach - 9)
            c.put(":", x0 + reach - 7, y, bold=bold)
        else:
            c.put(label, x0, y, bold=bold, room=reach - 3)
        if right_values:
            c.put(value, x1, y, "right", bold=value_bold, room=x1 - x0 - reach)
        else:
            c.put(value, x0 + reach, y, bold=value_bold, room=x1 - x0 - reach)
        y += c.step
    return y


def _strip(c: Composer, rows: list[Pair], x0: float, x1: float, y: float, boxed: bool) -> float:
    """Rows as columns: headings above, values below, a few to a band."""
    per_band = max(2, min(len(rows), c.rng.choice((3, 4, 5, 6))))
    for at in range(0, len(rows), per_band):
        band = rows[at : at + per_band]
        room = (x1 - x0) / max(len(band), 2)
        for index, (label, value) in enumerate(band):
            x = x0 + index * room
            c.put(label, x + 3, y + 2, size=c.style.size * 0.9, bold=c.style.label_bold, room=room - 6)
            c.put(value, x + 3, y + 2 + c.step, bold=c.style.value_bold, room=room - 6)
            if boxed:
                c.shape("rect", x, y, x + room, y + 2 * c.step + 4, stroke=c.style.rule_colour)
        y += 2 * c.step + 6
    return y


def _stacked(c: Composer, rows: list[Pair], x0: float, x1: float, y: float) -> float:
    for label, value in rows:
        c.put(label, x0, y, size=c.style.size * 0.88, bold=c.style.label_bold, room=x1 - x0)
        c.put(value, x0, y + c.step * 0.95, bold=c.style.value_bold, room=x1 - x0)
        y += c.step * 2.1
    return y


def _flush(c: Composer, rows: list[Pair], x1: float, y: float) -> float:
    """Each pair as one line set against the right edge."""
    for label, value in rows:
        c.put((Piece(label + " "), *value), x1, y, "right", bold=c.style.label_bold)
        y += c.step
    return y


def _facing(c: Composer, rows: list[Pair], x0: float, x1: float, y: float) -> float:
    """Labels set against the right, values against the left of one seam, as online shops print them."""
    seam = x0 + (x1 - x0) * c.rng.uniform(0.4, 0.6)
    for label, value in rows:
        c.put(label, seam - 4, y, "right", bold=c.style.label_bold, room=seam - x0 - 4)
        c.put(value, seam + 4, y, bold=c.style.value_bold, room=x1 - seam - 4)
        y += c.step
    return y


def _inline(c: Composer, rows: list[Pair], x0: float, x1: float, y: float) -> float:
    """Several pairs on a line, like running text."""
    glue = Piece(c.rng.choice(("   ", ", ", " | ", "  ·  ", " - ")))
    per_line = c.rng.choice((1, 2, 3))
    for at in range(0, len(rows), per_line):
        line = [piece for label, value in rows[at : at + per_line] for piece in (Piece(label + " "), *value, glue)][:-1]
        c.put(line, x0, y, room=x1 - x0)
        y += c.step
    return y


def meta(c: Composer, rows: list[Pair], beside: float = 0.0) -> None:
    """The meta block below the cursor, or on the right beside what began at `beside`."""
    style, width = c.style, c.right - c.left
    x0, x1, y = c.left, c.right, c.y
    if beside and style.meta in ("pairs", "right", "stacked", "boxed", "flush", "facing"):
        x0, y = c.left + width * c.rng.uniform(0.52, 0.64), beside
    match style.meta:
        case "pairs" | "right":
            end = pairs_block(
                c, rows, x0, x1 if beside else x0 + width * c.rng.uniform(0.45, 0.6), y, style.meta == "right"
            )
        case "stacked":
            end = _stacked(c, rows, x0, x1, y)
        case "boxed":
            end = pairs_block(c, rows, x0 + 4, x1 - 4 if beside else x0 + width * 0.5, y + 3, c.chance(0.4))
            c.shape("rect", x0, y, x1 if beside else x0 + width * 0.5 + 4, end + 2, stroke=style.rule_colour)
        case "inline":
            end = _inline(c, rows, x0, x1, y)
        case "flush":
            end = _flush(c, rows, x1, y)
        case "facing":
            end = _facing(c, rows, x0, x1 if beside else x0 + width * 0.6, y)
        case "columns":
            cut = (len(rows) + 1) // 2
            end = max(
                pairs_block(c, rows[:cut], x0, x0 + width * 0.46, y),
                pairs_block(c, rows[cut:], x0 + width * 0.52, x1, y),
            )
        case _:
            end = _strip(c, rows, x0, x1, y, c.chance(0.5))
    c.y = max(c.y, end)
    c.gap()
