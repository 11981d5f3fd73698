"""The fields of seller, buyer and ship-to: names, addresses, VAT ids, ways to reach the seller."""

import re
from collections.abc import Iterator

from inference.extraction import predictions, vocabulary
from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.document import Document, distinct, margin
from inference.extraction.labels import fold
from inference.extraction.names import has_legal_form
from inference.extraction.tax_ids import like_tax_id
from inference.types import FieldPrediction

_PHONE_WORD = re.compile(
    rf"(?:tel|phone|fon|tél|mobil|call|☎|\bt\b|(?<!\w)(?:{'|'.join(vocabulary.PHONE_WORDS.split('; '))})(?!\w))", re.I
)
_UNMISTAKABLE = re.compile(r"\+ ?\d|(?:1[ .-])?\(?[2-9]\d\d\)?[ .-][2-9]\d\d[ .-]\d{4}$")
_EMERGENCY = re.compile(
    r"hours|emergenc|lost|stolen|sperr|stör|notruf|notdienst|notfall|urgence|dépann|panne|aver[ií]as|urgenc|intervento|guasti"
    r"|storing|nood|jour\b|hätä|awari|poruch|kvar|hiba",
    re.I,
)
_FAX_WORD = re.compile(r"fax", re.I)
LABELLED = 0.45  # how strong the label of a VAT id must be beside a number that has not the shape of one


def party_names(document: Document) -> Iterator[FieldPrediction]:
    why = {
        "seller": "the seller's name was chosen by its look and place, not by a label",
        "buyer": "the buyer was taken from the address block, without a label",
        "ship_to": "the delivery address is not clearly marked",
    }
    for role, party in (("seller", document.seller), ("buyer", document.buyer), ("ship_to", document.ship_to)):
        if party.name is None:
            continue
        margin = party.margin if role == "seller" else 0.5
        known = 1.0 if party.labelled else 0.0 if has_legal_form(party.name_text) else -1.0
        sure = confidence("party", party.strength, margin, known)
        yield predictions.of_runs(f"{role}_name", party.name_text, [party.name], sure, (why[role],), party.rivals)
        if party.address_text:
            reasons = ("where the address begins and ends is a guess",)
            yield predictions.of_runs(
                f"{role}_address", party.address_text, party.address or [party.name], round(0.9 * sure, 3), reasons
            )


def vat_ids(document: Document) -> Iterator[FieldPrediction]:
    sellers: list[tuple[Hit, float]] = []
    buyers: list[tuple[Hit, float]] = []
    for position, hit in enumerate(document.hits):
        plain, buyer = (document.evidence.strength(position, role) for role in ("vat_id", "buyer_vat_id"))
        if hit.kind != "vat_id" and not (
            hit.kind == "id" and max(plain, buyer) >= LABELLED and like_tax_id(str(hit.value))
        ):
            continue
        theirs = buyer + (0.5 if document.in_buyer(hit) else 0.0)
        shape = (0.2 if hit.kind == "vat_id" else -0.2) + 0.2 * (hit.kind == "vat_id" and hit.valid)
        if theirs >= 0.45 and theirs > 0.5 * plain:
            buyers.append((hit, 0.3 + theirs + shape))
        else:
            sellers.append((hit, 0.4 + 0.5 * plain + shape + (0.1 if hit.line.page == 1 else 0.0)))
    for name, found in (("seller_vat_id", sellers), ("buyer_vat_id", buyers)):
        ranked = distinct(found)
        if ranked:
            hit, score = ranked[0]
            sure = confidence("checked", score, margin(ranked), 1.0 if hit.kind == "vat_id" and hit.valid else 0.0)
            reasons = (
                ("another VAT id is on the document",)
                if len(ranked) > 1
                else ("its check digits are wrong or unknown",)
            )
            yield predictions.of_hit(name, hit, sure, reasons, ranked[1:])


def contacts(document: Document) -> Iterator[FieldPrediction]:
    theirs = document.buyer.lines
    for name, kind in (("seller_email", "email"), ("seller_website", "website"), ("seller_phone", "phone")):
        found = []
        for hit in document.hits:
            held = hit.line.run_at(hit.start)
            run = held.start if held is not None else 0
            own = (hit.line.index, run) in theirs or document.in_buyer(hit)
            if hit.kind != kind or own or hit.line.page > 2:
                continue
            likeness = (
                fold(document.seller.name_text)[:5] in fold(hit.candidate.raw) if document.seller.name_text else False
            )
            score = 0.5 + 0.4 * likeness - 0.05 * (hit.line.page - 1)
            if kind == "phone":
                told = _told(document, hit, hit.line.text[max(hit.start - 36, run) : hit.start])
                if told is None:
                    continue
                score += told
            found.append((hit, score))
        ranked = distinct(found)
        if ranked:
            hit, score = ranked[0]
            reasons = (
                ("several such entries are on the document",) if len(ranked) > 1 else ("it may not be the seller's",)
            )
            yield predictions.of_hit(name, hit, confidence("text", score, margin(ranked)), reasons, ranked[1:])


def _told(document: Document, hit: Hit, before: str) -> float | None:
    """How much less a phone number is than one behind a word for it; None for a fax and for any other number."""
    phone = max((match.start() for match in _PHONE_WORD.finditer(before)), default=None)
    fax = max((match.start() for match in _FAX_WORD.finditer(before, max(len(before) - 18, 0))), default=None)
    if (fax is not None and (phone is None or fax > phone - 4)) or hit.line.index in document.body:
        return None
    if phone is not None:
        return -0.3 if _EMERGENCY.search(before) else 0.0
    if _beside_contact(document, hit):
        return -0.2
    return -0.25 if _UNMISTAKABLE.match(hit.candidate.raw) else None


def _beside_contact(document: Document, hit: Hit) -> bool:
    """Whether a number without a label stands by an e-mail or web address."""
    return any(
        other.kind in ("email", "website")
        and abs(other.line.index - hit.line.index) <= 1
        and abs(other.box.x0 - hit.box.x0) < 0.4
        for other in document.hits
    )
