"""A sample as if recognised from a scan: confused letters, split and merged words, skew, jitter, losses."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace

from inference.training.synthetic.sample import Label, Sample
from inference.types import Box, Page, Reading, Word

_CONFUSIONS = {
    "0": "O",
    "O": "0",
    "1": "lI",
    "l": "1I",
    "I": "l1|",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "6": "G",
    "G": "6",
    "2": "Z",
    "Z": "2",
    "m": "rn",
    "ü": "u",
    "ö": "o",
    "ä": "a",
    "é": "e",
    "è": "e",
    "ß": "B",
    ".": ",",
    ",": ".",
    "c": "e",
    "e": "c",
    "h": "b",
    "n": "ri",
    "€": "E",
    "ł": "l",
    "ø": "o",
    "å": "a",
    "-": "~",
    "ç": "c",
    "ő": "ö",
    "7": "1",
    "3": "8",
    "9": "g",
    "4": "A",
}
Tagged = tuple[Word, tuple[Label, ...]]


def degrade(sample: Sample, seed: int) -> Sample:
    """The same document badly read; the truth stays. Each draws one strength, from nearly clean to a poor scan."""
    rng = random.Random(seed)  # noqa: S311
    strength = rng.random() ** 2
    skew, shift = rng.gauss(0, 0.012 * strength), (rng.gauss(0, 0.006), rng.gauss(0, 0.006))
    stretch = 1 + rng.gauss(0, 0.01)
    pages, labels = [], []
    for page, marks in zip(sample.reading.pages, sample.labels, strict=True):
        tagged = list(_noisy(rng, zip(page.words, marks, strict=True), strength))
        tagged = [
            (word._replace(box=_moved(rng, word.box, page, skew, shift, stretch, strength)), tags)
            for word, tags in tagged
        ]
        tagged.sort(key=lambda pair: (round(pair[0].box.y0 * page.height / 6), pair[0].box.x0))
        pages.append(replace(page, words=tuple(word for word, _ in tagged), reader="synthetic_scan"))
        labels.append(tuple(tags for _, tags in tagged))
    return replace(sample, reading=Reading(tuple(pages)), labels=tuple(labels))


def _noisy(rng: random.Random, tagged: Iterator[Tagged], strength: float) -> Iterator[Tagged]:
    """Words lost, split, merged with their neighbour, or misspelt. Labelled words are never lost."""
    held: Tagged | None = None
    for word, tags in tagged:
        if not tags and rng.random() < 0.02 * strength:
            continue
        word = _misread(rng, word, strength)
        if held is not None:
            if _touch(held[0], word):
                word = Word(
                    held[0].text + word.text, held[0].box.union(word.box), min(held[0].confidence, word.confidence)
                )
                tags = tuple(dict.fromkeys((*held[1], *tags)))
            else:
                yield held
            held = None
        if rng.random() < 0.015 * strength:
            held = (word, tags)
        elif len(word.text) > 3 and rng.random() < 0.02 * strength:
            yield from ((part, tags) for part in _split(rng, word))
        else:
            yield word, tags
    if held is not None:
        yield held


def _touch(a: Word, b: Word) -> bool:
    """Whether two words stand on one line, close enough to be read as one."""
    height = a.box.y1 - a.box.y0
    return abs(a.box.y0 - b.box.y0) < 0.3 * height and 0 <= b.box.x0 - a.box.x1 < 0.8 * height


def _misread(rng: random.Random, word: Word, strength: float) -> Word:
    confidence = 1 - abs(rng.gauss(0, 0.02 + 0.12 * strength))
    text = word.text
    if rng.random() < 0.08 * strength:
        at = rng.randrange(len(text))
        wrong = _CONFUSIONS.get(text[at])
        if wrong:
            text = text[:at] + (wrong if wrong == "rn" or wrong == "ri" else rng.choice(wrong)) + text[at + 1 :]
            confidence -= rng.uniform(0.05, 0.4)
    return Word(text, word.box, min(max(confidence, 0.05), 1.0))


def _split(rng: random.Random, word: Word) -> tuple[Word, Word]:
    at = rng.randrange(1, len(word.text))
    x = word.box.x0 + (word.box.x1 - word.box.x0) * at / len(word.text)
    left, right = word.box._replace(x1=x), word.box._replace(x0=x)
    return Word(word.text[:at], left, word.confidence), Word(word.text[at:], right, word.confidence)


def _moved(
    rng: random.Random, box: Box, page: Page, skew: float, shift: tuple[float, float], stretch: float, strength: float
) -> Box:
    """The box on a page laid crooked and a little off, its edges shaken; kept on the page and never empty."""
    ratio = page.width / page.height
    x, y = (box.x0 + box.x1) / 2 - 0.5, (box.y0 + box.y1) / 2 - 0.5
    x, y = x * math.cos(skew) - y * math.sin(skew) / ratio, x * math.sin(skew) * ratio + y * math.cos(skew)
    width, height = (box.x1 - box.x0) * stretch, (box.y1 - box.y0) * stretch
    shake = 0.1 * height * (0.3 + strength)
    x, y = x * stretch + 0.5 + shift[0], y * stretch + 0.5 + shift[1]
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    x0, y0, x1, y1 = (min(max(edge + rng.gauss(0, shake), 0.0), 1.0) for edge in edges)
    x0, y0 = min(x0, 0.9995), min(y0, 0.9995)
    return Box(x0, y0, max(x1, x0 + 0.0005), max(y1, y0 + 0.0005))
