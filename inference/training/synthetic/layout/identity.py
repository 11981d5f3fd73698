"""Who writes to whom: letterhead, logo, title, address window, party blocks."""

from collections.abc import Callable

from inference.training.synthetic.content.identifiers import fill
from inference.training.synthetic.content.parties import Party, party
from inference.training.synthetic.layout.composer import Composer, Text
from inference.training.synthetic.sample import Piece

TITLES = {"invoice": "title_invoice", "credit_note": "title_credit", "receipt": "title_receipt"}


def logo(c: Composer, x: float, y: float, size: float) -> None:
    """A mark drawn as paths: no words in it."""
    for _ in range(c.rng.randint(1, 4)):
        dx, dy, side = c.rng.uniform(0, size), c.rng.uniform(0, size * 0.4), c.rng.uniform(size * 0.3, size * 0.7)
        tint = tuple(min(1.0, part + c.rng.random() * 0.4) for part in c.style.colour)
        c.shape(
            c.rng.choice(("circle", "rect")),
            x + dx,
            y + dy,
            x + dx + side,
            y + dy + side,
            fill=(tint[0], tint[1], tint[2]),
        )


def seller_name(c: Composer) -> tuple[Piece, ...]:
    return (c.tag(c.facts.seller.name, "seller_name"),)


def address_pieces(c: Composer, party: Party, role: str) -> list[tuple[Piece, ...]]:
    """The address lines of a party, labelled `<role>_address`; sometimes two parts share a line."""
    mark = c.mark(f"{role}_address", ", ".join(party.address))
    lines: list[tuple[Piece, ...]] = [(Piece(part, (mark,)),) for part in party.address]
    if len(lines) > 1 and c.chance(0.12):
        lines[:2] = [(*lines[0], Piece(", "), *lines[1])]
    return lines


def contact_rows(c: Composer, share: float) -> list[tuple[Piece, ...]]:
    """Phone, fax, mail, web and tax numbers of the seller, each with chance `share`, in any order."""
    seller = c.facts.seller
    rows: list[tuple[Piece, ...]] = []
    values = (
        ("phone", seller.phone),
        ("fax", seller.fax),
        ("email", seller.email),
        ("web", seller.web),
        ("vat_id", seller.vat),
        ("tax_number", seller.tax_number),
        ("registration", seller.registration),
    )
    names = {
        "phone": "seller_phone",
        "email": "seller_email",
        "web": "seller_website",
        "vat_id": "seller_vat_id",
        "tax_number": "seller_tax_number",
    }
    for concept, value in values:
        likely = share * (0.5 if concept in ("fax", "registration", "tax_number") else 1.0)
        if not value or not c.chance(likely):
            continue
        shown = c.tag(value, names[concept], value) if concept in names else Piece(value)
        tail: tuple[Piece, ...] = ()
        if concept == "vat_id" and seller.country.code == "CH" and c.chance(0.5):
            tail = (Piece(c.rng.choice((" MWST", " TVA", " IVA"))),)
        bare = (concept in ("email", "web") and c.chance(0.6)) or (concept == "phone" and c.chance(0.2))
        rows.append((shown, *tail) if bare else (Piece(c.label(concept) + " "), shown, *tail))
    if c.chance(0.35):
        c.rng.shuffle(rows)
    return rows


def block(
    c: Composer,
    rows: list[tuple[Piece, ...]],
    x: float,
    y: float,
    align: str = "left",
    size: float = 0.0,
    room: float = 0.0,
    bold_first: bool = False,
) -> float:
    """Print rows below each other; returns the y below them."""
    step = (size or c.style.size) * c.style.leading
    for index, row in enumerate(rows):
        c.put(row, x, y, align, size, bold=bold_first and index == 0, room=room)
        y += step
    return y


