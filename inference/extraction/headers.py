"""The header fields: for each the best candidate, its confidence and what else it could be."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from inference.extraction import predictions, vocabulary
from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.evidence import Evidence
from inference.extraction.labels import Label, find_labels, fold, lexicon
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.parties import Party, has_legal_form
from inference.extraction.totals import Totals
from inference.types import FieldPrediction

_OPTIONAL_IDS = ("purchase_order", "delivery_note", "customer_number", "credited_invoice", "payment_reference", "seller_tax_number", "seller_bank_account")  # fmt: skip  # noqa: E501
_FRIENDS = {
    "purchase_order": ("other_order_number",),
    "payment_reference": ("invoice_number",),
    "customer_number": ("seller_bank_account",),
    "seller_bank_account": ("customer_number",),
}
_TERMS = re.compile(r"\b(?:net(?:to)?|zahlbar|payable|due|payment|zahlung|paiement|pago|pagamento|betaling|within|innerhalb|binnen|innert|sous|à|a)\b[^.;\t]{0,60}?\b\d{1,3}\s*(?:days?|tagen?|jours?|d[ií]as?|giorni|dagen|dager|dagar|dage|dni|dní|dana)\b[^.;\t]{0,40}|\b\d{1,3}\s*(?:days?|tage|jours?|d[ií]as|giorni|dagen|dagar|dage)\s*(?:net\w*|fin de mois|f\.?d\.?m\.?|d\.?f\.?f\.?m\.?|fecha factura)|\bnet\s?\d{1,3}\b|due (?:up)?on receipt|sofort (?:zahlbar|fällig|ohne abzug)|zahlbar sofort|à réception", re.I)  # fmt: skip  # noqa: E501
_PHONE_WORD = re.compile(r"(?:tel|phone|fon|tél|mobil|call|☎|tlf|rufnummer|gsm|puh|\bt\b)", re.I)
_NUMBER_WORD = re.compile(r"[\s:.#\-–—]*(?:n[or°º]?|num(?:ber|mer|ero|éro)?|č|br|szám|nummer)?[\s:.#°º\-–—]*", re.I)
_FAX_WORD = re.compile(r"fax", re.I)


@dataclass
class Document:
    """Everything that the earlier steps found."""

    lines: Layout
    hits: list[Hit]
    labels: dict[int, list[Label]]
    evidence: Evidence
    body: set[int]
    totals: Totals
    seller: Party
    buyer: Party
    ship_to: Party

    def ranked(self, role: str, kinds: tuple[str, ...], friends: tuple[str, ...] = ()) -> list[tuple[Hit, float]]:
        """The hits of these kinds by their evidence for the role, best first; a repeated value gains a little."""
        best: dict[object, tuple[Hit, float]] = {}
        for position, hit in enumerate(self.hits):
            if hit.kind not in kinds:
                continue
            score = self.evidence.score(position, role, friends) - (0.3 if hit.line.index in self.body else 0.0)
            if score <= 0.1:
                continue
            known = best.get(hit.value)
            if known is None:
                best[hit.value] = hit, score
            else:
                best[hit.value] = (hit if score > known[1] else known[0]), max(score, known[1]) + 0.05
        return sorted(best.values(), key=lambda pair: -pair[1])

    def in_buyer(self, hit: Hit) -> bool:
        """Whether a hit stands in the buyer's block, or close under it in the same column."""
        runs = [*([self.buyer.name] if self.buyer.name else []), *self.buyer.address]
        return any(
            run.line.page == hit.line.page
            and -0.02 <= hit.box.y0 - run.box.y1 <= 0.06
            and hit.box.x0 - run.box.x0 < 0.2
            and hit.box.x0 > run.box.x0 - 0.02
            for run in runs
        )


def header_fields(document: Document) -> dict[str, FieldPrediction]:
    """Every header field that the rules find, by name."""
    steps = (
        _document_type,
        _invoice_number,
        _dates,
        _ids,
        _parties,
        _vat_ids,
        _contacts,
        _bank,
        _amounts,
        _currency,
        _terms,
    )
    return {prediction.name: prediction for step in steps for prediction in step(document)}


