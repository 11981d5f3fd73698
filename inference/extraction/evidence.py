"""Which label speaks for which value: to its left on the line, or above it in the same column."""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, find_labels, lexicon, weak
from inference.extraction.lines import GAP, Layout

ROLE_KINDS: dict[str, tuple[str, ...]] = {
    "issue_date": ("date",),
    "due_date": ("date",),
    "service_period": ("date",),
    "period_limit": ("date",),
    "period_end": ("date",),
    "service_date": ("date",),
    "other_date": ("date",),
    "vat_id": ("vat_id", "id"),
    "buyer_vat_id": ("vat_id", "id"),
    "seller_tax_number": ("id", "vat_id"),
    "seller_iban": ("iban",),
    "seller_bic": ("bic",),
    "currency": ("currency",),
    "payment_terms": (),
    "other_number": ("id", "phone"),
}
_IDS = ("id",)
FAINT, SAID, PLACED = 0.6, 0.65, 0.7  # a bare "le"; a sentence about paying; "Lyon, le 6 juin 2025"
_PAY = re.compile(
    r"(?:zahl|lastschrift|überweis|abgebucht|buchen wir|ziehen wir|eingezogen|abbuch|belast|begleich|ausgleich|debit"
    r"|\bpay|\bdue\b|settle|remit|régler|règlement|payer|acquitter|prélev|virement|pagar|pago\b|abonar|cargar|con cargo"
    r"|adeud|domicili|pagat|pagament|addebit|versa(?:re|ment)|bonific"
    r"|betal|voldo|incass|afgeschr|förfall|forfald|forfall|eräänt|maksa|zapłać|płat|uhra[dď]|úhrad|splat|plati|plaća"
    r"|fizet|plăti|plată|πληρω)",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"receiv|reçu|(?<!not )(?<!be )\bpaid|payée?\b|votre paiement|pagad[oa]|pagat[oa]|bezahlt|erhalten|eingegangen"
    r"|ontvangen|betaald\b|thank|mottag|modtag|opłacon|zapłacon|uhrazen|plaćeno|plačano|verzug|vorkasse|anzahlung",
    re.IGNORECASE,
)
_QUOTE = re.compile(
    r"[\s(,–-]{1,3}(?:bitte (?:bei \w+ )?(?:immer |stets )?angeben|(?:please |always )+quote|à rappeler|da indicare"
    r"|a indicar|(?:bij betaling )?vermelden|ange(?:s)? vid|oppgis|bedes oplyst)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"[^\W\d][^\d,;:|@]{1,30}(?:,|\s[–-])\s?(?:the |den |am |le |il |l[iì] |el |a |em |den |dnia |dne |dana |d\.? ?)?"
)
_PREPOSITIONS = frozenset(("le", "vom", "del", "du", "den", "am", "fra", "van", "z dnia", "zdnia", "zdne"))


@dataclass
class Evidence:
    """For each hit (position in the list) the roles that labels give it, each with a strength 0..1."""

    left: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    above: dict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def strength(self, hit: int, role: str) -> float:
        """The role's evidence for the hit; a label above counts little where one stands directly to the left."""
        left = self.left.get(hit, {})
        owned = max(left.values(), default=0.0)
        return max(left.get(role, 0.0), self.above.get(hit, {}).get(role, 0.0) * (0.4 if owned >= 0.45 else 1.0))

    def score(self, hit: int, role: str, friends: tuple[str, ...] = ()) -> float:
        """The role's evidence less that of its strongest rival."""
        roles = {*self.left.get(hit, {}), *self.above.get(hit, {})} - {role, *friends}
        return self.strength(hit, role) - 0.6 * max((self.strength(hit, other) for other in roles), default=0.0)


def field_labels(lines: Layout) -> dict[int, list[Label]]:
    """The field labels of each line that has some (keyed by the line's position)."""
    words = lexicon("FIELD_LABELS")
    found = ((line.index, find_labels(line, words)) for line in lines.lines)
    return {index: labels for index, labels in found if labels}


def gather(lines: Layout, hits: list[Hit], labels: dict[int, list[Label]]) -> Evidence:
    """Relate every label to the first value of a fitting kind to its right, else below it."""
    by_line: dict[int, list[int]] = defaultdict(list)
    for position, hit in enumerate(hits):
        by_line[hit.line.index].append(position)
    for positions in by_line.values():
        positions.sort(key=lambda p: (hits[p].start, -hits[p].end))
    starts = {index: [hits[p].start for p in positions] for index, positions in by_line.items()}
    evidence = Evidence()
    for index, row in labels.items():
        for order, label in enumerate(row):
            for role in label.roles:
                right = _right_of(label, role, row[order + 1 :], by_line.get(index, []), starts.get(index, []), hits)
                if right:
                    _note(evidence.left[right[0]], role, right[1])
                if right is None or right[1] < 0.6:
                    below = _below(lines, label, role, by_line, hits)
                    if below:
                        _note(evidence.above[below[0]], role, below[1])
    _sentences(hits, evidence)
    _references(hits, evidence)
    return evidence


