"""What an OCR engine is: from a picture of an upright, straight page to words. Engines: `tesseract`, `doctr`."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""Tones [height, width]: 0 black, 255 white."""


class EngineFailed(Exception):
    """The engine gave no answer for this page: it crashed, or took too long."""


class Found(NamedTuple):
    """A word, its box in pixels of the picture, and how sure the engine is of its least sure part, 0..1."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float


class Opinion(NamedTuple):
    """What the picture of one word says, and how sure that is of its least sure part, 0..1."""

    text: str
    confidence: float


class OcrEngine(Protocol):
    """Reads pages. `name` is stored with what it read; `digest` names program and weights exactly."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        """The words of each page, in the order of reading. Raises EngineFailed."""
        ...


class WordReader(Protocol):
    """Reads pictures of single words."""

    @property
    def digest(self) -> str: ...

    @property
    def name(self) -> str: ...

    def words(self, crops: Sequence[Grey]) -> list[Opinion]:
        """What each crop says."""
        ...