def _margin(ranked: list[tuple[Hit, float]]) -> float:
    return ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0)


def _document_type(document: Document) -> Iterator[FieldPrediction]:
    scores: dict[str, tuple[float, Run]] = {}
    table = lexicon("TITLES")
    heights = sorted(line.box.y1 - line.box.y0 for line in document.lines.lines[:200])
    usual = heights[len(heights) // 2] if heights else 1.0
    for line in document.lines.page_lines(document.lines.pages[0].number) if document.lines.pages else ():
        if line.box.y0 > 0.6:
            break
        for label in find_labels(line, table):
            run = next(r for r in line.runs if r.start <= label.start < r.end)
            alone = len(label.key) >= 0.9 * len(fold(run.text))
            opens = label.start <= run.start + 1
            score = (
                0.2
                + 0.8 * alone
                + 0.3 * opens
                + 0.5 * min((line.box.y1 - line.box.y0) / max(usual, 1e-4) - 1.0, 1.5)
                - 0.4 * line.box.y0
            )
            if not alone and len(run.text) > 45:
                score -= 0.5
            for role in label.roles:
                weighted = (
                    score + (0.3 if role == "credit_note" else 0.0) - (0.35 if role in ("receipt", "other") else 0.0)
                )
                if role not in scores or weighted > scores[role][0]:
                    scores[role] = weighted, run
    if scores:
        ranked = sorted(scores.items(), key=lambda item: -item[1][0])
        role, (score, run) = ranked[0]
        margin = score - (ranked[1][1][0] if len(ranked) > 1 else 0.0)
        reasons = (
            ("titles of two kinds of document are on the page",)
            if len(ranked) > 1
            else ("the title is part of a sentence",)
        )
        yield predictions.of_runs("document_type", role, [run], confidence("text", 0.7 + score, margin), reasons)
    elif document.lines.lines:
        amounts = document.totals.values
        numbered = bool(document.ranked("invoice_number", ("id",)))
        kind = "invoice" if numbered and "gross_amount" in amounts else "other"
        yield predictions.computed("document_type", kind, 0.6 if kind == "invoice" else 0.5, "no title says what it is")


def _invoice_number(document: Document) -> Iterator[FieldPrediction]:
    ranked = []
    found = [
        *document.ranked("invoice_number", ("id",), ("payment_reference", "credited_invoice")),
        *_beside_title(document),
    ]
    if not found:
        found = [
            (hit, score - 0.3) for hit, score in document.ranked("other_order_number", ("id",), ("purchase_order",))
        ]
    for hit, score in _distinct(found):
        text = str(hit.value)
        score -= 0.35 if len(text) <= 2 or re.fullmatch(r"(?:19|20)\d\d", text) else 0.0
        score -= 0.25 if hit.line.page > 1 else 0.0
        ranked.append((hit, score))
    ranked.sort(key=lambda pair: -pair[1])
    if ranked and ranked[0][1] > 0.1:
        hit, score = ranked[0]
        sure = confidence("id", score, _margin(ranked))
        reasons = (
            ("two numbers stand by a label of the invoice number",)
            if len(ranked) > 1 and _margin(ranked) < 0.3
            else ("its label is vague or not next to it",)
        )
        yield predictions.of_hit("invoice_number", hit, sure, reasons, ranked[1:])


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


def _dates(document: Document) -> Iterator[FieldPrediction]:
    issued = document.ranked("issue_date", ("date",))
    unlabelled = not issued
    if unlabelled:
        rest = [
            (hit, 0.3 - 0.2 * hit.box.y0)
            for position, hit in enumerate(document.hits)
            if hit.kind == "date" and hit.line.index not in document.body and not document.evidence.left.get(position)
        ]
        issued = sorted(rest, key=lambda pair: -pair[1])[:4]
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
        yield predictions.of_hit("issue_date", hit, confidence("date", score, _margin(issued)), reasons, issued[1:])
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
            "due_date", hit, confidence("date", score - 0.5 * early, _margin(due)), reasons, due[1:]
        )
    yield from _period(document)