def letterhead(c: Composer) -> None:
    """The seller on top, in one of many ways; some leave the seller to the footer."""
    style, seller = c.style, c.facts.seller
    big = style.size * c.rng.uniform(1.1, 2.4)
    name = seller_name(c)
    top: Text = (Piece(seller.brand),) if seller.brand and c.chance(0.6) else name
    if top is not name:
        c.said["brand_shown"] = seller.brand
    details = [*_owner(c), *address_pieces(c, seller, "seller"), *contact_rows(c, c.rng.choice((0.2, 0.5, 0.8)))]
    if top is not name:
        details.insert(0, name)
    half = (c.right - c.left) * 0.48
    if c.chance(0.1):
        details = []
    match style.letterhead:
        case "left" | "logo":
            if style.letterhead == "logo":
                logo(c, c.left, c.y, 34)
                c.y += 48
            c.put(top, c.left, c.y, size=big, bold=c.chance(0.7), room=half)
            c.y = block(c, details, c.left, c.y + big * 1.35, room=half)
        case "right":
            if c.chance(0.5):
                logo(c, c.left, c.y, 36)
            c.put(top, c.right, c.y, "right", big, bold=c.chance(0.7), room=half)
            c.y = block(c, details, c.right, c.y + big * 1.35, "right", room=half)
        case "split":
            c.put(top, c.left, c.y, size=big, bold=c.chance(0.6), room=half)
            x = c.left + (c.right - c.left) * c.rng.uniform(0.56, 0.7)
            c.y = max(c.y + big * 1.4, block(c, details, x, c.y, size=style.size * 0.9, room=c.right - x))
        case "centre":
            middle = style.width / 2
            c.put(top, middle, c.y, "center", big, bold=c.chance(0.7), room=c.right - c.left)
            c.y += big * 1.35
            if c.chance(0.5):
                c.y = _joined(c, details, middle)
            else:
                c.y = block(c, details, middle, c.y, "center", room=c.right - c.left)
        case "band":
            height = big + 14
            tint = style.colour if c.chance(0.5) else (0.9, 0.92, 0.95)
            c.shape("rect", 0, c.y - 8, style.width, c.y + height - 8, fill=tint)
            c.put(top, c.left, c.y, size=big, bold=True, grey=1.0 if tint == style.colour else 0.0, room=half)
            c.y = block(c, details, c.left, c.y + height, room=half)
        case "small":
            _small_print(c, [name, *details])
        case "apart":
            c.put(top, c.left, c.y, size=big, bold=c.chance(0.6), room=half)
            c.y += big * 1.5
            c.said["beside_items"] = "yes"
            x = c.left + (c.right - c.left) * c.rng.uniform(0.74, 0.8)
            start = c.y + c.rng.uniform(20, 60)
            end = block(c, [name, *details], x, start, size=style.size * 0.78, room=c.right - x)
            c.said["aside_end"] = str(end)
        case _:
            logo(c, c.rng.choice((c.left, c.right - 60)), c.y, 40)
            c.y += 60
    if c.chance(0.2):
        c.rule(c.y + 3)
        c.y += 6
    c.gap()


def _joined(c: Composer, rows: list[tuple[Piece, ...]], middle: float) -> float:
    """Rows on few lines, parted by a mark."""
    mark, y = Piece(c.rng.choice((" · ", " | ", ", ", " - ", " • ", "   "))), c.y
    for at in range(0, len(rows), 3):
        pieces = [piece for row in rows[at : at + 3] for piece in (*row, mark)][:-1]
        c.put(pieces, middle, y, "center", c.style.size * 0.9, room=c.right - c.left)
        y += c.step
    return y


def _small_print(c: Composer, rows: list[tuple[Piece, ...]]) -> None:
    """Everything about the seller beside a logo, in a few lines of small type."""
    size, mark = c.style.size * c.rng.uniform(0.6, 0.8), Piece(c.rng.choice((" - ", " · ", " | ", ", ", "  ")))
    side = 30.0
    at_left = c.chance(0.7)
    logo(c, c.left if at_left else c.right - side, c.y, side)
    x = c.left + side * 1.6 if at_left else c.left
    y, per_line = c.y, c.rng.choice((2, 3, 4))
    for at in range(0, len(rows), per_line):
        pieces = [piece for row in rows[at : at + per_line] for piece in (*row, mark)][:-1]
        c.put(pieces, x, y, size=size, room=c.right - x - (0 if at_left else side * 1.6))
        y += size * 1.35
    c.y = max(c.y + side * 1.4, y)


