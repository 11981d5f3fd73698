"""What the generator makes: drawn pages, and the sample (reading, labels, truth) read off them.

Drawn geometry is in points (1/72 inch), origin top-left, y down to the baseline.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from inference.types import Reading


class Label(NamedTuple):
    """What a word is part of: a header field (`row` -1), or a cell of `line_items` or `tax_lines` (row from 0).

    Not `sure`: it may be or not, and nothing is learned of it.
    """

    name: str
    row: int = -1
    cell: str = ""
    sure: bool = True


class Piece(NamedTuple):
    """A stretch of text within a printed line, and what it is part of."""

    text: str
    labels: tuple[Label, ...] = ()


class Line(NamedTuple):
    """One line of text as laid out: `width` is its advance width, `x` its left edge, `baseline` its foot."""

    x: float
    baseline: float
    width: float
    pieces: tuple[Piece, ...]
    font: str
    size: float
    bold: bool = False
    grey: float = 0.0
    angle: float = 0.0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class Shape(NamedTuple):
    """A drawn path: `kind` is line, rect or circle; colours are (r, g, b) in 0..1, None where not filled or stroked."""

    kind: str
    x0: float
    y0: float
    x1: float
    y1: float
    fill: tuple[float, float, float] | None = None
    stroke: tuple[float, float, float] | None = None
    width: float = 0.5


@dataclass(slots=True)
class Sheet:
    """One page being drawn."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)


WordLabels = tuple[tuple[tuple[Label, ...], ...], ...]
"""For each page, for each word, the labels it carries (mostly none or one)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One generated document. `fields`, `line_items`, `tax_lines` hold the canonical text of what is printed, no more.

    `family` names the layout family (its style parameters joined by dots); hold families out by this name.
    `known`: the outputs of the network that the labels tell wholly; None where that is all.
    """

    seed: int
    reading: Reading
    labels: WordLabels
    fields: Mapping[str, str]
    line_items: tuple[Mapping[str, str], ...]
    tax_lines: tuple[Mapping[str, str], ...]
    alternatives: Mapping[str, tuple[str, ...]]
    document_type: str
    language: str
    country: str
    family: str
    sheets: tuple[Sheet, ...]
    known: frozenset[str] | None = None