def _period(document: Document) -> Iterator[FieldPrediction]:
    dates = [(position, hit) for position, hit in enumerate(document.hits) if hit.kind == "date"]
    for position, hit in dates:
        strength = document.evidence.strength(position, "service_period")
        if strength < 0.4:
            continue
        following = next((other for _, other in dates if other.line is hit.line and other.start > hit.start), None)
        if (
            following is not None
            and len(hit.line.text[hit.end : following.start]) <= 8
            and str(following.value) >= str(hit.value)
        ):
            sure = confidence("date", strength, 0.5)
            yield predictions.of_hit("service_period_start", hit, sure)
            yield predictions.of_hit("service_period_end", following, sure)
            return


def _ids(document: Document) -> Iterator[FieldPrediction]:
    for name in _OPTIONAL_IDS:
        friends = _FRIENDS.get(name, ())
        kinds = ("id", "vat_id") if name == "seller_tax_number" else ("id",)
        ranked = [(hit, score) for hit, score in document.ranked(name, kinds, friends) if len(str(hit.value)) >= 3]
        if name in ("customer_number", "seller_bank_account"):
            ranked = _by_bank(document, ranked, name == "seller_bank_account")
        if ranked and ranked[0][1] >= 0.4:
            hit, score = ranked[0]
            sure = confidence("id", score - 0.1, _margin(ranked))
            reasons = (
                ("several numbers stand by such a label",)
                if len(ranked) > 1
                else ("its label is vague or not next to it",)
            )
            yield predictions.of_hit(name, hit, sure, reasons, ranked[1:])


def _by_bank(document: Document, ranked: list[tuple[Hit, float]], wanted: bool) -> list[tuple[Hit, float]]:
    """An "account number" near bank details is the bank's, elsewhere the customer's."""
    banks = {hit.line.index for hit in document.hits if hit.kind in ("iban", "bic")}
    banks |= {line.index for line in document.lines.lines if find_labels(line, lexicon("BANKS"))}
    near = {index + step for index in banks for step in range(-3, 4)}
    scored = [(hit, score + (0.2 if (hit.line.index in near) == wanted else -0.4)) for hit, score in ranked]
    return sorted(scored, key=lambda pair: -pair[1])


def _parties(document: Document) -> Iterator[FieldPrediction]:
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


def _vat_ids(document: Document) -> Iterator[FieldPrediction]:
    sellers: list[tuple[Hit, float]] = []
    buyers: list[tuple[Hit, float]] = []
    for position, hit in enumerate(document.hits):
        plain, buyer = (document.evidence.strength(position, role) for role in ("vat_id", "buyer_vat_id"))
        if hit.kind != "vat_id" and not (hit.kind == "id" and plain >= 0.6 and _like_vat(hit)):
            continue
        theirs = buyer + (0.5 if document.in_buyer(hit) else 0.0)
        shape = (0.2 if hit.kind == "vat_id" else -0.2) + 0.2 * (hit.kind == "vat_id" and hit.valid)
        if theirs >= 0.45 and theirs > 0.5 * plain:
            buyers.append((hit, 0.3 + theirs + shape))
        else:
            sellers.append((hit, 0.4 + 0.5 * plain + shape + (0.1 if hit.line.page == 1 else 0.0)))
    for name, found in (("seller_vat_id", sellers), ("buyer_vat_id", buyers)):
        ranked = _distinct(found)
        if ranked:
            hit, score = ranked[0]
            sure = confidence("checked", score, _margin(ranked), 1.0 if hit.kind == "vat_id" and hit.valid else 0.0)
            reasons = (
                ("another VAT id is on the document",)
                if len(ranked) > 1
                else ("its check digits are wrong or unknown",)
            )
            yield predictions.of_hit(name, hit, sure, reasons, ranked[1:])