def title(c: Composer, concept: str) -> None:
    """The name of the paper; some have the number in it, or say it in a sentence."""
    facts, style = c.facts, c.style
    size = style.size * c.rng.uniform(1.1, 2.6)
    name = " ".join(c.say(concept).upper()) if c.chance(0.025) else c.say(concept)
    words: list[Piece] = [c.tag(name, "document_type", facts.kind)]
    known = TITLES.get(facts.kind) == concept
    if style.title in ("numbered", "sentence") and known:
        words += [
            Piece(c.rng.choice((" ", " ", " Nr. ", " #", " No. ", ": ", " - ", " N° "))),
            c.tag(facts.number, "invoice_number"),
        ]
        c.said["number_shown"] = "yes"
        if style.title == "sentence":
            glue = c.rng.choice(("-", "/", ",", "·", "  ")) + " " + c.label("issue_date")
            words += [
                Piece(f" {c.rng.choice((glue, *c.words('dated')))} "),
                *c.day(facts.issue_date, "issue_date"),
            ]
            c.said["date_shown"] = "yes"
    sides = {"right": (c.right, "right"), "head": (c.right, "right"), "centre": (style.width / 2, "center")}
    x, align = sides.get("left" if "aside_end" in c.said else style.title, (c.left, "left"))
    if style.title == "head" and style.letterhead == "left" and c.sheets[-1].lines:
        c.put(words, c.right, style.top, "right", size, bold=c.chance(0.7), room=(c.right - c.left) * 0.4)
        return
    c.put(words, x, c.y, align, size, bold=c.chance(0.7), room=c.right - c.left)
    c.y += size * 1.4
    c.gap(0.6)


def _buyer_rows(c: Composer, with_vat: bool) -> list[tuple[Piece, ...]]:
    buyer = c.facts.buyer
    name = c.tag(buyer.name, "buyer_name")
    head = c.rng.choice(("Attn: ", "ATTN: ", "c/o ", "Attention: ", f"{c.rng.choice(c.words('salutation'))} "))
    rows: list[tuple[Piece, ...]] = [(Piece(head), name) if c.chance(0.04) else (name,), *_beside_name(c)]
    if c.chance(0.4):
        rows.insert(0, rows.pop())
    rows += address_pieces(c, buyer, "buyer")
    if len(rows) == 3 and c.chance(0.06):
        rows = [(*rows[0], Piece(c.rng.choice((", ", " - ", " · "))), *rows[1], Piece(", "), *rows[2])]
    if c.chance(0.06):
        rows.append((Piece(c.label("registration") + " " + buyer.registration),))
    if with_vat and buyer.vat:
        rows.append((Piece(c.label("buyer_vat_id") + " "), c.tag(buyer.vat, "buyer_vat_id")))
    if c.chance(0.08):
        number = (Piece(c.label("customer_number") + " "), c.tag(c.facts.customer_number, "customer_number"))
        rows.insert(c.rng.choice((0, len(rows))), number)
    if c.chance(0.04):
        rows.insert(c.rng.choice((0, len(rows))), (Piece(c.another("other_numbers") + " " + fill(c.rng, "#########")),))
    if c.chance(0.12):
        rows.append((Piece(buyer.email),))
    if c.chance(0.1):
        rows.append((Piece(c.label("phone") + " " + buyer.phone),))
    return rows


def _beside_name(c: Composer) -> list[tuple[Piece, ...]]:
    """Who in the company is meant: a person, a department, a form of address; often nobody."""
    person = c.rng.choice(
        ("", "", "", "ATTN: ", "c/o ", "z. Hd. ", "Attn. ", c.rng.choice(c.words("salutation")) + " ")
    )
    lines: list[tuple[Piece, ...]] = [(Piece(person + c.facts.buyer.person),)]
    lines.append((Piece(c.rng.choice(c.words("department"))),))
    luck = c.rng.random()
    if luck < 0.18:
        return lines[:1]
    if luck < 0.23:
        return lines[1:]
    return lines if luck < 0.26 else []


def _seller_rows(c: Composer) -> list[tuple[Piece, ...]]:
    rows = [seller_name(c), *_owner(c)]
    if c.chance(0.3):
        rows.reverse()
    return [*rows, *address_pieces(c, c.facts.seller, "seller"), *contact_rows(c, 0.4)]


def _owner(c: Composer) -> list[tuple[Piece, ...]]:
    """A person under the name of the seller: the owner, or who is in charge; mostly nobody."""
    if not c.chance(0.12):
        return []
    head = c.rng.choice(("", "", "", c.rng.choice(c.words("department")) + ": ", "c/o ", "Attn: "))
    return [(Piece(head + c.facts.seller.person),)]


def _ship_rows(c: Composer) -> list[tuple[Piece, ...]]:
    target = c.facts.ship_to or c.facts.buyer
    return [(c.tag(target.name, "ship_to_name"),), *address_pieces(c, target, "ship_to")]


