"""Paper to lay texts out on: pages of A4 whose words have boxes. A reading and a drawing come from the same layout.

Lengths are points from the top left corner.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from inference.types import Box, Page, Reading, Word

READER = "xml"
WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP, BOTTOM = 48.0, 547.0, 56.0, 790.0
SMALL, NORMAL, LARGE = 8.0, 9.5, 19.0
LEADING = 1.32
ASCENT, DESCENT = 0.8, 0.22  # of the font's size; what the box of a word spans
LONGEST_TEXT = 4000  # characters of one value that are laid out

Face = Literal["Roboto", "Roboto-Bold"]
PLAIN: Face = "Roboto"
BOLD: Face = "Roboto-Bold"
FACES = (PLAIN, BOLD)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text on one line. `y` is its baseline; `name` the field or cell it shows, '' for anything else."""

    x: float
    y: float
    size: float
    face: Face
    text: str
    name: str = ""
    grey: bool = False


@dataclass(slots=True)
class Sheet:
    """Pages of texts; `rules` are horizontal lines as (x0, x1, y) by page."""

    pages: list[list[Text]] = field(default_factory=lambda: [[]])
    rules: list[list[tuple[float, float, float]]] = field(default_factory=lambda: [[]])
    y: float = TOP

    def room(self, height: float) -> None:
        """Begin a new page where `height` is not left on this one."""
        if self.y + height > BOTTOM:
            self.pages.append([])
            self.rules.append([])
            self.y = TOP

    def put(
        self,
        x: float,
        text: str,
        name: str = "",
        *,
        size: float = NORMAL,
        face: Face = PLAIN,
        right: bool = False,
        grey: bool = False,
    ) -> None:
        """`right`: x is where the text ends."""
        start = x - width(text, size, face) if right else x
        self.pages[-1].append(Text(start, self.y, size, face, text, name, grey))

    def down(self, size: float = NORMAL, times: float = 1.0) -> None:
        self.y += size * LEADING * times

    def rule(self, x0: float = LEFT, x1: float = RIGHT) -> None:
        self.rules[-1].append((x0, x1, self.y - NORMAL * 0.95))


def reading(sheet: Sheet) -> Reading:
    """The words of all pages with their boxes."""
    return Reading(
        tuple(
            Page(number, WIDTH, HEIGHT, tuple(word for text in texts for word in _words(text)), READER)
            for number, texts in enumerate(sheet.pages, start=1)
        )
    )


def places(sheet: Sheet) -> dict[str, tuple[int, Box]]:
    """Field or cell (`line_items.3.net_amount`) to the page and box of its value."""
    found: dict[str, tuple[int, Box]] = {}
    for number, texts in enumerate(sheet.pages, start=1):
        for text in texts:
            if text.name:
                box = _box(text.x, text.x + width(text.text, text.size, text.face), text)
                page, first = found.get(text.name, (number, box))
                if page == number:
                    found[text.name] = (number, first.union(box))
    return found


@cache
def fonts() -> dict[str, object]:
    """Registers the two faces with reportlab. Loaded once per process."""
    from font_roboto import Roboto, RobotoBold
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    faces: dict[str, object] = {}
    for name, path in ((PLAIN, Roboto), (BOLD, RobotoBold)):
        pdfmetrics.registerFont(TTFont(name, str(Path(path))))
        faces[name] = pdfmetrics.getFont(name)
    return faces


@cache
def _widths(face: Face) -> tuple[dict[int, float], float]:
    metrics = fonts()[face].face  # type: ignore[attr-defined]
    return dict(metrics.charWidths), float(metrics.defaultWidth)


def width(text: str, size: float, face: Face) -> float:
    """Points a text takes, without kerning, as the PDF draws it."""
    widths, default = _widths(face)
    return sum(widths.get(ord(character), default) for character in text) * size / 1000


def _box(x0: float, x1: float, text: Text) -> Box:
    edges = (x0 / WIDTH, (text.y - ASCENT * text.size) / HEIGHT, x1 / WIDTH, (text.y + DESCENT * text.size) / HEIGHT)
    return Box(*(round(min(max(edge, 0.0), 1.0), 5) for edge in edges))


def _words(text: Text) -> Iterator[Word]:
    space, x = width(" ", text.size, text.face), text.x
    for piece in text.text.split(" "):
        length = width(piece, text.size, text.face)
        if piece:
            yield Word(piece, _box(x, x + length, text))
        x += length + space


def wrapped(text: str, room: float, size: float, face: Face = PLAIN) -> list[str]:
    """Lines of at most `room` points; a word that is longer is broken."""
    lines: list[str] = []
    for paragraph in text[:LONGEST_TEXT].splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if width(longer, size, face) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, room, size, face)
            lines += full
        lines.append(line)
    return lines or [""]


def _broken(word: str, room: float, size: float, face: Face) -> list[str]:
    pieces, piece = [], ""
    for character in word:
        if piece and width(piece + character, size, face) > room:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]
