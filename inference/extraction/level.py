"""Pages laid crooked, sideways or upside down, put level for those who read them; and answers put back on the page.

OCR gives words in reading order with boxes on the page as it came. From these alone it shows how the page lies: words
of a line follow each other in the direction of reading, and a line's slope is the page's. On a photograph taken from
aside the slope changes from top to bottom.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np

from inference.types import Box, Extraction, FieldPrediction, Page, Reading, Row, Word

_TELLING = 3  # letters; shorter words are often taller than wide
_STEEPEST = 0.2  # of the page's height over its width
_STRAY = 0.01  # a line whose slope differs by more counts for less
_LEAST = 0.001  # a smaller slope is left alone
_DOUBT = 0.5  # of fan: as much evidence as so many lines over the whole width are needed before it is believed


@dataclass(frozen=True, slots=True)
class Lie:
    """How a page lies: quarter turns clockwise that set it upright; then how much its lines fall over the whole width,
    in page heights: `slope` in its middle, and `fan` more at its foot than at its head.

    `aspect` is the upright page's height over its width.
    """

    turns: int = 0
    slope: float = 0.0
    fan: float = 0.0
    aspect: float = 1.0

    def level(self, box: Box) -> Box:
        """A box on the page as it came, where it lies once the page is level."""
        x0, y0, x1, y1 = _turned(box, self.turns)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        fall = self._fall(y)
        wide, high = x1 - x0, y1 - y0
        high = max(high - abs(fall) * wide, 0.5 * high)
        return _around(x + self._lean * (y - 0.5), y - fall * (x - 0.5), wide, high)

    def laid(self, box: Box) -> Box:
        """A box on the level page, where it lies on the page as it came."""
        x0, y0, x1, y1 = box
        right, down = (x0 + x1) / 2, (y0 + y1) / 2
        x, y = right, down
        for _ in range(4):  # each of the two depends on the other, but little
            x = right - self._lean * (y - 0.5)
            y = down + self._fall(y) * (x - 0.5)
        laid = _around(x, y, x1 - x0, y1 - y0 + abs(self._fall(y)) * (x1 - x0))
        return Box(*(round(min(max(edge, 0.0), 1.0), 5) for edge in _turned(laid, -self.turns)))

    def _fall(self, y: float) -> float:
        return self.slope + self.fan * (y - 0.5)

    @property
    def _lean(self) -> float:
        """How far the left edge of a page turned by this slope leans over its whole height, in page widths."""
        return self.slope * self.aspect**2


LEVEL = Lie()


def levelled(reading: Reading) -> tuple[Reading, dict[int, Lie]]:
    """The reading with the pages that OCR read set upright and level; and how each page that was not lay, by number."""
    lies = {page.number: lie for page in reading.pages if page.digest and (lie := lie_of(page)) != LEVEL}
    pages = (_levelled(page, lies[page.number]) if page.number in lies else page for page in reading.pages)
    return (Reading(tuple(pages)) if lies else reading), lies


def laid(said: Extraction, lies: Mapping[int, Lie]) -> Extraction:
    """An extraction of a levelled reading with its boxes on the pages as they came."""
    if not lies:
        return said
    items, taxes = (tuple(_row(row, lies) for row in rows) for rows in (said.line_items, said.tax_lines))
    return replace(said, fields=_row(said.fields, lies), line_items=items, tax_lines=taxes)


def lie_of(page: Page) -> Lie:
    """How a page lies by its words; LEVEL where they do not show that it lies otherwise."""
    turns = _turns(page)
    boxes = [_turned(word.box, turns) for word in page.words]
    width, height = (page.height, page.width) if turns % 2 else (page.width, page.height)
    slope, fan = _slope(boxes)
    aspect = height / width if width > 0 else 1.0
    return Lie(turns, slope, fan, aspect) if turns or max(abs(slope), abs(slope) + abs(fan) / 2) >= _LEAST else LEVEL


def _levelled(page: Page, lie: Lie) -> Page:
    words = tuple(Word(word.text, lie.level(word.box), word.confidence) for word in page.words)
    width, height = (page.height, page.width) if lie.turns % 2 else (page.width, page.height)
    return replace(page, width=width, height=height, words=words)


def _turns(page: Page) -> int:
    """Quarter turns clockwise that set the page upright: lines run along the words' longer sides, first words first."""
    telling = [word.box for word in page.words if len(word.text) >= _TELLING]
    shapes = [(box.x1 - box.x0) * page.width / max((box.y1 - box.y0) * page.height, 1e-6) for box in telling]
    sideways = len(shapes) >= _TELLING and median(shapes) < 1
    boxes = [_turned(word.box, 3) if sideways else word.box for word in page.words]
    steps = [right.x0 - left.x0 for left, right in pairwise(boxes) if _beside(left, right)]
    backwards = sum(step < 0 for step in steps) > sum(step > 0 for step in steps)
    return 3 * sideways + 2 * backwards & 3