def _stranger_rows(c: Composer) -> list[tuple[Piece, ...]]:
    """A party that is neither seller nor buyer nor where goods go: the site, the payer, the branch."""
    facts = c.facts
    if c.chance(0.4):
        return [(c.tag(facts.buyer.name, "buyer_name"),), *address_pieces(c, facts.buyer, "buyer")]
    other = party(
        c.rng, facts.buyer.country, facts.language if facts.language in facts.buyer.country.languages else "en"
    )
    return [(Piece(other.name),), *[(Piece(line),) for line in other.address]]


def _named(c: Composer, rows: list[tuple[Piece, ...]]) -> list[tuple[Piece, ...]]:
    """A block as a form has it: "Name: ...", "Address: ...", the rest set in below."""
    named = [(Piece(c.label("name_label") + " "), *rows[0])]
    if len(rows) > 1:
        named.append((Piece(c.label("address_label") + " "), *rows[1]))
    return [*named, *[(Piece("      "), *row) for row in rows[2:]]]


def _headed(
    c: Composer, concept: str, rows: list[tuple[Piece, ...]], x: float, y: float, room: float, box: bool
) -> float:
    """A party block under its heading."""
    start = y
    if box:
        x, room, y = x + 5, room - 10, y + 4
    inline = c.chance(0.06)
    if inline:
        rows[0] = (Piece(c.label(concept) + " "), *rows[0])
    else:
        c.put(c.label(concept), x, y, bold=c.said.setdefault("party_bold", str(c.chance(0.6))) == "True", room=room)
        y += c.step * 1.1
    y = block(c, rows, x, y, room=room)
    if box:
        c.shape("rect", x - 5, start, x + room + 5, y + 3, stroke=c.style.rule_colour)
        y += 6
    return y


def parties(c: Composer) -> None:
    """Buyer, and where the style says so seller and delivery address, side by side, stacked or boxed."""
    style = c.style
    width, with_vat = c.right - c.left, c.chance(0.35)
    half, start = width * 0.47, c.y
    seller_too = (style.letterhead == "none" and c.chance(0.7)) or c.chance(0.2)
    columns: list[tuple[str, Callable[[], list[tuple[Piece, ...]]]]] = [("buyer", lambda: _buyer_rows(c, with_vat))]
    if seller_too:
        columns.insert(c.rng.choice((0, 0, 1)), ("seller", lambda: _seller_rows(c)))
    if c.facts.ship_to:
        columns.insert(c.rng.choice((len(columns), len(columns), 0)), ("ship_to", lambda: _ship_rows(c)))
    if c.chance(0.07):
        columns.append(("other_party", lambda: _stranger_rows(c)))
    match style.parties:
        case "named":
            room = width / len(columns) - 8
            blocks = [
                _headed(c, concept, _named(c, rows()), c.left + index * (room + 8), start, room, c.chance(0.5))
                for index, (concept, rows) in enumerate(columns)
            ]
            c.y = max(blocks)
        case "window":
            if c.chance(0.6):
                sender = [Piece(part) for part in (" · ", " - ", ", ", " | ")]
                glue = c.rng.choice(sender)
                line = [
                    *seller_name(c),
                    *[piece for row in address_pieces(c, c.facts.seller, "seller") for piece in (glue, *row)],
                ]
                c.put(line, c.left, c.y, size=style.size * 0.68, room=half)
                c.y += style.size * 1.4
            c.y = block(c, _buyer_rows(c, with_vat and c.chance(0.3)), c.left, c.y, room=half, bold_first=c.chance(0.2))
            if c.facts.ship_to:
                c.y = max(c.y, _headed(c, "ship_to", _ship_rows(c), c.left + half * 1.1, start, half, False))
        case "right":
            x = c.left + width * c.rng.uniform(0.5, 0.6)
            c.y = block(c, _buyer_rows(c, with_vat), x, c.y, room=c.right - x)
        case "stacked":
            for concept, rows in columns:
                c.y = _headed(c, concept, rows(), c.left, c.y, width, False) + c.step * 0.6
        case _:
            room = width / len(columns) - 8
            if style.parties == "reversed":
                columns.reverse()
            ends = [
                _headed(c, concept, rows(), c.left + index * (room + 8), start, room, style.parties == "boxed")
                for index, (concept, rows) in enumerate(columns)
            ]
            c.y = max(ends)
    c.gap()
