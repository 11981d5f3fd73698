"""The header fields: for each the best candidate, its confidence and what else it could be.

Numbers and single dates are chosen here; kind of document, period, parties and payment have modules of their own.
"""

import re
from collections.abc import Iterator
from datetime import date

from inference.extraction import predictions
from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.document import Document, distinct, margin
from inference.extraction.document_type import document_type
from inference.extraction.labels import find_labels, fold, lexicon
from inference.extraction.party_fields import contacts, party_names, vat_ids
from inference.extraction.payment_fields import amounts, bank_details, currency, payment_terms
from inference.extraction.periods import service_period
from inference.extraction.tax_ids import like_tax_id
from inference.types import FieldPrediction

_OPTIONAL_IDS = ("purchase_order", "delivery_note", "customer_number", "credited_invoice", "payment_reference", "seller_tax_number", "seller_bank_account")  # fmt: skip  # noqa: E501
_FRIENDS = {
    "purchase_order": ("other_order_number",),
    "payment_reference": ("invoice_number",),
    "customer_number": ("seller_bank_account",),
    "seller_bank_account": ("customer_number", "invoice_number"),
    "seller_tax_number": ("vat_id",),
}
SURE_LABEL = 0.4
_PLAIN_NUMBER = re.compile(
    r"no|nr|n|num|number|nummer|numero|numer|br|broj|cislo|evidencnicislo|dokladc|numerdokumentu|nrdokumentu|documento"
    r"|document|dokument|szam|sorszam|αρ|αριθμοσ|referenceno|#"
)
_NUMBER_WORD = re.compile(r"[\s:.#\-–—]*(?:n[or°º]?|num(?:ber|mer|ero|éro)?|č|br|szám|nummer)?[\s:.#°º\-–—]*", re.I)


def header_fields(document: Document) -> dict[str, FieldPrediction]:
    """Every header field that the rules find, by name."""
    steps = (
        document_type,
        invoice_number,
        dates,
        service_period,
        identifiers,
        party_names,
        vat_ids,
        contacts,
        bank_details,
        amounts,
        currency,
        payment_terms,
    )
    return {prediction.name: prediction for step in steps for prediction in step(document)}


def invoice_number(document: Document) -> Iterator[FieldPrediction]:
    ranked = []
    found = [
        *document.ranked("invoice_number", ("id",), ("payment_reference", "credited_invoice")),
        *_beside_title(document),
    ]
    if max((score for _, score in found), default=0.0) < SURE_LABEL:
        found += _plainly_numbered(document)
    if not found:
        found = [
            (hit, score - 0.3) for hit, score in document.ranked("other_order_number", ("id",), ("purchase_order",))
        ]
    for hit, score in distinct(found):
        text = str(hit.value)
        score -= 0.35 if len(text) <= 2 or re.fullmatch(r"(?:19|20)\d\d", text) else 0.0
        score -= 0.25 if hit.line.page > 1 else 0.0
        ranked.append((hit, score))
    ranked.sort(key=lambda pair: -pair[1])
    if ranked and ranked[0][1] > 0.1:
        hit, score = ranked[0]
        sure = confidence("id", score, margin(ranked))
        reasons = (
            ("two numbers stand by a label of the invoice number",)
            if len(ranked) > 1 and margin(ranked) < 0.3
            else ("its label is vague or not next to it",)
        )
        yield predictions.of_hit("invoice_number", hit, sure, reasons, ranked[1:])


def _plainly_numbered(document: Document) -> Iterator[tuple[Hit, float]]:
    """Identifiers behind or under a bare "No." or "Number", which on an invoice means the invoice's."""
    for hit in document.hits:
        line = hit.line
        if hit.kind != "id" or line.index in document.body or line.page > 1 or hit.box.y0 > 0.6:
            continue
        runs = [run for run in line.runs if run.start <= hit.start]
        before = line.text[runs[-1].start : hit.start] if runs else ""
        if not fold(before) and len(runs) > 1:
            before = runs[-2].text
        elif not fold(before) and line.index:
            above = document.lines.lines[line.index - 1]
            before = next((run.text for run in above.runs if abs(run.box.x0 - hit.box.x0) < 2 * line.em), "")
        if _PLAIN_NUMBER.fullmatch(fold(before)):
            yield hit, 0.45


def _beside_title(document: Document) -> Iterator[tuple[Hit, float]]:
    """Numbers right behind the document's title: "Korrekturrechnung No. 17"."""
    table = lexicon("TITLES")
    for line in document.lines.lines[:120]:
        for label in find_labels(line, table):
            if label.line.index in document.body or not {"invoice", "credit_note", "receipt"} & set(label.roles):
                continue
            for position, hit in enumerate(document.hits):
                if (
                    hit.line is line
                    and hit.kind == "id"
                    and hit.start >= label.end
                    and _NUMBER_WORD.fullmatch(line.text[label.end : hit.start])
                ):
                    yield hit, 0.6 - 0.6 * document.evidence.left.get(position, {}).get("credited_invoice", 0.0)