def _references(hits: list[Hit], evidence: Evidence) -> None:
    """Numbers that are to be quoted: their shape says so, or the words behind them ("4417/8, bitte stets angeben")."""
    longest: dict[tuple[int, int], int] = {}
    for position, hit in enumerate(hits):
        if hit.kind == "id":
            known = longest.setdefault((hit.line.index, hit.end), position)
            longest[hit.line.index, hit.end] = min(known, position, key=lambda place: hits[place].start)
    for position in longest.values():
        hit = hits[position]
        raw = hit.candidate.raw
        if raw[0] in "+*" or re.fullmatch(r"RF\d\d(?: ?[A-Z0-9]{4}){1,5}(?: ?[A-Z0-9]{1,3})?", raw):
            _note(evidence.left[position], "payment_reference", 0.9)
        elif _QUOTE.match(hit.line.text, hit.end):
            _note(evidence.left[position], "payment_reference", SAID)


def _sentences(hits: list[Hit], evidence: Evidence) -> None:
    """What a sentence or a place tells: "please pay 12.00 by ..." is when payment is due, "Lyon, le ..." today's."""
    pays: dict[tuple[int, int], bool] = {}
    for position, hit in enumerate(hits):
        if hit.kind != "date" or max(evidence.left.get(position, {}).values(), default=0.0) > FAINT:
            continue
        run = hit.line.run_at(hit.start)
        if run is None:
            continue
        before = hit.line.text[run.start : hit.start]
        if _PLACE.fullmatch(before) and hit.line.text[hit.end : run.end].strip(" .") == "":
            _note(evidence.left[position], "issue_date", PLACED)
        elif len(before) > 12:
            place = hit.line.index, run.start
            if place not in pays:
                pays[place] = bool(_PAY.search(run.text)) and not _PAID.search(run.text)
            if pays[place]:
                _note(evidence.left[position], "due_date", SAID)


def _note(roles: dict[str, float], role: str, score: float) -> None:
    roles[role] = max(roles.get(role, 0.0), score)


def _weight(label: Label) -> float:
    if label.key in _PREPOSITIONS and re.search(r"[^\W\d]{4,}\s$", label.line.text[: label.start]):
        return 0.35  # "accepté le": the date of what was done, unless that is a label itself ("émise le")
    if label.key in weak():
        return 0.6
    return 0.7 if len(label.key) <= 3 else 1.0


def _accepts(role: str, kind: str) -> bool:
    return kind in ROLE_KINDS.get(role, _IDS)


def _right_of(
    label: Label, role: str, later: list[Label], positions: list[int], starts: list[int], hits: list[Hit]
) -> tuple[int, float] | None:
    line = label.line
    first = bisect_left(starts, label.end)
    for position in positions[first : first + 8]:
        hit = hits[position]
        if not _accepts(role, hit.kind):
            continue
        between = line.text[label.end : hit.start]
        rivals = [other for other in _beyond(label, later) if other.end <= hit.start]
        if any(_accepts(r, hit.kind) for other in rivals for r in other.roles if r != role):
            return None
        strangers = sum(1 for word in between.replace(GAP, " ").split() if word.strip(".:#-–—()/*=").isalnum())
        gap = max(hit.box.x0 - label.box.x1, 0.0) / line.em
        score = _weight(label) * (1.0 - min(0.4, 0.012 * gap)) - 0.13 * strangers - 0.1 * max(between.count(GAP) - 1, 0)
        return (position, score) if score > 0.1 else None
    return None


def _beyond(label: Label, later: list[Label]) -> list[Label]:
    """The labels behind this one that do not stand for the same value: not "Invoice date / Delivery date"."""
    end = label.end
    for number, other in enumerate(later):
        if label.line.text[end : other.start].strip() not in ("/", "|"):
            return later[number:]
        end = other.end
    return []


def _below(
    lines: Layout, label: Label, role: str, by_line: dict[int, list[int]], hits: list[Hit]
) -> tuple[int, float] | None:
    line, box = label.line, label.box
    height = max(line.box.y1 - line.box.y0, 1e-4)
    for other in lines.below(line, 3.2):
        best: tuple[int, float] | None = None
        for position in by_line.get(other.index, [])[:40]:
            hit = hits[position]
            if not _accepts(role, hit.kind) or hit.box.x0 > box.x1 + 2 * line.em or hit.box.x1 < box.x0 - 2 * line.em:
                continue
            offset = min(
                abs(hit.box.x0 - box.x0), abs(hit.box.x1 - box.x1), abs(hit.box.x0 + hit.box.x1 - box.x0 - box.x1) / 2
            )
            distance = max(other.box.y0 - line.box.y1, 0.0) / height
            score = _weight(label) * (0.9 - 0.1 * distance - 0.03 * min(offset / line.em, 10.0))
            if best is None or score > best[1]:
                best = position, score
        if best:
            return best if best[1] > 0.1 else None
    return None
