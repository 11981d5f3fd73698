"""Who sells and who buys: labelled blocks, else the address window for the buyer."""

from collections import defaultdict

from inference.extraction.blocks import Party, opened_blocks, party_of
from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, fold
from inference.extraction.lines import Layout, Run
from inference.extraction.names import BANK_WORDS, PERSON, POSTCODE, first_part, has_legal_form, is_name, is_sender
from inference.extraction.seller import domains_of, find_seller, names_domain

MOST_COLUMNS = 6  # of a line with an address; the head of a table has more


def find_parties(
    lines: Layout, hits: list[Hit], labels: dict[str, list[Label]], taken: set[int]
) -> tuple[Party, Party, Party]:
    """Seller, buyer and ship-to. `taken`: positions of lines of the line-item table."""
    ship_to = _labelled(lines, labels.get("ship_to", []), taken)
    contacts = _contact_lines(hits)
    banks = {index for index, found in contacts.items() if any(hit.kind in ("iban", "bic") for hit in found)}
    buyer = _labelled(lines, [label for label in labels.get("buyer", []) if label.line.index not in banks], taken)
    if not (has_legal_form(buyer.name_text) or POSTCODE.search(buyer.address_text)):
        window = _address_window(lines, hits, contacts, taken, ship_to)
        heading = window.name is not None and window.name.line is lines.page_lines(window.name.line.page)[0]
        if buyer.name is None or (has_legal_form(window.name_text) and not heading):
            buyer = window  # a label that says "client" in a hotel's form stands beside the guest, who does not pay
    seller = find_seller(lines, hits, labels, buyer, ship_to, contacts, taken)
    if seller.name is None and buyer.name is not None and not buyer.labelled:
        buyer = Party()  # the only party on the document is who sent it
        seller = find_seller(lines, hits, labels, buyer, ship_to, contacts, taken)
    return seller, buyer, ship_to


def _contact_lines(hits: list[Hit]) -> dict[int, list[Hit]]:
    found: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.kind == "bic" and not BANK_WORDS.search(hit.line.text):
            continue  # a word in capitals that has the shape of one
        if hit.kind in ("email", "website", "iban", "vat_id", "phone", "bic"):
            found[hit.line.index].append(hit)
    return found


def _labelled(lines: Layout, labels: list[Label], taken: set[int]) -> Party:
    """The best block that a label opens: named in its own run, below it, or to its right."""
    best = Party()
    for label in labels:
        if label.line.index in taken:
            continue
        for block, inline in _whole(lines, label) or opened_blocks(lines, label):
            party = party_of(block, inline)
            if party.name is None:
                continue
            party.strength = (
                0.5
                + (0.3 if len(label.key) >= 6 else 0.0)
                + (0.3 if party.address else 0.0)
                + (0.2 if has_legal_form(party.name_text) else 0.0)
                - 0.1 * (label.line.page - 1)
            )
            party.labelled = True
            if party.strength > best.strength:
                best, best.rivals = party, ([] if best.name is None else [(best.name_text, best.name)])
    return best


def _whole(lines: Layout, label: Label) -> list[tuple[list[Run], bool]]:
    """The block around "for the attention of" where a name stands above these words; empty elsewhere."""
    run = next(run for run in label.line.runs if run.start <= label.start < run.end)
    if not PERSON.match(run.text):
        return []
    gap, above = _above(lines, run)
    if above is None or gap > 0.9 * (run.box.y1 - run.box.y0) or not is_name(above.text):
        return []
    return [(lines.block(above), False)]


def _address_window(
    lines: Layout, hits: list[Hit], contacts: dict[int, list[Hit]], taken: set[int], ship_to: Party
) -> Party:
    """An unlabelled block in the upper half that looks like a postal address: where window envelopes show it."""
    best = Party()
    first = lines.pages[0].number if lines.pages else 0
    senders = {
        fold(first_part(run.text)) for line in lines.page_lines(first) for run in line.runs if is_sender(run.text)
    }
    for line in lines.page_lines(first):
        if line.box.y0 > 0.5 or line.index in taken or len(line.runs) > MOST_COLUMNS:
            continue
        for before, run in zip((None, *line.runs), line.runs, strict=False):
            if before is not None and before.text.rstrip().endswith(":"):
                continue  # the value of a field
            party = _window_party(lines, run, contacts)
            if fold(party.name_text) in senders:
                continue
            if party.name is None or party.lines & ship_to.lines:
                continue
            known = domains_of(hits, Party(lines=party.lines | ship_to.lines))
            party.strength -= 0.3 * (line.index == lines.page_lines(first)[0].index)  # letterheads come first
            party.strength -= 0.45 * names_domain(fold(party.name_text), known)
            if party.strength > best.strength:
                best = party
    return best


def _firm_before(lines: Layout, run: Run) -> bool:
    """Whether a firm is named above the run or to its left."""
    earlier = (r for line in lines.page_lines(run.line.page) for r in line.runs if line.index <= run.line.index)
    return any((r.line is not run.line or r.start < run.start) and has_legal_form(first_part(r.text)) for r in earlier)


def _window_party(lines: Layout, run: Run, contacts: dict[int, list[Hit]]) -> Party:
    gap, above = _above(lines, run)
    height = run.box.y1 - run.box.y0
    sender = above is not None and gap < 7 * height and is_sender(above.text)
    if above is not None and not sender and gap < 0.9 * height and is_name(above.text):
        return Party()
    block = lines.block(run, 7)
    reach = [
        hit.kind
        for r in block
        for hit in contacts.get(r.line.index, ())
        if r.box.x0 - 0.01 <= hit.box.x0 <= r.box.x1 + 0.01
    ]
    allowed = {"vat_id", "email", "phone"} if sender else {"vat_id", "email"}
    if len(block) < 3 or len(reach) > 2 or set(reach) - allowed:
        return Party()
    party = party_of(block, False)
    if party.name is None or (not sender and not any(POSTCODE.search(r.text) for r in party.address)):
        return Party()
    first = run.line is lines.page_lines(run.line.page)[0]
    if reach and (first or run.box.y0 < 0.1) and not _firm_before(lines, run):
        return Party()
    party.strength = (
        0.35
        + 0.5 * sender
        + 0.25 * (run.box.x0 < 0.4)
        + 0.2 * (0.1 < run.box.y0 < 0.35)
        + 0.1 * has_legal_form(party.name_text)
        - 0.2 * bool(reach)
    )
    return party


def _above(lines: Layout, run: Run) -> tuple[float, Run | None]:
    """The run above that begins at the same x, and the gap between them."""
    for other in reversed(lines.lines[max(run.line.index - 4, 0) : run.line.index]):
        if other.page != run.line.page:
            break
        for candidate in other.runs:
            if abs(candidate.box.x0 - run.box.x0) < run.line.em and candidate.box.y1 <= run.box.y1:
                return run.box.y0 - candidate.box.y1, candidate
    return 1.0, None
