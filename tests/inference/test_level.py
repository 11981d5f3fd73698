"""Pages that OCR read crooked, turned or photographed from aside: read as if they were level, boxes where they lie."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.extraction import combine, memory
from inference.extraction.level import LEVEL, Lie, levelled, lie_of
from inference.types import Box, Page, Reading, Word

WIDTH, HEIGHT = 595.0, 842.0
LINES = (
    ((0.1, "Nordwind"), (0.2, "Handel"), (0.28, "GmbH"), (0.7, "Rechnung")),
    ((0.1, "Hafenstrasse"), (0.24, "12"), (0.7, "Nr."), (0.76, "RE-2024-0815")),
    ((0.1, "20457"), (0.17, "Hamburg"), (0.7, "Datum"), (0.8, "14.03.2024")),
    ((0.1, "Kopierpapier"), (0.3, "weiss"), (0.7, "459,00"), (0.8, "EUR")),
    ((0.1, "Nettobetrag"), (0.7, "459,00"), (0.8, "EUR")),
    ((0.1, "Umsatzsteuer"), (0.25, "19"), (0.28, "%"), (0.7, "87,21"), (0.8, "EUR")),
    ((0.1, "Gesamtbetrag"), (0.7, "546,21"), (0.8, "EUR")),
    ((0.1, "IBAN"), (0.2, "DE89"), (0.26, "3704"), (0.32, "0044"), (0.38, "0532"), (0.44, "0130"), (0.5, "00")),
)
STEP, TALL = 0.016, 0.011  # lines as close as in a letter


def page(turns: int = 0, degrees: float = 0.0, fan: float = 0.0) -> Page:
    """The letter as OCR gives it: words in reading order, boxes on the page as it came."""
    words = []
    for row, line in enumerate(LINES):
        for x, text in line:
            y = 0.2 + row * STEP
            words.append(Word(text, _came(Box(x, y, x + 0.011 * len(text), y + TALL), degrees, fan), 0.9))
    for _ in range(turns):
        words = [Word(word.text, _quarter(word.box), word.confidence) for word in words]
    size = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    return Page(1, *size, tuple(words), "tesseract", digest="5")


def _came(box: Box, degrees: float, fan: float) -> Box:
    corners = [(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    corners = [(x, y + fan * (y - 0.5) * (x - 0.5)) for x, y in corners]
    angle = math.radians(degrees)
    points = [((x - 0.5) * WIDTH, (y - 0.5) * HEIGHT) for x, y in corners]
    turned = [(x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)) for x, y in points]
    xs, ys = [x / WIDTH + 0.5 for x, _ in turned], [y / HEIGHT + 0.5 for _, y in turned]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _quarter(box: Box) -> Box:
    return Box(1 - box.y1, box.x0, 1 - box.y0, box.x1)


def test_a_level_page_is_left_alone() -> None:
    reading = Reading((page(),))
    assert lie_of(page()) == LEVEL
    assert levelled(reading) == (reading, {})


def test_print_is_never_moved() -> None:
    reading = Reading((Page(1, WIDTH, HEIGHT, page(degrees=2).words, "text_layer"),))
    assert levelled(reading)[0] is reading


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 3), st.floats(-5, 5), st.floats(-0.08, 0.08))
def test_words_of_a_line_come_level_and_boxes_come_back(turns: int, degrees: float, fan: float) -> None:
    came = page(turns, degrees, fan)
    straight, lies = levelled(Reading((came,)))
    words = iter(straight.pages[0].words)
    rows = [[next(words) for _ in line] for line in LINES]
    middles = [[(word.box.y0 + word.box.y1) / 2 for word in row] for row in rows]
    assert all(np.ptp(row) < 0.3 * STEP for row in middles)
    assert [row[0] for row in middles] == sorted(row[0] for row in middles)
    for word, before in zip(straight.pages[0].words, came.words, strict=True):
        box = lies[1].laid(word.box) if lies else word.box
        assert box == pytest.approx(before.box, abs=0.006)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.integers(0, 3))
def test_laid_is_the_inverse_of_level(x: float, y: float, slope: float, fan: float, turns: int) -> None:
    lie = Lie(turns, slope, fan, 1.414 if turns % 2 == 0 else 0.707)
    small = Box(x, y, x + 0.01, y + 0.01)
    back = lie.laid(lie.level(small))
    assert ((back.x0 + back.x1) / 2, (back.y0 + back.y1) / 2) == pytest.approx((x + 0.005, y + 0.005), abs=2e-3)


@pytest.mark.parametrize(("turns", "degrees"), [(0, 1.5), (0, -3.0), (1, 0.8), (2, 0.0), (3, -1.0)])
def test_an_invoice_laid_in_any_way_says_the_same(turns: int, degrees: float) -> None:
    straight, crooked = (combine.extract(Reading((laid,))) for laid in (page(), page(turns, degrees)))
    told = {name: field.value for name, field in crooked.fields.items()}
    assert told == {name: field.value for name, field in straight.fields.items()}
    field = crooked.fields["gross_amount"]
    assert field.raw.startswith("546,21") and field.box is not None
    printed = next(word.box for word in page(turns, degrees).words if word.text == "546,21")
    x, y = (printed.x0 + printed.x1) / 2, (printed.y0 + printed.y1) / 2
    assert field.box.x0 < x < field.box.x1 and field.box.y0 < y < field.box.y1


def test_memory_of_a_level_invoice_helps_with_a_crooked_one() -> None:
    fields = {"invoice_number": "RE-2024-0815", "gross_amount": "546.21", "seller_iban": "DE89370400440532013000"}
    example = memory.learn(Reading((page(turns=1, degrees=2),)), fields)
    remembered = memory.recall(Reading((page(degrees=-2),)), [example])
    assert remembered is not None and str(remembered.fields["gross_amount"].value) == "546.21"
