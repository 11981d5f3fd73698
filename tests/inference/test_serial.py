"""Readings and extractions survive JSON."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, Kind
from inference.serial import extraction_from_json, extraction_to_json, reading_from_json, reading_to_json
from inference.types import Alternative, Box, Extraction, FieldPrediction, Page, Reading, Value, Word

edges = st.floats(0, 1, allow_nan=False)
boxes = st.builds(Box, edges, edges, edges, edges)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
words = st.builds(Word, texts, boxes, edges)
pages = st.builds(
    Page, st.integers(1, 300), st.floats(1, 5000), st.floats(1, 5000), st.tuples(words, words), texts, st.booleans()
)


def values(kind: Kind) -> st.SearchStrategy[Value]:
    if kind == "date":
        return st.dates(min_value=date(1900, 1, 1))
    if kind in ("money", "number", "percent"):
        return st.decimals(Decimal(-(10**12)), Decimal(10**12), places=4)
    return texts.filter(str.strip)


@st.composite
def predictions(draw: st.DrawFn, name: str, kind: Kind) -> FieldPrediction:
    alternatives = st.lists(st.builds(Alternative, texts, values(kind), edges, st.integers(1, 9), boxes), max_size=2)
    return FieldPrediction(
        name,
        draw(texts),
        draw(values(kind)),
        draw(edges),
        draw(texts),
        draw(st.none() | st.integers(1, 9)),
        draw(st.none() | boxes),
        tuple(draw(alternatives)),
        tuple(draw(st.lists(texts, max_size=2))),
    )


def rows(kinds: dict[str, Kind]) -> st.SearchStrategy[dict[str, FieldPrediction]]:
    return st.fixed_dictionaries({}, optional={name: predictions(name, kind) for name, kind in kinds.items()})


header = rows({name: FIELDS[name].kind for name in ("invoice_number", "issue_date", "gross_amount", "seller_iban")})
extractions = st.builds(
    Extraction,
    texts,
    texts,
    header,
    st.lists(rows(dict(LINE_CELLS)), max_size=2).map(tuple),
    st.lists(rows(dict(TAX_CELLS)), max_size=2).map(tuple),
    st.dictionaries(texts, st.floats(0, 1000), max_size=2),
)


@given(st.lists(pages, max_size=3).map(lambda found: Reading(tuple(found))))
def test_readings(reading: Reading) -> None:
    assert reading_from_json(json.loads(json.dumps(reading_to_json(reading)))) == reading


@given(extractions)
def test_extractions(extraction: Extraction) -> None:
    again = extraction_from_json(json.loads(json.dumps(extraction_to_json(extraction))))
    assert again == extraction
    assert repr(again) == repr(extraction)
