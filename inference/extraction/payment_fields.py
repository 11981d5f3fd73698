"""The fields of amounts and payment: totals, currency, bank details, terms."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from babel.numbers import get_territory_currencies

from inference.extraction import predictions
from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.document import Document, distinct, margin
from inference.extraction.labels import Label, fold, lexicon
from inference.extraction.lines import Line, Run
from inference.types import FieldPrediction

_TERMS = re.compile(r"\b(?:net(?:to)?|zahlbar|payable|due|payment|zahlung|paiement|pago|pagamento|betaling|within|innerhalb|binnen|innert|sous|à|a)\b[^.;\t]{0,60}?\b\d{1,3}\s*(?:days?|tagen?|jours?|d[ií]as?|giorni|dagen|dager|dagar|dage|dni|dní|dana)\b[^.;\t]{0,40}|\b\d{1,3}\s*(?:days?|tage|jours?|d[ií]as|giorni|dagen|dagar|dage)\s*(?:net\w*|fin de mois|f\.?d\.?m\.?|d\.?f\.?f\.?m\.?|(?:de )?fecha (?:de )?factura|data fattura|fine mese|fim do mês|end of month|from|after|of invoice|nach|ab rechnung\w*|après|date de facture|od)\b|\bnet\s?\d{1,3}\b|due (?:up)?on receipt|sofort (?:zahlbar|fällig|ohne abzug)|zahlbar sofort|à réception", re.I)  # fmt: skip  # noqa: E501

_ITSELF = re.compile(
    r"(?:zahlbar|zahlung|payment|payable|pago|betaling|betalning)\b(?= [^:\-–—|/])", re.I
)  # terms, not a label
_SEPARATORS = frozenset(",;|/·•-–—")


def bank_details(document: Document) -> Iterator[FieldPrediction]:
    ibans = distinct(
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
            confidence("checked", score, margin(ibans) if len(ibans) > 1 else 0.5, 1.0 if hit.valid else -0.5),
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
    ranked = distinct(bics)
    if ranked:
        hit, score = ranked[0]
        reasons = ("the document shows several BICs",)
        yield predictions.of_hit(
            "seller_bic", hit, confidence("checked", score, margin(ranked), 0.6), reasons, ranked[1:]
        )


def amounts(document: Document) -> Iterator[FieldPrediction]:
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


_OF_CODE = re.compile(r"\d{1,4}(?![\d.,'’])")
_AMERICAN = re.compile(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\bUSD\b|\bUSA\b|United States|\bEIN\b|\bInc\b|\bLLC\b")


def currency(document: Document) -> Iterator[FieldPrediction]:
    counts: Counter[str] = Counter()
    first: dict[str, Hit] = {}
    for position, hit in enumerate(document.hits):
        if hit.kind == "currency" and isinstance(hit.value, str):
            counts[hit.value] += 1 + 4 * (document.evidence.strength(position, "currency") > 0.4)
            first.setdefault(hit.value, hit)
    backed = {hit.value for hit in document.hits if hit.kind == "currency" and not _is_stray(hit)}
    counts = Counter({code: count for code, count in counts.items() if code in backed or count > 4 or not backed})
    text = "\n".join(line.text for line in document.lines.lines)
    if not counts:
        yield from _of_country(document)
        return
    ranked = counts.most_common()
    code, count = ranked[0]
    share = count / sum(counts.values())
    hit = first[code]
    reasons = (f"{len(ranked)} currencies are printed",) if len(ranked) > 1 else ("the currency is printed once",)
    sure = min(0.97, 0.45 + 0.45 * share + 0.03 * min(count, 3))
    if code == "USD" and hit.candidate.raw == "$" and not _AMERICAN.search(text):
        sure, reasons = min(sure, 0.75), ("a bare $ may be the dollar or peso of several countries",)
    others = [(first[c], 0.3) for c, _ in ranked[1:]]
    yield replace(predictions.of_hit("currency", hit, round(sure, 3), reasons, others), value=code)


def _of_country(document: Document) -> Iterator[FieldPrediction]:
    """Where no currency is printed, or kronor of whichever kind: the one of the country of the account or VAT id."""
    numbers = (
        hit for hit in document.hits if hit.kind in ("iban", "vat_id") and hit.valid and not document.in_buyer(hit)
    )
    country = next((str(hit.value)[:2].replace("EL", "GR") for hit in numbers), "")
    codes = get_territory_currencies(country) if country.isalpha() else []
    if codes and document.totals.values:
        yield predictions.computed(
            "currency", codes[0], 0.6, "no currency is printed: it is that of the seller's country"
        )


def _is_stray(hit: Hit) -> bool:
    """Three letters without a number beside them, as a logo or a misread word may hold, or within a code ("CLP10")."""
    before, after = hit.line.text[max(hit.start - 3, 0) : hit.start], hit.line.text[hit.end : hit.end + 3]
    within = _OF_CODE.match(hit.line.text, hit.end) is not None
    return hit.candidate.raw.isalpha() and (within or not any(map(str.isdigit, before + after)))


def payment_terms(document: Document) -> Iterator[FieldPrediction]:
    """Terms behind a label before a sentence that states terms, and that before a bare means of payment."""
    best: tuple[float, Run] | None = None
    for line in document.lines.lines:
        if line.index in document.body:
            continue
        labels = [label for label in document.labels.get(line.index, ()) if "payment_terms" in label.roles]
        while len(labels) > 1 and not any(c.isalnum() for c in line.text[labels[0].end : labels[1].start]):
            labels = labels[1:]  # the same in a second language
        found = _terms_run(document, line, labels[0] if labels else None)
        if found is None:
            continue
        score = 0.5 * bool(labels) + 0.4 * bool(_TERMS.search(found.text))
        if best is None or score > best[0]:
            best = score, found
    if best is not None:
        sure = confidence("text", 0.4 + 0.6 * best[0], 0.5)
        reasons = ("the terms may go on in the next line",) if best[0] >= 0.5 else ("the terms are part of a sentence",)
        yield predictions.of_runs("payment_terms", best[1].text, [best[1]], sure, reasons)


def _terms_run(document: Document, line: Line, label: Label | None) -> Run | None:
    """The text behind or under a label of terms, else a run that states terms: as a whole if it is short."""
    for run in line.runs:
        if label is not None and (run.start > label.start or run.start <= label.start < run.end):
            itself = _ITSELF.match(line.text, label.start)
            own = itself is not None and itself.end() == label.end and run.start <= label.start
            colon = line.text.find(":", label.start, label.end)  # "Règlement : à" is no label, but its first word is
            start = label.start if own else max(label.end if colon < 0 else colon + 1, run.start)
            end = _until_label(document, line, start, run.end)
            text = line.text[start:end].lstrip(" :.-–—|/")
            if sum(c.isalpha() for c in text) < 3 or fold(text) in lexicon("FIELD_LABELS")[0]:
                continue
            opens = label.start <= run.start + 1 and len(text) <= 60
            marked = line.text[label.end : start + 3].strip()[:1] in (":", "-", "–")
            if _TERMS.search(text) or (opens and (own or marked)) or (run.start > label.start and len(text) <= 60):
                return _part(line, end - len(text), end)
        match = _TERMS.search(run.text)
        if match and label is None:
            whole = len(run.text) <= 60 and ":" not in run.text
            return run if whole else _part(line, run.start + match.start(), run.start + match.end())
    return _under(document, line, label) if label is not None else None


def _under(document: Document, line: Line, label: Label) -> Run | None:
    """The run under a label that is the head of a column or stands alone in its line."""
    if not any(run.start <= label.start < run.end and fold(run.text) == label.key for run in line.runs):
        return None
    for other in document.lines.below(line, 2.0):
        for run in other.runs:
            if abs(run.box.x0 - label.box.x0) < line.em:
                plain = sum(c.isalpha() for c in run.text) >= 3 and len(run.text) <= 60
                return run if plain and not document.labels.get(other.index) else None
    return None


def _until_label(document: Document, line: Line, start: int, end: int) -> int:
    """Where the next label of a list in one line begins: "Terms: 30 days, Customer: 4711"."""
    for other in document.labels.get(line.index, ()):
        if start + 2 < other.start < end and line.text[start : other.start].rstrip()[-1:] in _SEPARATORS:
            return start + len(line.text[start : other.start].rstrip(" ,;|/·•-–—"))
    return end


def _part(line: Line, start: int, end: int) -> Run:
    text = line.text[start:end]
    start, text = start + len(text) - len(text.lstrip()), text.strip()
    return line.part(start, start + len(text))