def dates(document: Document) -> Iterator[FieldPrediction]:
    issued = document.ranked("issue_date", ("date",), ("service_date",))
    unlabelled = not issued
    if unlabelled:
        rest = [
            (hit, 0.3 - 0.2 * hit.box.y0)
            for position, hit in enumerate(document.hits)
            if hit.kind == "date" and hit.line.index not in document.body and not document.evidence.left.get(position)
        ]
        issued = sorted(rest or _other_dates(document), key=lambda pair: -pair[1])[:4]
    if issued:
        hit, score = issued[0]
        others = {other.value for other, _ in issued[1:]}
        reasons = (
            ("two dates carry no label",)
            if unlabelled and others
            else ("the date carries no label",)
            if unlabelled
            else ("another date has a similar label",)
            if others
            else ("its label is vague",)
        )
        yield predictions.of_hit("issue_date", hit, confidence("date", score, margin(issued)), reasons, issued[1:])
    due = document.ranked("due_date", ("date",))
    if due and due[0][1] >= 0.3:
        hit, score = due[0]
        early = (
            bool(issued)
            and isinstance(hit.value, date)
            and isinstance(issued[0][0].value, date)
            and hit.value < issued[0][0].value
        )
        reasons = (
            ("it lies before the invoice date",)
            if early
            else ("another date has a similar label",)
            if len(due) > 1
            else ("its label is vague",)
        )
        yield predictions.of_hit(
            "due_date", hit, confidence("date", score - 0.5 * early, margin(due)), reasons, due[1:]
        )


def _other_dates(document: Document) -> list[tuple[Hit, float]]:
    """Dates said to be another one: a shop whose invoice bears the day of the order alone."""
    return [
        (hit, 0.1 - 0.1 * hit.box.y0)
        for position, hit in enumerate(document.hits)
        if hit.kind == "date"
        and hit.line.index not in document.body
        and document.evidence.strength(position, "other_date") >= 0.4
    ]


def identifiers(document: Document) -> Iterator[FieldPrediction]:
    for name in _OPTIONAL_IDS:
        friends = _FRIENDS.get(name, ())
        kinds = ("id", "vat_id") if name == "seller_tax_number" else ("id",)
        ranked = [(hit, score) for hit, score in document.ranked(name, kinds, friends) if len(str(hit.value)) >= 3]
        if name == "seller_tax_number":
            ranked = _beside_vat_id(document, ranked)
        if name in ("customer_number", "seller_bank_account"):
            ranked = _by_bank(document, ranked, name == "seller_bank_account")
        if ranked and ranked[0][1] >= 0.4:
            hit, score = ranked[0]
            sure = confidence("id", score - 0.1, margin(ranked))
            reasons = (
                ("several numbers stand by such a label",)
                if len(ranked) > 1
                else ("its label is vague or not next to it",)
            )
            yield predictions.of_hit(name, hit, sure, reasons, ranked[1:])


def _beside_vat_id(document: Document, ranked: list[tuple[Hit, float]]) -> list[tuple[Hit, float]]:
    """Labels such as "Tax ID" are said of the VAT id as well: of the seller's other number where it prints both.

    Where it prints one without its country (a Spanish CIF, a Croatian OIB), that is its number for either tax.
    """
    vat = {field.value for field in vat_ids(document) if field.name == "seller_vat_id"}
    positions = {id(hit): position for position, hit in enumerate(document.hits)}
    others = [
        (hit, score)
        for hit, score in ranked
        if not document.in_buyer(hit)
        and hit.line.index not in document.body
        and like_tax_id(str(hit.value))
        and (hit.value not in vat or document.evidence.strength(positions[id(hit)], "vat_id") < 0.3)
    ]
    stems = {_digits(value) for value in vat}
    national = [
        (hit, 0.5)
        for hit in document.hits
        if hit.kind == "id"
        and not document.in_buyer(hit)
        and (hit.value in vat or any(stem and _digits(hit.value).startswith(stem) for stem in stems))
    ][:1]
    return others if others and others[0][1] >= 0.4 else national


def _digits(value: object) -> str:
    return "".join(character for character in str(value) if character.isdigit())


def _by_bank(document: Document, ranked: list[tuple[Hit, float]], wanted: bool) -> list[tuple[Hit, float]]:
    """An "account number" near bank details is the bank's, elsewhere the customer's."""
    banks = {hit.line.index for hit in document.hits if hit.kind in ("iban", "bic")}
    banks |= {line.index for line in document.lines.lines if find_labels(line, lexicon("BANKS"))}
    near = {index + step for index in banks for step in range(-3, 4)}
    scored = [(hit, score + (0.2 if (hit.line.index in near) == wanted else -0.4)) for hit, score in ranked]
    return sorted(scored, key=lambda pair: -pair[1])
