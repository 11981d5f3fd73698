"""Labels that OCR misread still say which value stands beside them; print and values stay as they are."""

from decimal import Decimal

import pytest

from inference.extraction import rules
from inference.extraction.spelling import spelled
from inference.types import Box, Page, Reading, Word


@pytest.mark.parametrize(
    ("read", "label"),
    [
        ("rochnungsnummer", "rechnungsnummer"),
        ("gesamtbetraq", "gesamtbetrag"),
        ("invoce", "invoice"),
        ("umsatzsteuor", "umsatzsteuer"),
    ],
)
def test_a_letter_or_two_may_be_wrong(read: str, label: str) -> None:
    assert spelled(read) == label


@pytest.mark.parametrize("word", ["total", "datum", "sunme", "re20240815", "invoice", "schraubendreher", ""])
def test_short_words_identifiers_and_other_words_stay(word: str) -> None:
    assert spelled(word) == word


def read(digest: str) -> Reading:
    lines = (("Rochnungsnummer", "4711-A"), ("Gesamtbetraq", "119,00"), ("Umsatzsteuor", "19,00"))
    words = [
        Word(text, Box(x, 0.2 + 0.05 * row, x + 0.015 * len(text), 0.215 + 0.05 * row))
        for row, line in enumerate(lines)
        for x, text in zip((0.1, 0.5), line, strict=True)
    ]
    return Reading((Page(1, 595, 842, tuple(words), "tesseract" if digest else "text_layer", digest=digest),))


def test_misread_labels_name_their_values_on_scans_only() -> None:
    scanned, printed = (rules.extract(read(digest)).fields for digest in ("5.3", ""))
    assert scanned["invoice_number"].value == "4711-A"
    assert scanned["gross_amount"].value == Decimal("119.00")
    assert "invoice_number" not in printed
