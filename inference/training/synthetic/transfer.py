"""Labels of drawn words carried over to the words that a reader found on the rendered page, by geometry and text."""

import unicodedata
from collections import Counter
from dataclasses import replace

from inference.ocr import text_layer
from inference.training.synthetic import truth_of
from inference.training.synthetic.render_pdf import Engine, render
from inference.training.synthetic.sample import Label, Sample, WordLabels
from inference.types import Page, Reading, Word

_WHOLE = 0.99


def reread(sample: Sample, engine: Engine) -> Sample:
    """The sample rendered and read back: real order, splits and boxes. Raises the errors of `text_layer.read`."""
    return relabel(sample, text_layer.read(render(sample, engine)))


def relabel(sample: Sample, reading: Reading) -> Sample:
    """The sample with another reading of the same pages. A label of which a word was not found again is dropped."""
    drawn, kept = Counter[Label](), Counter[Label]()
    pages: list[tuple[tuple[Label, ...], ...]] = []
    for page, marks, found in zip(sample.reading.pages, sample.labels, reading.pages, strict=True):
        drawn.update(label for tags in marks for label in tags)
        matches = [[at for at in _near(word, page) if _same(word, page.words[at])] for word in found.words]
        kept.update(label for at in {at for match in matches for at in match} for label in marks[at])
        pages.append(tuple(tuple(dict.fromkeys(label for at in match for label in marks[at])) for match in matches))
    whole = {label for label, count in drawn.items() if kept[label] >= _WHOLE * count}
    labels: WordLabels = tuple(
        tuple(tuple(label for label in tags if label in whole) for tags in page) for page in pages
    )
    fields, lines, taxes = truth_of(labels, canonical_of(sample))
    return replace(
        sample,
        reading=reading,
        labels=labels,
        fields={"document_type": sample.document_type, **fields},
        line_items=lines,
        tax_lines=taxes,
    )


def canonical_of(sample: Sample) -> dict[Label, str]:
    """The truth of each label of a sample."""
    truth = {Label(name): text for name, text in sample.fields.items()}
    for name, rows in (("line_items", sample.line_items), ("tax_lines", sample.tax_lines)):
        numbers = sorted({label.row for page in sample.labels for word in page for label in word if label.name == name})
        truth |= {
            Label(name, number, cell): text
            for number, row in zip(numbers, rows, strict=True)
            for cell, text in row.items()
        }
    return truth


def _near(word: Word, page: Page) -> list[int]:
    """Drawn words whose box meets the word's, give or take half its height sideways."""
    box, slack = word.box, 0.5 * (word.box.y1 - word.box.y0)
    middle = (box.y0 + box.y1) / 2
    return [
        at
        for at, other in enumerate(page.words)
        if other.box.y0 - slack * 0.4 <= middle <= other.box.y1 + slack * 0.4
        and other.box.x0 < box.x1 + slack
        and other.box.x1 > box.x0 - slack
    ]


def _same(found: Word, drawn: Word) -> bool:
    a, b = unicodedata.normalize("NFKC", found.text), unicodedata.normalize("NFKC", drawn.text)
    return a in b or b in a
