"""A second engine's opinion of the words that the first is not sure of: agreement makes them surer, dissent less."""

from collections.abc import Sequence

import numpy as np

from inference.ocr.engine import Found, Grey, Opinion, WordReader

_DOUBTFUL = 0.85  # of confidence; surer words are not asked about
_MOST = 120  # words of a page
_MARGIN = 0.12  # of a word's height, around it
_LEAST = 0.05
_MOST_SURE = 0.99
_OVERRULED = 0.3  # of confidence: below it the second engine's word stands where that one is sure
_SURE = 0.9


def doubtful(found: Sequence[Found]) -> list[int]:
    """Positions of the words to ask about, the least sure first."""
    unsure = ((word.confidence, at) for at, word in enumerate(found) if word.confidence < _DOUBTFUL)
    return [at for _, at in sorted(unsure) if any(map(str.isalnum, found[at].text))][:_MOST]


def asked(second: WordReader, page: Grey, found: Sequence[Found], doubts: Sequence[int]) -> list[Found]:
    """The words, those at `doubts` as both engines see them."""
    words = list(found)
    for at, opinion in zip(doubts, second.words([_crop(page, found[at]) for at in doubts]), strict=True):
        words[at] = agreed(found[at], opinion)
    return words


def agreed(word: Found, other: Opinion) -> Found:
    """Two readings of one word as one."""
    if word.text == other.text:
        sure = 1 - (1 - word.confidence) * (1 - other.confidence)
        return word._replace(confidence=min(_MOST_SURE, sure))
    less = 1 - other.confidence / 2
    if word.confidence < _OVERRULED and other.confidence > _SURE:
        return word._replace(text=other.text, confidence=other.confidence / 2)
    return word._replace(confidence=max(_LEAST, word.confidence * less))


def _crop(page: Grey, word: Found) -> Grey:
    margin = max(2, round(_MARGIN * (word.y1 - word.y0)))
    y0, y1 = max(0, round(word.y0) - margin), min(page.shape[0], round(word.y1) + margin)
    x0, x1 = max(0, round(word.x0) - margin), min(page.shape[1], round(word.x1) + margin)
    return np.ascontiguousarray(page[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])
