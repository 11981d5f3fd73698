"""Words put back into text lines, runs and blocks, so that "left of" and "above" can be asked.

All geometry stays normalised to the page (0..1). `em` is a line's height measured along x, so that distances in both
directions can be compared on a page of any shape.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from inference.types import Box, Page, Reading, Word

if TYPE_CHECKING:
    from inference.extraction.labels import Label

COLUMN_GAP = 1.1  # ems between words from which on they belong to different runs; a normal space is 0.25 to 0.6
TOWERING = 3.0  # times the usual height of a word
FAR = 10.0  # pages; a box beyond says nothing of where its word stands, and its arithmetic overflows
GAP = "\t"


@dataclass(frozen=True)
class Line:
    """Words that share a baseline, left to right. `text` joins them with a space, or a tab where a column gap lies.

    `scanned` says that OCR read it.
    """

    page: int
    index: int  # position in Layout.lines
    words: tuple[int, ...]
    boxes: tuple[Box, ...]
    starts: tuple[int, ...]  # where each word begins in `text`
    text: str
    box: Box
    em: float
    scanned: bool = False
    labels: dict[int, tuple["Label", ...]] = field(default_factory=dict, compare=False, repr=False)
    """What `labels.find_labels` found on it, by the identity of the lexicon: the same is asked in many places."""

    def words_of(self, start: int, end: int) -> tuple[int, int]:
        """First and last word (positions in this line) that text[start:end] touches."""
        return max(bisect_right(self.starts, start) - 1, 0), max(bisect_right(self.starts, max(end - 1, start)) - 1, 0)

    def span(self, start: int, end: int) -> tuple[tuple[int, ...], Box]:
        """Page words and box of text[start:end]; a part of a word gets its share of the word's width."""
        first, last = self.words_of(start, end)
        left, right = self.boxes[first], self.boxes[last]
        x0 = left.x0 + (left.x1 - left.x0) * self._share(first, start)
        x1 = right.x0 + (right.x1 - right.x0) * self._share(last, end)
        boxes = self.boxes[first : last + 1]
        box = Box(min(x0, x1), min(b.y0 for b in boxes), max(x0, x1), max(b.y1 for b in boxes))
        return self.words[first : last + 1], box

    def _share(self, word: int, position: int) -> float:
        begin = self.starts[word]
        finish = self.starts[word + 1] - 1 if word + 1 < len(self.starts) else len(self.text)
        return min(max((position - begin) / max(finish - begin, 1), 0.0), 1.0)

    @cached_property
    def runs(self) -> tuple["Run", ...]:
        """The stretches of text between column gaps."""
        runs, start = [], 0
        for part in self.text.split(GAP):
            if part:
                runs.append(self.part(start, start + len(part)))
            start += len(part) + 1
        return tuple(runs)

    def run_at(self, position: int) -> "Run | None":
        """The run that holds this place of the text; None in a gap."""
        return next((run for run in self.runs if run.start <= position < run.end), None)

    def part(self, start: int, end: int) -> "Run":
        """text[start:end] with its place."""
        return Run(self, start, end, self.text[start:end], self.span(start, end)[1])


@dataclass(frozen=True)
class Run:
    """Text without a column gap: a label, a value, one line of an address."""

    line: Line
    start: int
    end: int
    text: str
    box: Box


@dataclass(frozen=True)
class Layout:
    """A document's lines, page by page, top to bottom."""

    pages: tuple[Page, ...]
    lines: tuple[Line, ...]
    _pages: dict[int, tuple[int, int]]

    def page_lines(self, page: int) -> tuple[Line, ...]:
        start, end = self._pages.get(page, (0, 0))
        return self.lines[start:end]

    def below(self, line: Line, height: float) -> tuple[Line, ...]:
        """The lines that begin within `height` line heights under the line, nearest first, twelve at most."""
        _, end = self._pages[line.page]
        limit = line.box.y1 + height * (line.box.y1 - line.box.y0)
        found = []
        for other in self.lines[line.index + 1 : min(end, line.index + 13)]:
            if other.box.y0 > limit:
                break
            found.append(other)
        return tuple(found)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for line in self.lines for run in line.runs)

    def block(self, run: Run, limit: int = 8, centred: bool = False) -> list[Run]:
        """The run and what stands under it in the same left-aligned column, until a gap of more than 1.2 lines.

        `centred`: or about the same middle or right edge, as letterheads are set.
        """
        block = [run]
        height = max(run.box.y1 - run.box.y0, 1e-4)
        for line in self.below(run.line, 2.2 * limit):
            last = block[-1]
            if line.box.y0 - last.box.y1 > 1.2 * height and _nearest(line.runs, last, line.em, centred) is not None:
                break
            follower = _nearest(line.runs, last, line.em, centred)
            if follower is not None and follower.box.y0 - last.box.y1 <= 1.2 * height:
                block.append(follower)
            if len(block) == limit:
                break
        return block