def _beside(left: Box, right: Box) -> bool:
    """Whether two boxes stand on one line."""
    shared = min(left.y1, right.y1) - max(left.y0, right.y0)
    return shared >= 0.5 * min(left.y1 - left.y0, right.y1 - right.y0)


def _slope(boxes: Sequence[Box]) -> tuple[float, float]:
    """Slope in the middle and fan of lines, by weighted least squares; lines that go astray lose their weight."""
    lines = [_fit(line) for line in _lines(boxes) if len(line) > 1]
    if not lines:
        return 0.0, 0.0
    slopes, weights, down = np.array(lines).T
    slope, fan = float(np.median(slopes)), 0.0
    for _ in range(4):
        sure = weights / (1 + ((slopes - slope - fan * down) / _STRAY) ** 2)
        middle = float((sure * down).sum() / sure.sum())
        spread = down - middle
        fan = float((sure * spread * slopes).sum() / ((sure * spread**2).sum() + _DOUBT))
        slope = float((sure * slopes).sum() / sure.sum()) - fan * middle
    return float(np.clip(slope, -_STEEPEST, _STEEPEST)), float(np.clip(fan, -_STEEPEST, _STEEPEST))


def _lines(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    """Words that follow each other on one line."""
    line: list[Box] = []
    for box in boxes:
        if line and not _follows(line[-1], box):
            yield line
            line = []
        line.append(box)
    if line:
        yield line


def _follows(left: Box, right: Box) -> bool:
    away = abs(left.y0 + left.y1 - right.y0 - right.y1) / 2
    return right.x0 > left.x0 and away <= 0.5 * min(_high(left), _high(right)) + _STEEPEST * (right.x0 - left.x0)


def _high(box: Box) -> float:
    return box.y1 - box.y0


def _fit(line: Sequence[Box]) -> tuple[float, float, float]:
    """A line's slope, what it weighs, and how far below the page's middle it stands."""
    x, y = (np.array([(box[axis] + box[axis + 2]) / 2 for box in line]) for axis in (0, 1))
    across = x - x.mean()
    weight = float((across**2).sum()) + 1e-9
    return float((across * (y - y.mean())).sum()) / weight, weight, float(y.mean()) - 0.5


def _turned(box: Box, turns: int) -> Box:
    """A box on the page turned clockwise by so many quarters."""
    for _ in range(turns % 4):
        box = Box(1 - box.y1, box.x0, 1 - box.y0, box.x1)
    return box


def _around(x: float, y: float, wide: float, high: float) -> Box:
    return Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _row(row: Row, lies: Mapping[int, Lie]) -> dict[str, FieldPrediction]:
    return {name: _prediction(field, lies) for name, field in row.items()}


def _prediction(field: FieldPrediction, lies: Mapping[int, Lie]) -> FieldPrediction:
    others = tuple(replace(other, box=_box(other.page, other.box, lies)) for other in field.alternatives)
    if field.page is None or field.box is None:
        return replace(field, alternatives=others)
    return replace(field, box=_box(field.page, field.box, lies), alternatives=others)


def _box(page: int, box: Box, lies: Mapping[int, Lie]) -> Box:
    return lies[page].laid(box) if page in lies else box
