"""From the network's scores to the header fields: spans that read as values, chosen together where sums tie them.

A score is a logit: above nothing it speaks for the field, below against it. A span's score is the mean of its words'.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inference.extraction.candidates import Hit
from inference.extraction.features import Features
from inference.extraction.labels import fold, lexicon
from inference.extraction.lines import GAP
from inference.extraction.names import GREETING, PART_OF_NAME, PERSON, TITLE, is_note
from inference.extraction.periods import ranges
from inference.extraction.tax_ids import like_tax_id
from inference.extraction.whole_names import unwrapped, with_legal_form
from inference.fields import FIELDS
from inference.types import Box, Value

MINIMUM = -1.0
WEAK, WEAK_IN_NAME = -2.0, -4.0
LESSER_KIND = 2.0
SLIGHT = 6.0  # what a number of two digits, or a year, lacks as an invoice's
LIKELY_PART = -7.0  # what the other groups of a number score at least
LIMIT = 8.0
CENT = Decimal("0.02")
MAX_CHOICES = 6
_HIT_KINDS = {
    "date": ("date",),
    "money": ("money", "number"),
    "iban": ("iban",),
    "bic": ("bic",),
    "vat_id": ("vat_id", "id"),
    "currency": ("currency",),
    "seller_email": ("email",),
    "seller_website": ("website",),
    "seller_phone": ("phone",),
}
_SUM = ("net_amount", "tax_amount", "gross_amount")
_PERIOD = ("service_period_start", "service_period_end")
_EXTRA = ("shipping_amount", "discount_amount", "rounding_amount")
_DASH = re.compile(r"\d(?: -|- )")
_EDGES = " :#.,;()[]|*"
_YEAR = re.compile(r"(?:19|20)\d\d")
_GLUE = re.compile(r"^.*[:#=](?=.*\d)")


@dataclass(frozen=True)
class Scores:
    """What the network says of one document: `words` logits (N, OUTPUTS), `columns` output name to column."""

    features: Features
    words: NDArray[np.float32]
    columns: dict[str, int]
    types: NDArray[np.float32]

    def of(self, name: str) -> NDArray[np.float32]:
        return self.words[:, self.columns[name]]


@dataclass(frozen=True)
class Choice:
    """A value read from a place, its score, how far the next value is behind, and whether arithmetic confirms it."""

    value: Value
    raw: str
    page: int
    box: Box
    score: float
    margin: float = LIMIT
    agreement: float = 0.0
    rivals: tuple["Choice", ...] = ()


@dataclass(frozen=True)
class Span:
    """Words first..last (rows of the features) of one line that together are part of a field."""

    line: int
    first: int
    last: int
    text: str
    box: Box
    score: float


def header(scores: Scores) -> dict[str, Choice]:
    """The chosen value of each header field that the page seems to have. The document's type is not among them."""
    found: dict[str, list[Choice]] = {}
    for name, field in FIELDS.items():
        if name == "document_type":
            continue
        kinds = _HIT_KINDS.get(name) or _HIT_KINDS.get(field.kind)
        if kinds:
            found[name] = typed(scores, name, kinds)
        elif field.kind == "id":
            found[name] = _identifiers(scores, name)
        else:
            found[name] = _blocks(scores, name, ", " if name.endswith("_address") else " ")
    chosen = {name: _ranked(choices, 0) for name, choices in found.items() if choices and choices[0].score > MINIMUM}
    chosen |= _totals(found)
    chosen = {name: choice for name, choice in chosen.items() if name not in _PERIOD} | _period(scores, found)
    return chosen | _unsaid_due(chosen)


def typed(scores: Scores, name: str, kinds: tuple[str, ...]) -> list[Choice]:
    """The values of the candidates of these kinds, best first, each once."""
    column = scores.of(name)
    starts = scores.features.line_starts
    best: dict[Value, Choice] = {}
    for hit in scores.features.hits:
        if hit.kind not in kinds or (hit.kind == "id" and not like_tax_id(str(hit.value))):
            continue
        begin = starts[hit.line.index]
        members = [begin + word for word in telling_words(hit)]
        score = float(column[members].mean()) - LESSER_KIND * kinds.index(hit.kind)
        value = (
            abs(hit.value)
            if name in ("discount_amount", "amount_paid") and isinstance(hit.value, Decimal)
            else hit.value
        )
        if value not in best or best[value].score < score:
            best[value] = Choice(value, hit.candidate.raw, hit.candidate.page, hit.box, score)
    return sorted(best.values(), key=lambda choice: -choice.score)


