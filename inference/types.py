"""What readers produce and extractors consume. Everything here is frozen and knows no database.

Geometry: a `Box` is normalised to the page as a person sees it (rotation applied): 0..1, origin top-left.
Confidence: the probability, 0..1, that the value is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

Value = Decimal | date | str


class Box(NamedTuple):
    """A rectangle on a page, each edge a fraction of the page's width or height."""

    x0: float
    y0: float
    x1: float
    y1: float

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


class Word(NamedTuple):
    """One word as printed; no whitespace inside."""

    text: str
    box: Box
    confidence: float = 1.0


class Scan(NamedTuple):
    """A page as a picture: `tones` holds a byte per pixel (0 black, 255 white), row after row from the top."""

    width: int
    height: int
    tones: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its size in points (1/72 inch), its words in reading order, and which reader found them.

    `needs_ocr` is True when the page shows something but has no usable text; `words` is then empty. Where OCR read the
    page, `digest` names its exact weights and `cause` says why the text of the file was not taken. `pictures` are the
    places of pictures on a page with text, which may hold print.
    """

    number: int  # from 1
    width: float
    height: float
    words: tuple[Word, ...]
    reader: str
    needs_ocr: bool = False
    digest: str = ""
    cause: str = ""
    pictures: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All pages of one document as words."""

    pages: tuple[Page, ...]

    @property
    def needs_ocr(self) -> bool:
        return any(page.needs_ocr for page in self.pages)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of words that can be read as a typed value (`kind` as in `inference.fields`)."""

    kind: str
    raw: str
    value: Value
    page: int
    box: Box
    words: tuple[int, ...]  # positions in the page's words


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of the same field, for a person to pick."""

    raw: str
    value: Value
    confidence: float
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class FieldPrediction:
    """One field as one reader understands it. `reasons` says in words, for a person, why there is doubt.

    `page` and `box` are None only for values that are not printed (a computed sum, a currency implied by a country).
    """

    name: str
    raw: str
    value: Value
    confidence: float
    reader: str
    page: int | None = None
    box: Box | None = None
    alternatives: tuple[Alternative, ...] = ()
    reasons: tuple[str, ...] = ()


Row = Mapping[str, FieldPrediction]
"""One line item or tax line: cell name (see `inference.fields`) to its prediction."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything one extractor says about one document. `digest` names the exact model or rule set."""

    reader: str
    digest: str
    fields: Mapping[str, FieldPrediction]
    line_items: tuple[Row, ...] = ()
    tax_lines: tuple[Row, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
