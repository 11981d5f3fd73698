"""The direct path: words, boxes and labels straight from the drawn lines, without a PDF."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain

from inference.training.synthetic.fonts import widths
from inference.training.synthetic.sample import Label, Line, Sheet, WordLabels
from inference.types import Box, Page, Reading, Word

PrintedWord = tuple[str, float, float, tuple[Label, ...]]
"""Text, left and right edge in points along the line, labels."""


def words_of(line: Line) -> Iterator[PrintedWord]:
    """Split a line into words at white space. A word that spans pieces carries the labels of all of them."""
    table = widths(line.font, line.bold)
    natural = sum([table.get(char, 0.6) for piece in line.pieces for char in piece.text]) * line.size
    scale = line.size * (line.width / natural if natural else 1.0)
    at = start = line.x
    text, labels = "", dict[Label, None]()
    for char, marks in chain(((char, piece.labels) for piece in line.pieces for char in piece.text), ((" ", ()),)):
        if char.isspace():
            if text:
                yield text, start, at, tuple(labels)
            at += table.get(char, 0.3) * scale
            text, start, labels = "", at, {}
            continue
        text += char
        if marks:
            labels.update(dict.fromkeys(marks))
        at += table.get(char, 0.6) * scale
    return


def _box(x0: float, x1: float, line: Line, sheet: Sheet) -> Box:
    up, down = line.size * 0.74, line.size * 0.2
    corners = ((x0, -up), (x1, -up), (x0, down), (x1, down))
    if line.angle:
        sin, cos = math.sin(math.radians(line.angle)), math.cos(math.radians(line.angle))
        turned = [
            (line.x + (x - line.x) * cos + y * sin, line.baseline - (x - line.x) * sin + y * cos) for x, y in corners
        ]
    else:
        turned = [(x, line.baseline + y) for x, y in corners]
    xs, ys = [x / sheet.width for x, _ in turned], [y / sheet.height for _, y in turned]
    return Box(max(min(xs), 0.0), max(min(ys), 0.0), min(max(xs), 1.0), min(max(ys), 1.0))


def read_sheets(sheets: Iterable[Sheet]) -> tuple[Reading, WordLabels]:
    """All words of the drawn pages in drawing order, and the labels of each."""
    pages, labels = [], []
    for number, sheet in enumerate(sheets, 1):
        words, marks = [], []
        for line in sheet.lines:
            for text, x0, x1, tags in words_of(line):
                box = _box(x0, x1, line, sheet)
                if box.x1 > box.x0 and box.y1 > box.y0:
                    words.append(Word(text, box))
                    marks.append(tags)
        pages.append(Page(number, sheet.width, sheet.height, tuple(words), "synthetic"))
        labels.append(tuple(marks))
    return Reading(tuple(pages)), tuple(labels)