def telling_words(hit: Hit) -> list[int]:
    """The words of a candidate, as positions in its line; of an amount without the currency that stands beside it."""
    first, last = hit.line.words_of(hit.start, hit.end)
    members = list(range(first, last + 1))
    if hit.kind not in ("money", "number", "percent"):
        return members
    ends = [*(start - 1 for start in hit.line.starts[1:]), len(hit.line.text)]
    texts = {word: hit.line.text[hit.line.starts[word] : ends[word]] for word in members}
    return [word for word in members if any(map(str.isdigit, texts[word]))] or members


def spans(scores: Scores, name: str) -> Iterator[Span]:
    """Neighbouring words of a line, no column gap between them: none WEAK, one at least above MINIMUM."""
    column = scores.of(name)
    weak = WEAK_IN_NAME if FIELDS[name].kind == "name" else WEAK
    starts = scores.features.line_starts
    for line in scores.features.lines.lines:
        begin, count = starts[line.index], len(line.words)
        inside = column[begin : begin + count] > weak
        position = 0
        while position < count:
            if not inside[position]:
                position += 1
                continue
            end = position
            while end + 1 < count and inside[end + 1] and line.text[line.starts[end + 1] - 1] != GAP:
                end += 1
            stop = line.starts[end + 1] - 1 if end + 1 < count else len(line.text)
            text = line.text[line.starts[position] : stop]
            _, box = line.span(line.starts[position], stop)
            members = column[begin + position : begin + end + 1]
            if members.max() > MINIMUM:
                yield Span(line.index, begin + position, begin + end, text, box, float(members.mean()))
            position = end + 1


def _identifiers(scores: Scores, name: str) -> list[Choice]:
    best: dict[str, Choice] = {}
    column = scores.of(name)
    for span in spans(scores, name):
        registered = _registered(scores, span) if name == "seller_tax_number" else None
        whole = registered or _whole(scores, span, column)
        raw, box = (span.text, span.box) if whole is None else (whole.candidate.raw, whole.box)
        text = _GLUE.sub("", raw).strip(_EDGES)
        if name != "payment_reference":  # which may hold a name
            text = _number_alone(text)
        if not any(map(str.isdigit, text)) or (name == "seller_tax_number" and not like_tax_id(text)):
            continue
        slight = name == "invoice_number" and (len(text) <= 2 or _YEAR.fullmatch(text) is not None)
        score = span.score - SLIGHT * slight
        page = scores.features.lines.lines[span.line].page
        if text not in best or best[text].score < score:
            best[text] = Choice(text, raw, page, box, score)
    return sorted(best.values(), key=lambda choice: -choice.score)


def _registered(scores: Scores, span: Span) -> Hit | None:
    """The first number of a span that has the shape of one in a register; behind it a stranger may stand."""
    begin = scores.features.line_starts[span.line]
    for hit in scores.features.hits:
        if hit.kind in ("id", "vat_id") and hit.line.index == span.line and like_tax_id(str(hit.value)):
            first, last = hit.line.words_of(hit.start, hit.end)
            if span.first <= begin + first and begin + last <= span.last:
                return hit
    return None


def _whole(scores: Scores, span: Span, column: NDArray[np.float32]) -> Hit | None:
    """The whole of a number in groups, or with letters before it, of which a span may hold some only."""
    begin = scores.features.line_starts[span.line]
    found: list[tuple[int, Hit]] = []
    for hit in scores.features.hits:
        if hit.kind != "id" or hit.line.index != span.line:
            continue
        first, last = (begin + word for word in hit.line.words_of(hit.start, hit.end))
        rest = [word for word in range(first, last + 1) if not span.first <= word <= span.last]
        held = first <= span.first and span.last <= last
        if held and rest and (_DASH.search(hit.candidate.raw) or min(column[word] for word in rest) > LIKELY_PART):
            found.append((len(rest), hit))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _number_alone(text: str) -> str:
    """Without the words before and behind a number: "quoting NX-4419", "FC1120774 du", "57-5550230 CLIA 42D"."""
    words = text.split(" ")
    while words and not any(map(str.isdigit, words[-1])):
        words.pop()
    while len(words) > 1 and words[0].isalpha() and (not words[0].isupper() or fold(words[0]) in _named()):
        words.pop(0)
    apart = next((place for place, word in enumerate(words) if place and word.isalpha() and len(word) > 2), len(words))
    return " ".join(words[:apart]).strip(_EDGES)


