"""docTR's recogniser as an engine, with weights of our own: words found by `segment`, read by `recognition`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from inference.ocr import recognition
from inference.ocr.engine import Found, Grey, Opinion
from inference.ocr.recognition import Letter, Recogniser, WeightsUnavailable
from inference.ocr.segment import Boxes, segment

NAME = "doctr"
SHIPPED = Path(__file__).parent.parent / "weights" / "ocr"
_MARGIN = 0.12  # of a word's height, around its ink


@dataclass(frozen=True)
class DocTR:
    recogniser: Recogniser
    name: str = NAME

    @property
    def digest(self) -> str:
        """Of the weights that read."""
        return f"{self.recogniser.card['architecture']} {self.recogniser.digest[:16]}"

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        """Words of all pages, their crops read together."""
        places = [_widened(segment(page), page) for page in pages]
        crops = [
            page[y0:y1, x0:x1] for page, boxes in zip(pages, places, strict=True) for x0, y0, x1, y1 in boxes.tolist()
        ]
        said = iter(self.recogniser.read(crops))
        return [[word for box in boxes.tolist() for word in _words(box, next(said))] for boxes in places]

    def words(self, crops: Sequence[Grey]) -> list[Opinion]:
        """What each crop says; a space in it is left out."""
        return [_opinion(letters) for letters in self.recogniser.read(crops)]


def _opinion(letters: Sequence[Letter]) -> Opinion:
    read = [letter for letter in letters if letter.text != " "]
    return Opinion("".join(letter.text for letter in read), min((letter.confidence for letter in read), default=0.0))


def _widened(boxes: Boxes, page: Grey) -> Boxes:
    margin = np.maximum(1, np.rint(_MARGIN * (boxes[:, 3] - boxes[:, 1]))).astype(np.int32)[:, None]
    limit = np.array([page.shape[1], page.shape[0]], np.int32)
    return np.concatenate([np.maximum(boxes[:, :2] - margin, 0), np.minimum(boxes[:, 2:] + margin, limit)], 1)


def _words(box: Sequence[int], letters: Sequence[Letter]) -> Iterator[Found]:
    """What was read in a box, cut at spaces. A word is as sure as its least sure letter."""
    x0, y0, x1, y1 = box
    start = 0
    ends = [at for at, letter in enumerate(letters) if letter.text == " "]
    for end in (*ends, len(letters)):
        word = letters[start:end]
        if word:
            left = x0 if start == 0 else x0 + (x1 - x0) * (letters[start - 1].at + word[0].at) / 2
            right = x1 if end == len(letters) else x0 + (x1 - x0) * (word[-1].at + letters[end].at) / 2
            text = "".join(letter.text for letter in word)
            yield Found(text, left, y0, max(right, left + 1), y1, min(letter.confidence for letter in word))
        start = end + 1


def weights_folder(brought: Path | None) -> Path:
    """The operator's own weights where there are any, else the shipped ones."""
    return brought if brought is not None and (brought / recognition.CARD).is_file() else SHIPPED


@cache
def installed(brought: Path | None = None) -> DocTR | None:
    """The engine with the operator's own weights or the shipped ones; None where they cannot be believed."""
    try:
        return DocTR(recognition.load(weights_folder(brought)))
    except WeightsUnavailable:
        return None
