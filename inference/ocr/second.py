"""A second engine beside the first: asked about words in doubt, where agreement makes surer and dissent less sure, and
about print that the first passed over, as Tesseract does with columns that it takes for a picture.
"""

from collections.abc import Sequence

import numpy as np

from inference.ocr.engine import Found, Grey, Opinion, WordReader
from inference.ocr.segment import Boxes, segment

_DOUBTFUL = 0.85  # of confidence; surer words are not asked about
_MOST = 120  # words of a page
_MARGIN = 0.12  # of a word's height, around it
_LEAST = 0.05
_MOST_SURE = 0.99
_OVERRULED = 0.3  # of confidence: below it the second engine's word stands where that one is sure
_SURE = 0.9
_COVERED = 0.2  # of a piece of print: by a word that was read
_USUAL = (0.6, 1.7)  # heights of passed over print, in heights of the words that were read
_SHORTEST = 2  # characters; shorter is a speck as often as a sign


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


def missed(second: WordReader, page: Grey, found: Sequence[Found]) -> list[Found]:
    """Words that the first engine passed over and the second reads surely; none where the first found nothing."""
    if not found:
        return []
    places = _uncovered(segment(page), found)[:_MOST]
    pieces = [Found("", x0, y0, x1, y1, 0.0) for x0, y0, x1, y1 in places.tolist()]
    said = second.words([_crop(page, piece) for piece in pieces])
    return [
        piece._replace(text=opinion.text, confidence=opinion.confidence * _SURE)
        for piece, opinion in zip(pieces, said, strict=True)
        if opinion.confidence >= _SURE and len(opinion.text) >= _SHORTEST and any(map(str.isalnum, opinion.text))
    ]


def _uncovered(places: Boxes, found: Sequence[Found]) -> Boxes:
    """The places of usual height on which no word was found."""
    words = np.array([word[1:5] for word in found], np.float32)
    usual = float(np.median(words[:, 3] - words[:, 1]))
    heights = places[:, 3] - places[:, 1]
    places = places[(heights >= _USUAL[0] * usual) & (heights <= _USUAL[1] * usual)]
    low = np.maximum(places[:, None, :2], words[None, :, :2])
    high = np.minimum(places[:, None, 2:], words[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2).sum(1)
    free = shared < _COVERED * (places[:, 2:] - places[:, :2]).prod(1)
    return np.asarray(places[free], np.int32)


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