@cache
def _named() -> frozenset[str]:
    """Words that are the label of a number as a whole, but those that open one as well ("PO 88214")."""
    table, _ = lexicon("FIELD_LABELS")
    return frozenset(key for key, roles in table.items() if not {"purchase_order", "delivery_note"} & {*roles})


def _blocks(scores: Scores, name: str, between: str) -> list[Choice]:
    """Spans that stand under each other, as one text each; of a name the first line, for under it stand persons."""
    blocks: list[list[Span]] = []
    lines = scores.features.lines.lines
    for span in spans(scores, name):
        height = span.box.y1 - span.box.y0
        block = next(
            (
                block
                for block in reversed(blocks)
                if lines[block[-1].line].page == lines[span.line].page
                and _follows(block[-1].box, span.box, height, same_line=block[-1].line == span.line)
            ),
            None,
        )
        if block is None:
            blocks.append([span])
        elif FIELDS[name].kind != "name":
            block.append(span)
    best: dict[str, Choice] = {}
    for block in blocks:
        text = between.join(span.text.replace(GAP, " ").strip(" ,;:|·•-") for span in block).strip()
        box = block[0].box
        for span in block[1:]:
            box = box.union(span.box)
        if FIELDS[name].kind == "name":
            text = TITLE.sub("", PART_OF_NAME.sub("", GREETING.sub("", text) if PERSON.match(text) else text, count=1))
            line, begin = lines[block[0].line], scores.features.line_starts[block[0].line]
            start = line.starts[block[0].first - begin]
            text, box = unwrapped(
                scores.features.lines,
                line,
                start,
                start + len(block[0].text),
                text,
                block[0].box,
                name == "seller_name",
            )
            if name == "seller_name":
                text = (with_legal_form(scores.features.lines, text) or (text,))[0]
            if is_note(text):
                continue
        if not any(character.isalnum() for character in text):
            continue
        words = sum(span.last - span.first + 1 for span in block)
        score = sum(span.score * (span.last - span.first + 1) for span in block) / words
        choice = Choice(text, " ".join(span.text for span in block), lines[block[0].line].page, box, score)
        if text not in best or best[text].score < score:
            best[text] = choice
    return sorted(best.values(), key=lambda choice: -choice.score)


def _follows(above: Box, box: Box, height: float, same_line: bool) -> bool:
    if same_line:
        return 0 <= box.x0 - above.x1 < 0.03
    overlap = min(above.x1, box.x1) - max(above.x0, box.x0)
    return overlap > 0 and -0.5 * height < box.y0 - above.y1 < 1.3 * height


def _ranked(choices: list[Choice], position: int, agreement: float = 0.0) -> Choice:
    """The choice with what speaks against it: the other values."""
    chosen = choices[position]
    others = [choice for choice in choices if choice is not chosen]
    margin = chosen.score - others[0].score if others else LIMIT
    rivals = tuple(choice for choice in others[:3] if choice.score > -4)
    return replace(chosen, margin=max(min(margin, LIMIT), -LIMIT), agreement=agreement, rivals=rivals)


