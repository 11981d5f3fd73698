"""Supplier memory: invoices that a person confirmed serve as examples for the next ones of the same supplier.

No training: `learn` notes of a confirmed invoice who sent it, how its pages look, and beside which words each value
stood; `recall` finds the nearest such place on a new invoice (k-nearest neighbours over confirmed labels; the idea of
Intellix, Schuster et al., ICDAR 2013). It is a reader of its own, built differently from rules and network.
An example is plain data (`to_json`), so that it can be kept, forgotten and expire like any other record.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import exp
from typing import Any

from inference.evaluation import matches
from inference.extraction.level import laid
from inference.extraction.memory_page import Place, RememberedPage, Seen, sign_of, site_of
from inference.extraction.memory_rows import Table, learn_table, recall_table, table_from
from inference.fields import FIELDS, from_text, to_text
from inference.types import Alternative, Box, Extraction, FieldPrediction, Reading, Row, Value

READER = "memory"
ALIKE = 0.3  # share of the printed phrases in common from which on two pages have one layout
KNOWN = 0.12  # the same, where an identifier of the supplier is printed as well
STEADY = frozenset(name for name in FIELDS if name.startswith(("seller_", "buyer_", "ship_to_"))) | {"currency"}
_SIGNS = ("seller_vat_id", "seller_iban", "seller_tax_number", "seller_bank_account", "seller_phone", "seller_name")
_SITES = ("seller_email", "seller_website")
CEILING = 0.985
DOUBT = 0.85


@dataclass(frozen=True, slots=True)
class Example:
    """One confirmed invoice. `signs` tell its supplier, `marks` its layout, `titles` what kind of paper it is.

    `fields` are the confirmed values as text, `places` where each of them stood, `spans` of how many words those are
    that are no candidates; `table` says where the columns of its rows stand.
    """

    signs: frozenset[str]
    marks: frozenset[str]
    titles: frozenset[str]
    fields: Mapping[str, str]
    places: Mapping[str, tuple[Place, ...]]
    spans: Mapping[str, int] = field(default_factory=dict)
    table: Table | None = None


def to_json(example: Example) -> dict[str, Any]:
    """An example as plain data."""
    known = asdict(example)
    return known | {"signs": sorted(example.signs), "marks": sorted(example.marks), "titles": sorted(example.titles)}


def from_json(known: Mapping[str, Any]) -> Example:
    """The example again."""
    places = {name: tuple(Place(*place) for place in places) for name, places in known["places"].items()}
    return Example(
        frozenset(known["signs"]),
        frozenset(known["marks"]),
        frozenset(known["titles"]),
        known["fields"],
        places,
        known.get("spans", {}),
        table_from(known.get("table")),
    )


def learn(
    reading: Reading,
    fields: Mapping[str, str],
    boxes: Mapping[str, tuple[int, Box]] | None = None,
    lines: Sequence[Mapping[str, str]] = (),
) -> Example:
    """What a confirmed invoice teaches.

    `fields`: confirmed values in text form; `boxes`: where some were read; `lines`: the cells of its rows in text form.
    """
    page = RememberedPage(reading)
    known = {name: text for name, text in fields.items() if name in FIELDS and text.strip()}
    places = {name: _places(page.seen(name), name, text, (boxes or {}).get(name)) for name, text in known.items()}
    spans = {name: len(text.split()) for name, text in known.items() if not places[name] and _is_text(name)}
    for name, length in spans.items():
        places[name] = _places(page.spans(length), name, known[name], (boxes or {}).get(name))
    signs = {sign for name in _SIGNS if (sign := sign_of(known.get(name, "")))}
    signs |= {site for name in _SITES if (site := site_of(known.get(name, "")))}
    places = {name: found for name, found in places.items() if found}
    spans = {name: length for name, length in spans.items() if name in places}
    table = learn_table(page.lines, page.hits, lines)
    return Example(frozenset(signs), page.marks, page.titles, known, places, spans, table)


def _is_text(name: str) -> bool:
    return FIELDS[name].kind in ("id", "name", "text", "vat_id")


def signs_of(reading: Reading) -> frozenset[str]:
    """Everything on the pages by which a supplier could be known: to look examples up."""
    return RememberedPage(reading).signs


def recall(reading: Reading, examples: Sequence[Example]) -> Extraction | None:
    """The fields as the examples of this supplier place them; None where no example is of this supplier and layout."""
    began = time.perf_counter()
    page = RememberedPage(reading)
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
    rows = next((rows for rows in _tables(page, near) if rows), ())
    spent = {"recall": round((time.perf_counter() - began) * 1000, 3)}
    digest = _digest(example for example, _ in near)
    return laid(Extraction(READER, digest, fields, rows, timings_ms=spent), page.lies)


def _tables(page: RememberedPage, near: list[tuple[Example, float]]) -> Iterator[tuple[Row, ...]]:
    """The rows as each example has its columns, the likest first."""
    for example, _ in sorted(near, key=lambda entry: -entry[1]):
        if example.table is not None:
            yield recall_table(page.lines, page.hits, example.table)


def likeness(page: RememberedPage, example: Example) -> float:
    """How alike two layouts are, 0..1; 0 where the supplier is another one or the layout is too strange."""
    shared = len(page.marks & example.marks) / max(min(len(page.marks), len(example.marks)), 1)
    named = bool(page.signs & example.signs)
    return shared if shared >= (KNOWN if named else 1.0) and (named or shared >= ALIKE) else 0.0


def _digest(examples: Iterable[Example]) -> str:
    text = json.dumps([to_json(example) for example in examples], sort_keys=True)
    return f"{READER}-{hashlib.sha256(text.encode()).hexdigest()}"


def _places(found: Iterable[Seen], name: str, text: str, where: tuple[int, Box] | None) -> tuple[Place, ...]:
    """Where the confirmed value stands; where it was read, if that is known and fits."""
    fits = [seen for seen in found if matches(FIELDS[name].kind, name, to_text(seen.value), text)]
    exact = [seen for seen in fits if where is not None and seen.page == where[0] and _overlap(seen.box, where[1])]
    chosen = exact or fits
    return tuple(dict.fromkeys(seen.place for seen in chosen))[:4]


def _overlap(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and one.x1 > other.x0 and one.y0 < other.y1 and one.y1 > other.y0


def _document_type(page: RememberedPage, near: list[tuple[Example, float]]) -> FieldPrediction | None:
    """The type that the likest example has, where the same titles are printed."""
    example, alike = max(near, key=lambda entry: entry[1])
    kind = example.fields.get("document_type")
    if kind is None or 2 * len(example.titles & page.titles) < len(example.titles | page.titles):
        return None
    return FieldPrediction("document_type", "", kind, round(min(0.98, 0.7 + 0.4 * alike), 3), READER)


def _field(page: RememberedPage, name: str, near: list[tuple[Example, float]]) -> FieldPrediction | None:
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


def _nearest(page: RememberedPage, name: str, example: Example, alike: float) -> list[tuple[float, Seen | None, Value]]:
    """Values of the page by how near their place is to one of the example, best first."""
    text, kind = example.fields[name], FIELDS[name].kind
    seen = [*page.seen(name), *(page.spans(example.spans[name]) if name in example.spans else ())]
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
        if name == "currency" or (name == "seller_name" and page.signs & example.signs - {sign_of(text)}):
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
