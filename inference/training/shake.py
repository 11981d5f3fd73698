"""The page of a real document set a little differently: margins, sizes and gaps moved, some unmarked lines left out."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from inference.extraction.labels import find_labels, lexicon
from inference.extraction.lines import Line, layout
from inference.training.synthetic.sample import Label, Sample
from inference.types import Box, Reading, Word

FEWER, LEFT_OUT = 0.5, 0.1
OPENED = 4
MARGIN = 0.006
_TELLING = ("FIELD_LABELS", "AMOUNT_LABELS", "BLOCK_LABELS", "COLUMN_LABELS", "TITLES")


def shaken(sample: Sample, rng: random.Random) -> Sample:
    """The same document; the truth stays, for lines with a label or a word of the vocabulary are never left out."""
    gone = {*_left_out(sample, rng)} if rng.random() < FEWER else set()
    pages, labels = [], []
    for position, (page, marks) in enumerate(zip(sample.reading.pages, sample.labels, strict=True)):
        kept: list[tuple[Word, tuple[Label, ...]]] = [
            pair for at, pair in enumerate(zip(page.words, marks, strict=True)) if (position, at) not in gone
        ]
        moved = _mover([word.box for word, _ in kept], rng)
        pages.append(replace(page, words=tuple(word._replace(box=moved(word.box)) for word, _ in kept)))
        labels.append(tuple(tags for _, tags in kept))
    return replace(sample, reading=Reading(tuple(pages)), labels=tuple(labels))


def _left_out(sample: Sample, rng: random.Random) -> Iterator[tuple[int, int]]:
    sheets = {page.number: position for position, page in enumerate(sample.reading.pages)}
    for line in layout(sample.reading).lines:
        sheet = sheets[line.page]
        if rng.random() < LEFT_OUT and not any(sample.labels[sheet][at] for at in line.words) and not _tells(line):
            yield from ((sheet, at) for at in line.words)


def _tells(line: Line) -> bool:
    return any(find_labels(line, lexicon(table)) for table in _TELLING)


def _mover(boxes: Sequence[Box], rng: random.Random) -> Callable[[Box], Box]:
    """How every box of a page moves: wider or narrower, and some of the gaps between lines opened or closed."""
    if not boxes:
        return lambda box: box
    steps = sorted(_steps(boxes, rng))
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    wide = rng.uniform(0.9, 1.05) * (right - left)
    begin = min(max(left + rng.gauss(0, 0.02), MARGIN), max(1 - MARGIN - wide, MARGIN))
    across = min(wide, 1 - MARGIN - begin) / max(right - left, 0.01)
    bottom = max(box.y1 + sum(step for at, step in steps if box.y0 >= at) for box in boxes)
    down = min(rng.uniform(0.92, 1.04), (1 - MARGIN) / max(bottom, 0.01))

    def moved(box: Box) -> Box:
        step = sum(step for at, step in steps if box.y0 >= at)
        return Box(
            begin + (box.x0 - left) * across,
            max((box.y0 + step) * down, 0.0),
            begin + (box.x1 - left) * across,
            (box.y1 + step) * down,
        )

    return moved


def _steps(boxes: Sequence[Box], rng: random.Random) -> Iterator[tuple[float, float]]:
    """Places between lines that no word crosses, and by how much what lies below each moves."""
    gaps, reached = [], 0.0
    for box in sorted(boxes, key=lambda box: box.y0):
        if box.y0 > reached:
            gaps.append((reached, box.y0))
        reached = max(reached, box.y1)
    for above, below in rng.sample(gaps, k=min(len(gaps), rng.randint(0, OPENED))):
        yield below, rng.uniform(-0.5 * (below - above), 0.04)