def _period(scores: Scores, found: dict[str, list[Choice]]) -> dict[str, Choice]:
    """Start and end chosen together: two dates in order, rather the two of a printed range."""
    printed = {(first.value, last.value) for first, last in ranges(h for h in scores.features.hits if h.kind == "date")}
    starts, ends = ([choice for choice in found[name][:MAX_CHOICES] if choice.score > -LIMIT] for name in _PERIOD)
    best: tuple[Choice | None, Choice | None] = (None, None)
    top = 0.0
    for start, end in product((None, *starts), (None, *ends)):
        together = 0.0
        if start is not None and end is not None:
            if str(end.value) < str(start.value) or end.box == start.box:
                continue
            together = 3.0 if (start.value, end.value) in printed else 0.0
        score = _gain(start) + _gain(end) + together
        if score > top:
            best, top = (start, end), score
    return {
        name: _ranked(options, options.index(choice))
        for name, options, choice in zip(_PERIOD, (starts, ends), best, strict=True)
        if choice is not None
    }


def _totals(found: dict[str, list[Choice]]) -> dict[str, Choice]:
    """Net, tax and total chosen together; then what is due by what was paid."""
    options = {
        name: [c for c in found[name][:MAX_CHOICES] if c.score > -LIMIT]
        for name in (*_SUM, "amount_due", "amount_paid")
    }
    extras = {Decimal(0)}
    for name in _EXTRA:
        value = found[name][0].value if found[name] and found[name][0].score > MINIMUM else None
        if isinstance(value, Decimal):
            extras |= {value, -value}
    best: tuple[Choice | None, ...] = ()
    top, tied = 0.0, False
    for trio in product(*((None, *options[name]) for name in _SUM)):
        sums = _adds_up(trio, extras)
        score = sum(_gain(choice) for choice in trio) + (3.0 if sums else -1.5 if sums is False else 0.0)
        if score > top:
            best, top, tied = trio, score, bool(sums)
    chosen = {
        name: _ranked(options[name], options[name].index(choice), float(tied))
        for name, choice in zip(_SUM, best, strict=False)
        if choice is not None and choice.score > -4
    }
    chosen |= _third(chosen, found)
    gross = chosen.get("gross_amount")
    if gross is not None and isinstance(gross.value, Decimal):
        for due, paid in product(options["amount_due"][:3], options["amount_paid"][:3]):
            if due.score + paid.score > 0 and gross.value - paid.value == due.value:  # type: ignore[operator]
                chosen["amount_due"] = _ranked(options["amount_due"], options["amount_due"].index(due), 1.0)
                chosen["amount_paid"] = _ranked(options["amount_paid"], options["amount_paid"].index(paid), 1.0)
                break
    return chosen


def _third(chosen: dict[str, Choice], found: dict[str, list[Choice]]) -> dict[str, Choice]:
    """The one sum of the three that the network did not see, where what the other two leave is printed."""
    sure = {name: choice.value for name, choice in chosen.items() if choice.score > 0}
    missing = [name for name in _SUM if name not in chosen]
    if len(missing) != 1 or len(sure) != 2:
        return {}
    net, tax, gross = (sure.get(name) for name in _SUM)
    if isinstance(gross, Decimal):
        other = tax if isinstance(tax, Decimal) else net
        wanted = gross - other if isinstance(other, Decimal) else None
    else:
        wanted = net + tax if isinstance(net, Decimal) and isinstance(tax, Decimal) else None
    printed = next((choice for choice in found[missing[0]] if choice.value == wanted), None)
    return {} if printed is None else {missing[0]: replace(printed, score=1.0, margin=1.0, agreement=1.0)}


def _unsaid_due(chosen: dict[str, Choice]) -> dict[str, Choice]:
    """Where nothing was paid the total is due (EN 16931, BT-115), though the page may not say so in so many words."""
    gross = chosen.get("gross_amount")
    if gross is None or not chosen.keys().isdisjoint(("amount_due", "amount_paid", "rounding_amount")):
        return {}
    return {"amount_due": replace(gross, score=min(gross.score, 1.0), margin=min(gross.margin, 1.0))}


def _gain(choice: Choice | None) -> float:
    return 0.0 if choice is None else max(min(choice.score, 6.0), -LIMIT) + 1.0


def _adds_up(trio: tuple[Choice | None, ...], extras: set[Decimal]) -> bool | None:
    values = [None if choice is None else choice.value for choice in trio]
    net, tax, gross = values
    if not isinstance(net, Decimal) or not isinstance(tax, Decimal) or not isinstance(gross, Decimal):
        return None
    return any(abs(net + tax + extra - gross) <= CENT for extra in extras)
