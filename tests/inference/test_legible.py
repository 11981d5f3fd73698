"""What OCR could hardly read is not passed on as sure."""

from dataclasses import replace
from decimal import Decimal

from inference.extraction import combine
from inference.extraction.legible import as_legible
from inference.types import Extraction, FieldPrediction, Reading
from tests.inference.test_level import page


def doubtful(text: str, confidence: float) -> Reading:
    """The letter of `test_level`, one of its words hardly read."""
    scanned = page(degrees=1)
    words = (word._replace(confidence=confidence if word.text == text else 0.95) for word in scanned.words)
    return Reading((replace(scanned, words=tuple(words)),))


def test_doubt_about_a_word_is_doubt_about_its_field_only() -> None:
    clear, hard = (combine.extract(doubtful("546,21", confidence)).fields for confidence in (0.95, 0.3))
    assert hard["gross_amount"].value == clear["gross_amount"].value == Decimal("546.21")
    assert hard["gross_amount"].confidence < 0.8 * clear["gross_amount"].confidence
    assert any("546,21" in reason for reason in hard["gross_amount"].reasons)
    assert hard["seller_iban"].confidence == clear["seller_iban"].confidence


def test_print_and_labels_cast_no_doubt() -> None:
    box = {word.text: word.box for word in page().words}
    both = box["546,21"].union(box["Gesamtbetrag"])
    field = FieldPrediction("gross_amount", "546,21", Decimal("546.21"), 0.9, "rules", 1, both)
    said = Extraction("rules", "", {"gross_amount": field})
    assert as_legible(said, Reading((replace(page(), digest="", reader="text_layer"),))) is said
    words = tuple(word if word.text == "546,21" else word._replace(confidence=0.2) for word in page().words)
    assert as_legible(said, Reading((replace(page(), words=words),))).fields["gross_amount"].confidence == 0.9