def _like_vat(hit: Hit) -> bool:
    return 8 <= len(re.sub(r"\W", "", str(hit.value))) <= 15


def _distinct(found: list[tuple[Hit, float]]) -> list[tuple[Hit, float]]:
    best: dict[object, tuple[Hit, float]] = {}
    for hit, score in found:
        if hit.value not in best or score > best[hit.value][1]:
            best[hit.value] = hit, score
    return sorted(best.values(), key=lambda pair: -pair[1])


def _contacts(document: Document) -> Iterator[FieldPrediction]:
    own = {index for index, _ in document.buyer.lines}
    for name, kind in (("seller_email", "email"), ("seller_website", "website"), ("seller_phone", "phone")):
        found = []
        for hit in document.hits:
            if hit.kind != kind or hit.line.index in own or hit.line.page > 2 or document.in_buyer(hit):
                continue
            before = hit.line.text[max(hit.start - 18, 0) : hit.start]
            likeness = (
                fold(document.seller.name_text)[:5] in fold(hit.candidate.raw) if document.seller.name_text else False
            )
            score = 0.5 + 0.4 * likeness - 0.05 * (hit.line.page - 1)
            if kind == "phone":
                fax = [m.start() for m in _FAX_WORD.finditer(before)]
                phone = [m.start() for m in _PHONE_WORD.finditer(before)]
                if (fax and (not phone or fax[-1] > phone[-1] - 4)) or (
                    not phone and not _beside_contact(document, hit)
                ):
                    continue
                score -= 0.0 if phone else 0.2
            found.append((hit, score))
        ranked = _distinct(found)
        if ranked:
            hit, score = ranked[0]
            reasons = (
                ("several such entries are on the document",) if len(ranked) > 1 else ("it may not be the seller's",)
            )
            yield predictions.of_hit(name, hit, confidence("text", score, _margin(ranked)), reasons, ranked[1:])


def _beside_contact(document: Document, hit: Hit) -> bool:
    """Whether a number without a label stands by an e-mail or web address."""
    return any(
        other.kind in ("email", "website")
        and abs(other.line.index - hit.line.index) <= 1
        and abs(other.box.x0 - hit.box.x0) < 0.4
        for other in document.hits
    )


def _bank(document: Document) -> Iterator[FieldPrediction]:
    ibans = _distinct(
        [
            (hit, 0.5 + 0.5 * document.evidence.strength(p, "seller_iban") + 0.3 * hit.valid)
            for p, hit in enumerate(document.hits)
            if hit.kind == "iban" and (hit.valid or document.evidence.strength(p, "seller_iban") > 0.4)
        ]
    )
    if ibans:
        hit, score = ibans[0]
        reasons = ("the document shows several IBANs",) if len(ibans) > 1 else ("its check digits are wrong",)
        yield predictions.of_hit(
            "seller_iban",
            hit,
            confidence("checked", score, _margin(ibans) if len(ibans) > 1 else 0.5, 1.0 if hit.valid else -0.5),
            reasons,
            ibans[1:],
        )
    near = {ibans[0][0].line.index + step for step in range(-3, 4)} if ibans else set()
    bics = []
    for position, hit in enumerate(document.hits):
        if hit.kind == "bic":
            score = document.evidence.strength(position, "seller_bic") + (0.2 if hit.line.index in near else 0.0)
            if score > 0.4:
                bics.append((hit, score))
    ranked = _distinct(bics)
    if ranked:
        hit, score = ranked[0]
        reasons = ("the document shows several BICs",)
        yield predictions.of_hit(
            "seller_bic", hit, confidence("checked", score, _margin(ranked), 0.6), reasons, ranked[1:]
        )