def _nearest(runs: tuple[Run, ...], above: Run, em: float, centred: bool) -> Run | None:
    """The run that begins where the one above begins; else, if centred, one with its middle or its right edge."""
    aligned = [run for run in runs if abs(run.box.x0 - above.box.x0) < 1.2 * em]
    if not aligned and centred:
        middle = above.box.x0 + above.box.x1
        aligned = [
            run
            for run in runs
            if abs(run.box.x1 - above.box.x1) < 0.8 * em or abs(run.box.x0 + run.box.x1 - middle) < 1.6 * em
        ]
    return aligned[0] if aligned else None


def layout(reading: Reading) -> Layout:
    """All lines of all pages. Words far from their page, or nowhere, are left out."""
    lines: list[Line] = []
    pages: dict[int, tuple[int, int]] = {}
    for page in reading.pages:
        start = len(lines)
        aspect = page.height / page.width if page.width > 0 and page.height > 0 else 1.414
        for group in _group(page.words):
            lines.append(_line(page, group, len(lines), aspect if isfinite(aspect) else 1.414))
        pages[page.number] = (start, len(lines))
    return Layout(reading.pages, tuple(lines), pages)


def _group(words: tuple[Word, ...]) -> list[list[int]]:
    """Word positions by line. Words that tower over the rest (stamps, watermarks) never join the lines they cross."""
    usable = [i for i, word in enumerate(words) if word.text.strip() and all(abs(edge) < FAR for edge in word.box)]
    heights = sorted(words[i].box.y1 - words[i].box.y0 for i in usable)
    tall = TOWERING * heights[len(heights) // 2] if heights else 0.0
    towering = [i for i in usable if words[i].box.y1 - words[i].box.y0 > tall]
    groups = _baselines([i for i in usable if words[i].box.y1 - words[i].box.y0 <= tall], words)
    if towering:
        groups += _baselines(towering, words)
        groups.sort(key=lambda group: sum(words[i].box.y0 + words[i].box.y1 for i in group) / len(group))
    return groups


def _baselines(usable: list[int], words: tuple[Word, ...]) -> list[list[int]]:
    usable.sort(key=lambda i: words[i].box.y0 + words[i].box.y1)
    groups: list[list[int]] = []
    middle = height = 0.0
    for i in usable:
        box = words[i].box
        y, h = (box.y0 + box.y1) / 2, max(box.y1 - box.y0, 1e-4)
        if (groups and abs(y - middle) <= 0.45 * min(height, h)) or (
            groups and abs(y - middle) <= 0.25 * max(height, h)
        ):
            count = len(groups[-1])
            groups[-1].append(i)
            middle = (middle * count + y) / (count + 1)
            height = max(height, h)
        else:
            groups.append([i])
            middle, height = y, h
    for group in groups:
        group.sort(key=lambda i: words[i].box.x0)
    return groups


def _line(page: Page, group: list[int], index: int, aspect: float) -> Line:
    boxes = tuple(page.words[i].box for i in group)
    heights = sorted(box.y1 - box.y0 for box in boxes)
    em = max(heights[len(heights) // 2] * aspect, 1e-4)
    text, starts, right = "", [], boxes[0].x0
    for i, box in zip(group, boxes, strict=True):
        if text:
            text += GAP if box.x0 - right > COLUMN_GAP * em else " "
        starts.append(len(text))
        text += page.words[i].text.replace(GAP, " ").strip()
        right = max(right, box.x1)
    outline = Box(boxes[0].x0, min(b.y0 for b in boxes), right, max(b.y1 for b in boxes))
    return Line(page.number, index, tuple(group), boxes, tuple(starts), text, outline, em, bool(page.digest))
