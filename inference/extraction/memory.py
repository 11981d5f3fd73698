"""Supplier memory: invoices that a person confirmed serve as examples for the next ones of the same supplier.

No training: `learn` notes of a confirmed invoice who sent it, how its pages look, and beside which words each value
stood; `recall` finds the nearest such place on a new invoice (k-nearest neighbours over confirmed labels; the idea of
Intellix, Schuster et al., ICDAR 2013). It is a reader of its own, built differently from rules and network.
An example is plain data (`to_json`), so that it can be kept, forgotten and expire like any other record.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import exp
from typing import Any, NamedTuple

from inference.evaluation import matches
from inference.extraction.candidates import Hit, find_hits
from inference.extraction.labels import find_labels, fold, lexicon
from inference.extraction.level import laid, levelled
from inference.extraction.lines import GAP, Layout, Run, layout
from inference.fields import FIELDS, from_text, to_text
from inference.types import Alternative, Box, Extraction, FieldPrediction, Reading, Value

READER = "memory"
ALIKE = 0.3  # share of the printed phrases in common from which on two pages have one layout
KNOWN = 0.12  # the same, where an identifier of the supplier is printed as well
STEADY = frozenset(name for name in FIELDS if name.startswith(("seller_", "buyer_", "ship_to_"))) | {"currency"}
KINDS = {
    "date": ("date",),
    "money": ("money", "number"),
    "iban": ("iban",),
    "bic": ("bic",),
    "vat_id": ("vat_id", "id"),
    "currency": ("currency",),
    "id": ("id", "number", "phone", "vat_id"),
    "seller_email": ("email",),
    "seller_website": ("website",),
    "seller_phone": ("phone",),
}
UNSIGNED = ("discount_amount", "amount_paid")
_SIGNS = ("seller_vat_id", "seller_iban", "seller_tax_number", "seller_bank_account", "seller_phone", "seller_name")
_SITES = ("seller_email", "seller_website")
_PUBLIC = frozenset("gmail.com outlook.com hotmail.com yahoo.com web.de gmx.de gmx.net orange.fr aol.com icloud.com".split())  # fmt: skip  # noqa: E501, SIM905
CEILING = 0.985
DOUBT = 0.85


class Place(NamedTuple):
    """Where a value stood: what is printed to its left and above it, its edges, its page, the shape of its text."""

    left: str
    above: str
    x0: float
    x1: float
    y: float
    page: int
    shape: str


@dataclass(frozen=True, slots=True)
class Example:
    """One confirmed invoice. `signs` tell its supplier, `marks` its layout, `titles` what kind of paper it is.

    `fields` are the confirmed values as text, `places` where each of them stood.
    """

    signs: frozenset[str]
    marks: frozenset[str]
    titles: frozenset[str]
    fields: Mapping[str, str]
    places: Mapping[str, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """Something on the new page that a field could be."""

    value: Value
    raw: str
    page: int
    box: Box
    place: Place


def to_json(example: Example) -> dict[str, Any]:
    """An example as plain data."""
    known = asdict(example)
    return known | {"signs": sorted(example.signs), "marks": sorted(example.marks), "titles": sorted(example.titles)}


def from_json(known: Mapping[str, Any]) -> Example:
    """The example again."""
    places = {name: tuple(Place(*place) for place in places) for name, places in known["places"].items()}
    return Example(
        frozenset(known["signs"]), frozenset(known["marks"]), frozenset(known["titles"]), known["fields"], places
    )


def learn(reading: Reading, fields: Mapping[str, str], boxes: Mapping[str, tuple[int, Box]] | None = None) -> Example:
    """What a confirmed invoice teaches. `fields`: confirmed values in text form; `boxes`: where some were read."""
    page = _Page(reading)
    known = {name: text for name, text in fields.items() if name in FIELDS and text.strip()}
    straight = {name: (number, page.level(number, box)) for name, (number, box) in (boxes or {}).items()}
    places = {name: _places(page, name, text, straight.get(name)) for name, text in known.items()}
    signs = {sign for name in _SIGNS if (sign := _sign(known.get(name, "")))}
    signs |= {site for name in _SITES if (site := _site(known.get(name, "")))}
    places = {name: found for name, found in places.items() if found}
    return Example(frozenset(signs), page.marks, page.titles, known, places)


def signs_of(reading: Reading) -> frozenset[str]:
    """Everything on the pages by which a supplier could be known: to look examples up."""
    return _Page(reading).signs


def recall(reading: Reading, examples: Sequence[Example]) -> Extraction | None:
    """The fields as the examples of this supplier place them; None where no example is of this supplier and layout."""
    began = time.perf_counter()
    page = _Page(reading)
    near = [(example, alike) for example in examples if (alike := likeness(page, example)) > 0]
    if not near:
        return None
    fields = {}
    kind = _document_type(page, near)
    if kind is not None:
        fields[kind.name] = kind
    for name in FIELDS:
        found = None if name == "document_type" else _field(page, name, near)
        if found is not None:
            fields[name] = found
    spent = {"recall": round((time.perf_counter() - began) * 1000, 3)}
    return laid(Extraction(READER, _digest(example for example, _ in near), fields, timings_ms=spent), page.lies)


def likeness(page: "_Page", example: Example) -> float:
    """How alike two layouts are, 0..1; 0 where the supplier is another one or the layout is too strange."""
    shared = len(page.marks & example.marks) / max(min(len(page.marks), len(example.marks)), 1)
    named = bool(page.signs & example.signs)
    return shared if shared >= (KNOWN if named else 1.0) and (named or shared >= ALIKE) else 0.0


def _digest(examples: Iterable[Example]) -> str:
    text = json.dumps([to_json(example) for example in examples], sort_keys=True)
    return f"{READER}-{hashlib.sha256(text.encode()).hexdigest()}"


class _Page:
    """A reading as memory looks at it."""

    def __init__(self, reading: Reading) -> None:
        straight, self.lies = levelled(reading)
        self.lines: Layout = layout(straight)
        self.hits: list[Hit] = find_hits(self.lines)
        self.pages = len(reading.pages)
        runs = [(run, _skeleton(run.text)) for run in self.lines.runs]
        self.marks = frozenset(f"{text}@{round(run.box.x0 * 20)}" for run, text in runs if len(text) > 2)
        words = lexicon("TITLES")
        self.titles = frozenset(label.key for line in self.lines.lines for label in find_labels(line, words))
        self._signs: frozenset[str] | None = None
        self._seen: dict[str, list[Seen]] = {}

    def level(self, page: int, box: Box) -> Box:
        """Where a box of the page as it came lies on the levelled one."""
        return self.lies[page].level(box) if page in self.lies else box

    @property
    def signs(self) -> frozenset[str]:
        if self._signs is None:
            texts = {_sign(run.text) for run in self.lines.runs}
            values = {
                _site(str(hit.value)) if hit.kind in ("email", "website") else _sign(str(hit.value))
                for hit in self.hits
                if hit.kind in ("vat_id", "iban", "email", "website", "phone", "id")
            }
            self._signs = frozenset(texts | values) - {""}
        return self._signs

    def seen(self, name: str) -> list[Seen]:
        """What on the page could be the field, by its kind."""
        kind = name if name in KINDS or name in UNSIGNED else FIELDS[name].kind
        if kind not in self._seen:
            self._seen[kind] = [*self._of_hits(kind), *(self._of_runs() if kind in ("name", "text", "id") else ())]
        return self._seen[kind]

    def _of_hits(self, kind: str) -> Iterator[Seen]:
        for hit in self.hits:
            if hit.kind in KINDS.get("money" if kind in UNSIGNED else kind, ()):
                value = hit.candidate.raw.strip(" #") if kind == "id" else hit.value
                if kind in UNSIGNED and isinstance(value, Decimal):
                    value = abs(value)
                place = self._place(hit.line.index, hit.start, hit.box, hit.candidate.raw)
                yield Seen(value, hit.candidate.raw, hit.candidate.page, hit.box, place)

    def _of_runs(self) -> Iterator[Seen]:
        """Whole runs, and what follows a colon or a number sign in them."""
        for run in self.lines.runs:
            for offset in {0, *(match.end() for match in re.finditer(r"[:#]\s*", run.text))}:
                text = run.text[offset:].strip()
                if any(map(str.isalnum, text)):
                    start = run.start + offset
                    _, box = run.line.span(start, run.end)
                    yield Seen(text, text, run.line.page, box, self._place(run.line.index, start, box, text))

    def block(self, text: str) -> Seen | None:
        """The parts of a text of several lines, each found somewhere on one page."""
        parts = [key for part in text.split(",") if len(key := fold(part)) > 1]
        if len(parts) < 2:
            return None
        found: dict[str, Run] = {}
        for run in self.lines.runs:
            found |= {part: run for part in parts if part not in found and part in fold(run.text)}
        if len(found) < len(set(parts)):
            return None
        runs = list(dict.fromkeys(found.values()))
        box = runs[0].box
        for run in runs[1:]:
            box = box.union(run.box)
        raw = " ".join(run.text for run in runs)
        return Seen(text, raw, runs[0].line.page, box, self._place(runs[0].line.index, runs[0].start, box, raw))

    def _place(self, line: int, start: int, box: Box, raw: str) -> Place:
        here = self.lines.lines[line]
        before = here.text[:start].rstrip(GAP + " ")
        left = _skeleton(before.rsplit(GAP, 1)[-1])
        return Place(
            left, self._above(line, box), round(box.x0, 4), round(box.x1, 4), round(box.y0, 4), here.page, _shape(raw)
        )

    def _above(self, line: int, box: Box) -> str:
        """The nearest run above that shares some of the width."""
        page = self.lines.lines[line].page
        for other in reversed(self.lines.lines[max(line - 4, 0) : line]):
            if other.page != page:
                break
            for run in other.runs:
                if run.box.x0 < box.x1 and run.box.x1 > box.x0:
                    return _skeleton(run.text)
        return ""


def _places(page: _Page, name: str, text: str, where: tuple[int, Box] | None) -> tuple[Place, ...]:
    """Where the confirmed value stands; where it was read, if that is known and fits."""
    fits = [seen for seen in page.seen(name) if matches(FIELDS[name].kind, name, to_text(seen.value), text)]
    exact = [seen for seen in fits if where is not None and seen.page == where[0] and _overlap(seen.box, where[1])]
    chosen = exact or fits
    return tuple(dict.fromkeys(seen.place for seen in chosen))[:4]


def _overlap(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and one.x1 > other.x0 and one.y0 < other.y1 and one.y1 > other.y0


def _document_type(page: _Page, near: list[tuple[Example, float]]) -> FieldPrediction | None:
    """The type that the likest example has, where the same titles are printed."""
    example, alike = max(near, key=lambda entry: entry[1])
    kind = example.fields.get("document_type")
    if kind is None or 2 * len(example.titles & page.titles) < len(example.titles | page.titles):
        return None
    return FieldPrediction("document_type", "", kind, round(min(0.98, 0.7 + 0.4 * alike), 3), READER)


def _field(page: _Page, name: str, near: list[tuple[Example, float]]) -> FieldPrediction | None:
    """The value that the examples, taken together, speak for."""
    support: dict[str, float] = {}
    best: dict[str, tuple[float, Seen | None, Value]] = {}
    voices = 0
    for example, alike in near:
        if name not in example.fields:
            continue
        voices += 1
        for score, seen, value in _nearest(page, name, example, alike)[:4]:
            key = to_text(value)
            support[key] = support.get(key, 0.0) + max(score, 0.0)
            if key not in best or score > best[key][0]:
                best[key] = score, seen, value
    if not best:
        return None
    ranked = sorted(best, key=lambda key: -support[key])
    score, seen, value = best[ranked[0]]
    rival = support[ranked[1]] if len(ranked) > 1 else 0.0
    sure = _confidence(score, (support[ranked[0]] - rival) / voices, voices)
    if sure < 0.3:
        return None
    others = tuple(
        Alternative(other.raw, worth, round((1 - sure) / 2, 3), other.page, other.box)
        for _, other, worth in (best[key] for key in ranked[1:4])
        if other is not None
    )
    reasons = () if sure >= DOUBT else ("earlier invoices of this supplier have it elsewhere",)
    if seen is None:
        return FieldPrediction(name, "", value, sure, READER, reasons=reasons)
    return FieldPrediction(name, seen.raw, value, sure, READER, seen.page, seen.box, others, reasons)


def _confidence(score: float, margin: float, voices: int) -> float:
    """A logistic, fitted by hand on synthetic suppliers (docs/extraction.md)."""
    logit = -3.2 + 0.75 * score + 0.9 * min(margin, 2.5) + 0.5 * (min(voices, 3) - 1)
    return round(min(CEILING, 1 / (1 + exp(-logit))), 3)


def _nearest(page: _Page, name: str, example: Example, alike: float) -> list[tuple[float, Seen | None, Value]]:
    """Values of the page by how near their place is to one of the example, best first."""
    text, kind = example.fields[name], FIELDS[name].kind
    seen = page.seen(name)
    if name in STEADY:
        same = [one for one in seen if matches(kind, name, to_text(one.value), text)]
        if same:
            places = example.places.get(name, ())
            score, one = max(
                ((max((_score(p, s.place) for p in places), default=0.0), s) for s in same), key=lambda pair: pair[0]
            )
            return [(max(score, 6.0), one, from_text(kind, text))]
        if (block := page.block(text)) is not None:
            return [(6.0, block, text)]
        if name == "currency" or (name == "seller_name" and page.signs & example.signs - {_sign(text)}):
            return [(5.0, None, text)]
    places = example.places.get(name, ())
    shared = _shared(example, name)
    scored = [
        (max(_score(place, one.place) for place in places) * (0.6 if shared else 1.0), one, one.value)
        for one in seen
        if places
    ]
    best: dict[str, tuple[float, Seen | None, Value]] = {}
    for score, one, value in sorted(scored, key=lambda entry: -entry[0])[:12]:
        best.setdefault(to_text(value), (score * (0.6 + 0.4 * min(alike / 0.6, 1.0)), one, value))
    return list(best.values())


def _shared(example: Example, name: str) -> bool:
    """Whether another field of the example has this very value at this very place: which is which cannot be told."""
    mine = example.places.get(name, ())
    return FIELDS[name].kind in ("money", "date") and any(
        FIELDS[other].kind == FIELDS[name].kind and set(places) == set(mine) and len(mine) > 1
        for other, places in example.places.items()
        if other != name
    )


def _score(known: Place, new: Place) -> float:
    """How near two places are: about 7 for the same place of an unchanged form, below 2 for another."""
    score = 0.0
    if known.left:
        score += 3.0 if known.left == new.left else -1.5
    elif not new.left:
        score += 0.8
    if known.above:
        score += 1.5 if known.above == new.above else -0.3
    edges = min(abs(known.x0 - new.x0), abs(known.x1 - new.x1))
    score += 1.2 if edges < 0.006 else max(-1.5, 0.6 - 8 * edges)
    score += max(-0.8, 1.0 - 6 * abs(known.y - new.y)) if known.page == new.page else -0.5
    return score + (1.0 if known.shape == new.shape else -0.5 if known.shape[:1] != new.shape[:1] else 0.0)


def _skeleton(text: str) -> str:
    """Letters alone, folded: what stays the same from one invoice to the next."""
    return re.sub(r"\d+", "0", fold(text))[-40:]


def _shape(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text.strip())))[:16]


def _sign(text: str) -> str:
    plain = fold(text)
    return plain if len(plain) >= 5 else ""


def _site(text: str) -> str:
    """The domain of a mail address or website; nothing for those that anyone can have."""
    domain = re.sub(r"^(?:.*@|https?://)?(?:www\.)?", "", text.strip().lower()).split("/")[0]
    return f"@{domain}" if "." in domain and domain not in _PUBLIC else ""