def _amounts(document: Document) -> Iterator[FieldPrediction]:
    totals = document.totals
    for name, value in totals.values.items():
        hit, strength = totals.hits.get(name), totals.strengths.get(name, 0.0)
        rivals = totals.rivals.get(name, [])
        margin = strength - (rivals[0][1] if rivals else 0.0)
        core = name in ("net_amount", "tax_amount", "gross_amount")
        sure = confidence(
            "money", strength, margin, 1.0 if core and totals.tied else -0.4 if core and totals.broken else 0.0
        )
        if hit is None:
            yield predictions.computed(
                name, value, min(sure, 0.84), "it is the sum of the tax lines and not printed itself"
            )
            continue
        reasons = (
            ("total does not equal net plus tax",)
            if core and totals.broken
            else ("another amount has a similar label",)
            if rivals
            else ("net, tax and total could not be checked against each other",)
        )
        yield replace(predictions.of_hit(name, hit, sure, reasons, rivals), value=value)


def _currency(document: Document) -> Iterator[FieldPrediction]:
    counts: Counter[str] = Counter()
    first: dict[str, Hit] = {}
    for position, hit in enumerate(document.hits):
        if hit.kind == "currency" and isinstance(hit.value, str):
            counts[hit.value] += 1 + 4 * (document.evidence.strength(position, "currency") > 0.4)
            first.setdefault(hit.value, hit)
    if "USD" in counts and "$" in first["USD"].candidate.raw:
        counts = _dollar(counts, "\n".join(line.text for line in document.lines.lines).casefold())
    if not counts:
        return
    ranked = counts.most_common()
    code, count = ranked[0]
    share = count / sum(counts.values())
    hit = first.get(code) or first["USD"]
    reasons = (f"{len(ranked)} currencies are printed",) if len(ranked) > 1 else ("the currency is printed once",)
    yield predictions.of_hit(
        "currency",
        hit,
        round(min(0.97, 0.45 + 0.45 * share + 0.03 * min(count, 3)), 3),
        reasons,
        [(first[c], 0.3) for c, _ in ranked[1:] if c in first],
    )


def _dollar(counts: Counter[str], text: str) -> Counter[str]:
    """A bare $ belongs to the dollar or peso that is named on the document, or to the country that is."""
    named = [code for code in vocabulary.DOLLARS if code in counts]
    scores = {code: sum(text.count(word) for word in words) for code, words in vocabulary.DOLLARS.items()}
    likely = max(scores, key=lambda code: scores[code])
    code = (
        named[0]
        if named
        else likely
        if scores[likely] and not re.search(r"usd|us[- ]dollar|u\.?s\.? ?\$", text)
        else ""
    )
    if code:
        counts[code] += counts.pop("USD")
    return counts


def _terms(document: Document) -> Iterator[FieldPrediction]:
    for line in document.lines.lines:
        if line.index in document.body:
            continue
        labels = [label for label in document.labels.get(line.index, ()) if "payment_terms" in label.roles]
        run = _terms_run(line, labels[0] if labels else None)
        if run is not None:
            sure = confidence("text", 0.9 if labels else 0.7, 0.5)
            reasons = ("the terms may go on in the next line",) if labels else ("the terms are part of a sentence",)
            yield predictions.of_runs("payment_terms", run.text, [run], sure, reasons)
            return


def _terms_run(line: Line, label: Label | None) -> Run | None:
    """The text behind a label of terms, else a run that states terms: as a whole if it is short."""
    for run in line.runs:
        if label is not None and (run.start > label.start or run.start <= label.start < run.end):
            start = max(label.end, run.start)
            text = line.text[start : run.end].lstrip(" :.-–—")
            if (
                sum(c.isalpha() for c in text) >= 3
                and text[0] not in "|/"
                and (_TERMS.search(text) or run.start > label.start or ":" in line.text[label.end : start + 2])
            ):
                return _part(line, run.end - len(text), run.end)
        match = _TERMS.search(run.text)
        if match and label is None:
            whole = len(run.text) <= 60 and ":" not in run.text
            return run if whole else _part(line, run.start + match.start(), run.start + match.end())
    return None


def _part(line: Line, start: int, end: int) -> Run:
    text = line.text[start:end]
    start, text = start + len(text) - len(text.lstrip()), text.strip()
    return Run(line, start, start + len(text), text, line.span(start, start + len(text))[1])
