"""What stands below the sums: payment details, sentences, footers, page numbers, stamps."""

import random
from collections.abc import Callable
from decimal import Decimal

from inference.training.synthetic.content.facts import payment_terms
from inference.training.synthetic.content.identifiers import bic, fill, iban
from inference.training.synthetic.content.parties import party
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.identity import address_pieces, block, contact_rows, seller_name
from inference.training.synthetic.sample import Piece

Rows = list[tuple[Piece, ...]]
_MANAGERS = {
    "de": ("Geschäftsführer: ", "GF: ", "Geschäftsführung: ", "Inhaber: "),
    "fr": ("Gérant : ", "Directeur : "),
    "it": ("Amministratore: ",),
    "es": ("Administrador: ", "Gerente: "),
    "nl": ("Directie: ",),
}


def _spaced(rng: random.Random, number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if rng.random() < 0.65 else number


def bank_rows(c: Composer) -> Rows:
    """Bank, IBAN (in fours or not), BIC, account; sometimes a second bank."""
    seller, rows = c.facts.seller, list[tuple[Piece, ...]]()
    if c.chance(0.3):
        rows.append((Piece(c.label("holder") + " "), c.tag(seller.name, "seller_name")))
    if c.chance(0.75):
        rows.append((Piece((c.label("bank") + " ") * c.chance(0.5) + seller.bank),))
    if seller.iban:
        concept = c.rng.choice(("IBAN", "IBAN", "IBAN", "IBAN-Nr.", "IBAN No")) + c.style.colon
        rows.append((Piece(concept + " "), c.tag(_spaced(c.rng, seller.iban), "seller_iban", seller.iban)))
        if c.chance(0.75):
            rows.append(
                (
                    Piece(
                        c.rng.choice(("BIC", "BIC", "SWIFT", "BIC/SWIFT", "SWIFT-BIC", "Swift Code"))
                        + c.style.colon
                        + " "
                    ),
                    c.tag(seller.bic, "seller_bic"),
                )
            )
    elif c.chance(0.3):
        rows.append((Piece("SWIFT" + c.style.colon + " "), c.tag(seller.bic, "seller_bic")))
    if not seller.iban or c.chance(0.12):
        rows.append((Piece(c.label("account") + " "), c.tag(seller.account, "seller_bank_account")))
        if c.facts.country.code == "US" and c.chance(0.6):
            rows.append(
                (Piece(c.rng.choice(("Routing No", "ABA", "Routing number")) + ": " + fill(c.rng, "#########")),)
            )
        if c.facts.country.code == "GB":
            rows.append((Piece(c.rng.choice(("Sort Code", "Sort code")) + ": " + fill(c.rng, "##-##-##")),))
    return rows


def _second_bank(c: Composer) -> Rows:
    """Another account of the seller: a hard case with two right-looking IBANs; only the first is the truth."""
    seller = c.facts.seller
    return [
        (Piece("IBAN" + c.style.colon + " " + _spaced(c.rng, iban(c.rng, seller.country))),),
        (Piece("BIC " + bic(c.rng, seller.country)),),
    ]


def payment(c: Composer) -> None:
    """How to pay: terms, due date in a sentence, bank details, reference."""
    facts, width = c.facts, c.right - c.left
    if facts.exemption and c.chance(0.8):
        c.paragraph(c.rng.choice(c.words(facts.exemption)), c.left, width)
    if facts.kind == "invoice" and c.chance(0.3):
        _sentence(c)
    if facts.kind == "invoice" and c.chance(0.3):
        c.need(c.step)
        terms = payment_terms(c.rng, facts)
        heading = (Piece(c.label("terms_label") + " "),) if c.chance(0.7) else ()
        c.put((*heading, c.tag(terms, "payment_terms")), c.left, c.y, room=width)
        c.y += c.step
    if facts.paid and facts.due <= 0 and c.chance(0.6):
        c.paragraph(
            c.rng.choice(c.words("card")).format(n=fill(c.rng, "####")) + "  " + day(facts.issue_date, c.habits),
            c.left,
            width,
        )
    if c.chance(0.55):
        rows = bank_rows(c)
        if c.chance(0.2):
            rows.append((Piece(c.label("reference") + " "), c.tag(facts.reference, "payment_reference")))
        if c.chance(0.08) and facts.seller.iban:
            rows += _second_bank(c)
        c.need(c.step * (len(rows) + 2))
        c.gap(0.6)
        if c.chance(0.3):
            c.put(c.say("bank"), c.left, c.y, bold=True)
            c.y += c.step
        start, inline = c.y, c.chance(0.15)
        if inline:
            glue = Piece(c.rng.choice((", ", " | ", "  ", " - ")))
            rows = [
                tuple(piece for row in rows[at : at + 3] for piece in (*row, glue))[:-1]
                for at in range(0, len(rows), 3)
            ]
        x = c.left + width * (0.5 if c.chance(0.1) else 0.0)
        across = not inline and len(rows) < 6 and c.chance(0.15)
        if across:
            _across(c, rows)
        else:
            c.y = block(c, rows, x + 3, c.y, room=c.right - x - 6)
        if c.chance(0.12):
            c.shape(
                "rect",
                x,
                start - 3,
                c.right if inline or across else x + width * 0.5,
                c.y + 2,
                stroke=c.style.rule_colour,
            )
        c.said["bank_shown"] = "yes"


def _across(c: Composer, rows: Rows) -> None:
    """Payment details side by side, each label over its value."""
    room = (c.right - c.left) / max(len(rows), 2)
    for index, row in enumerate(rows):
        x, label, value = c.left + index * room, row[:1] if len(row) > 1 else (), row[1:] or row
        c.put(label, x, c.y, size=c.style.size * 0.9, bold=c.style.label_bold, room=room - 5)
        c.put(value, x, c.y + c.step, size=c.style.size * 0.9, room=room - 5)
    c.y += c.step * 2.2


def _sentence(c: Composer) -> None:
    """Amount and due date in running text."""
    facts, pieces = c.facts, list[Piece]()
    head, _, rest = c.rng.choice(c.words("pay_sentence")).partition("{amount}")
    due = facts.due if facts.paid or facts.rounding or facts.balance else facts.gross
    amount = (
        c.money(due, "amount_due", marked=True)
        if due != facts.gross
        else c.money(due, "gross_amount", "amount_due", marked=True)
    )
    date = c.day(facts.due_date, "due_date")
    for text, value in ((head, amount), (rest, ())):
        before, found, after = text.partition("{date}")
        pieces += [Piece(before), *(date if found else ()), Piece(after), *value]
    c.need(c.step * 2)
    c.put(pieces, c.left, c.y, room=c.right - c.left)
    c.y += c.step


def prose(c: Composer, concept: str, most: int = 1) -> None:
    """One to `most` sentences of a kind."""
    sentences = c.words(concept)
    text = " ".join(c.rng.sample(sentences, k=min(len(sentences), c.rng.randint(1, most))))
    c.paragraph(
        text, c.left, (c.right - c.left) * c.rng.choice((1.0, 1.0, 0.6)), c.style.size * c.rng.choice((1.0, 0.85, 0.75))
    )
    c.gap(0.4)


def _addressed(c: Composer) -> None:
    """A sentence that names the seller: whom to pay, whom to thank."""
    before, _, after = (
        c.rng.choice(c.words("payable_to")).format(seller="|", year=c.facts.issue_date.year).partition("|")
    )
    c.need(c.step)
    c.put((Piece(before), *seller_name(c), Piece(after)), c.left, c.y, room=c.right - c.left)
    c.y += c.step


def _debited(c: Composer) -> None:
    """Money is taken from the buyer's account: an account that is not the seller's."""
    account = _spaced(c.rng, c.facts.buyer.iban)
    c.paragraph(c.rng.choice(c.words("debited")).format(iban=account), c.left, c.right - c.left)
    if c.chance(0.6):
        c.paragraph(f"{c.another('mandate')} {fill(c.rng, c.rng.choice(('@@##ZZZ########', 'M-######')))}", c.left, 300)


def _codes(c: Composer) -> None:
    """A square code and a bar code, drawn."""
    side = c.rng.uniform(40, 80)
    x, y = c.rng.choice((c.left, c.right - side)), c.y
    if not c.need(side + 10):
        for _ in range(60):
            dx, dy = c.rng.random() * side * 0.94, c.rng.random() * side * 0.94
            c.shape("rect", x + dx, y + dy, x + dx + side / 16, y + dy + side / 16, fill=(0, 0, 0))
        c.y += side + 6


def closing(c: Composer) -> None:
    """Everything below the sums, in one of many orders."""
    blocks: list[Callable[[], None]] = [lambda: payment(c)]
    if c.chance(0.45):
        blocks.append(lambda: prose(c, "thanks"))
    if c.chance(0.45):
        blocks.append(lambda: prose(c, "legal", 4))
    if c.chance(0.12):
        blocks.append(lambda: _codes(c))
    if c.chance(0.1):
        blocks.append(lambda: _addressed(c))
    if c.facts.buyer.iban and c.facts.kind == "invoice" and c.chance(0.06):
        blocks.append(lambda: _debited(c))
    if c.chance(0.3):
        c.rng.shuffle(blocks)
    for draw in blocks:
        draw()
    if c.chance(0.12):
        c.need(c.step * 4)
        c.paragraph(c.rng.choice(c.words("yours")), c.left, 200)
        c.y += c.step
        c.paragraph(c.facts.seller.person, c.left, 200)


def footer(c: Composer) -> None:
    """The seller's details at the foot of the first or of every page, and page numbers."""
    style, seller = c.style, c.facts.seller
    size = style.size * c.rng.uniform(0.68, 0.85)
    groups: list[Rows] = [
        [seller_name(c), *address_pieces(c, seller, "seller")],
        contact_rows(c, 0.6),
        bank_rows(c) if "bank_shown" not in c.said or c.chance(0.2) else [],
        [
            (Piece(c.rng.choice(_MANAGERS.get(c.facts.language, ("CEO: ", "Director: ", ""))) + seller.person),),
            (Piece(c.label("registration") + " " + seller.registration),),
            *_company_law(c),
        ],
    ]
    groups = [group for group in groups if group][: c.rng.choice((2, 3, 4, 4))]
    if c.chance(0.2):
        c.rng.shuffle(groups)
    last, every = c.sheets[-1], c.chance(0.6)
    for number, sheet in enumerate(c.sheets, 1):
        if style.footer != "none" and (every or sheet is last):
            _foot(c, groups, size, number)
        if len(c.sheets) > 1 or c.chance(0.25):
            text = c.rng.choice(
                (
                    f"{c.say('page')} {number} {c.say('of')} {len(c.sheets)}",
                    f"{number}/{len(c.sheets)}",
                    f"{c.say('page')} {number}",
                    f"{number}",
                )
            )
            where = c.said.setdefault("page_place", c.rng.choice(("left", "center", "right")))
            x = {"left": c.left, "center": style.width / 2, "right": c.right}[where]
            c.put(text, x, style.height - 16, where, size, sheet=sheet)


def _company_law(c: Composer) -> Rows:
    """What the law wants of a company's paper: its capital, its registered office. None of it is a field."""
    rows: Rows = []
    if c.chance(0.2):
        capital = "".join(piece.text for piece in c.amount(Decimal(c.rng.choice((7500, 10000, 25000, 50000, 120000)))))
        rows.append((Piece(c.rng.choice(c.words("capital")).format(amount=capital)),))
    if c.chance(0.2):
        other = party(c.rng, c.facts.seller.country, c.facts.language)
        rows.append((Piece(c.another("head_office") + " " + ", ".join(other.address)),))
    return rows


def _foot(c: Composer, groups: list[Rows], size: float, number: int) -> None:
    style, sheet = c.style, c.sheets[number - 1]
    y = c.bottom + 10
    step = min(size * 1.25, (style.height - 20 - y) / max(max(len(group) for group in groups), 1))
    size = min(size, step)
    if style.footer == "columns":
        room = (c.right - c.left) / len(groups)
        for index, group in enumerate(groups):
            for line, row in enumerate(group):
                c.put(row, c.left + index * room, y + line * step, size=size, room=room - 6, sheet=sheet, grey=0.3)
        return
    mark = Piece(c.said.setdefault("foot_mark", c.rng.choice((" · ", " | ", ", ", " - ", " • ", "   "))))
    for index, group in enumerate(groups[: 4 if style.footer == "joined" else 2]):
        pieces = [piece for row in group for piece in (*row, mark)][:-1]
        align = "left" if style.footer == "stacked" else "center"
        x = c.left if align == "left" else style.width / 2
        c.put(pieces, x, y + index * size * 1.3, align, size, room=c.right - c.left, sheet=sheet, grey=0.3)


def stamp(c: Composer) -> None:
    """A stamp or a watermark across the first page."""
    sheet = c.sheets[0]
    size = c.rng.uniform(22, 80)
    c.put(
        c.rng.choice(c.words("paid_stamp")),
        sheet.width * c.rng.uniform(0.15, 0.6),
        sheet.height * c.rng.uniform(0.3, 0.7),
        size=size,
        bold=True,
        grey=0.75,
        sheet=sheet,
        angle=c.rng.choice((45.0, 30.0, 12.0, -10.0, 55.0)),
        room=sheet.width * 0.6,
    )
