"""A value is no surer than the print it was read from: words of which OCR is in doubt cast doubt on their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from inference.types import Box, Extraction, FieldPrediction, Page, Reading, Row, Word

_CLEAR = 0.85  # of a word's confidence; what is read more surely casts no doubt
_DOUBT = 0.85  # of a field's; below it a person is told why


def as_legible(said: Extraction, reading: Reading) -> Extraction:
    """The extraction, its fields as sure as OCR is of their words; those of pages that were not scanned unchanged."""
    scanned = {page.number: page for page in reading.pages if page.digest}
    if not scanned:
        return said
    items, taxes = (tuple(_row(row, scanned) for row in rows) for rows in (said.line_items, said.tax_lines))
    return replace(said, fields=_row(said.fields, scanned), line_items=items, tax_lines=taxes)


def _row(row: Row, scanned: Mapping[int, Page]) -> dict[str, FieldPrediction]:
    return {name: _prediction(field, scanned) for name, field in row.items()}


def _prediction(field: FieldPrediction, scanned: Mapping[int, Page]) -> FieldPrediction:
    page = scanned.get(field.page or 0)
    if page is None or field.box is None:
        return field
    words = [word for word in _words(page, field.box) if word.confidence < _CLEAR and _is_part(word, field)]
    if not words:
        return field
    worst = min(words, key=lambda word: word.confidence)
    sure = round(field.confidence * (0.5 + 0.5 * worst.confidence / _CLEAR), 3)
    reason = f"the scan is hard to read: {worst.text!r}"
    return replace(field, confidence=sure, reasons=(reason, *field.reasons) if sure < _DOUBT else field.reasons)


def _words(page: Page, box: Box) -> Iterator[Word]:
    """The words whose middles lie in the box."""
    for word in page.words:
        x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        if box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1:
            yield word


def _is_part(word: Word, field: FieldPrediction) -> bool:
    """Whether the word says something of the value: a label or a sign beside it does not."""
    return word.text in field.raw and any(map(str.isalnum, word.text))
