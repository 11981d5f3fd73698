"""Print inside pictures on a page with text of its own: a letterhead or a footer that is a picture, with the seller's
name, VAT number or account, stands in no text layer. Such pictures are read by OCR, and their words join the page's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from inference.ocr.engine import Grey, OcrEngine, WordReader
from inference.ocr.scan import read_scan
from inference.ocr.segment import segment
from inference.types import Box, Page, Scan, Word

_MOST = 6  # pictures of a page, the largest first
_BACKGROUND = 8  # words of the text layer; a picture under more of them is not print
_FEWEST = 6  # words that a picture must seem to hold: logos have fewer, and name nobody in a way that could be read
_MARGIN = 16  # pixels of paper around what is read
_SURE = 0.6
_MOST_SURE = 0.999  # so that words that were read stay apart from those of the text layer
_COVERED = 0.2


def with_pictures(page: Page, engine: OcrEngine, scan: Scan, second: WordReader | None) -> Page:
    """The page with the words that are printed in its pictures, each picture's before the text that lies below its
    top. `reader` and `digest` then name who read them. Raises `EngineFailed`."""
    tones = np.frombuffer(scan.tones, np.uint8).reshape(scan.height, scan.width)
    words, asked = list(page.words), False
    for box in _worth_reading(page):
        seen = read_scan(engine, _cut(tones, box), second) if _holds_print(tones, box) else None
        if seen is None:
            continue
        asked |= seen.asked
        new = [word for word in _placed(seen.words, box, scan) if _is_new(word, words)]
        at = next((at for at, word in enumerate(words) if word.box.y0 >= box.y0), len(words))
        words[at:at] = new
    if len(words) == len(page.words):
        return page
    readers: list[OcrEngine | WordReader] = [engine, second] if second is not None and asked else [engine]
    name, digest = "+".join(one.name for one in readers), " + ".join(one.digest for one in readers)
    return replace(page, words=tuple(words), reader=f"{page.reader}+{name}", digest=digest)


def _worth_reading(page: Page) -> Iterator[Box]:
    """Pictures that are no ground for text, from the top."""
    largest = sorted(page.pictures, key=lambda box: -(box.x1 - box.x0) * (box.y1 - box.y0))[:_MOST]
    for box in sorted(largest, key=lambda box: box.y0):
        if sum(_shared(word.box, box) > 0.5 for word in page.words) <= _BACKGROUND:
            yield box


def _pixels(tones: Grey, box: Box) -> Grey:
    height, width = tones.shape
    return tones[round(box.y0 * height) : round(box.y1 * height), round(box.x0 * width) : round(box.x1 * width)]


def _holds_print(tones: Grey, box: Box) -> bool:
    part = _pixels(tones, box)
    return min(part.shape) > _MARGIN and len(segment(np.ascontiguousarray(part))) >= _FEWEST


def _cut(tones: Grey, box: Box) -> Scan:
    part = _pixels(tones, box)
    paper = int(np.percentile(part, 90))
    framed = np.pad(part, _MARGIN, constant_values=paper)
    return Scan(framed.shape[1], framed.shape[0], framed.tobytes())


def _placed(found: Sequence[Word], box: Box, scan: Scan) -> Iterator[Word]:
    """Sure words of a cut, with boxes on the page."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    frame_x, frame_y = _MARGIN / scan.width, _MARGIN / scan.height
    for word in found:
        xs = [box.x0 - frame_x + edge * (wide + 2 * frame_x) for edge in (word.box.x0, word.box.x1)]
        ys = [box.y0 - frame_y + edge * (high + 2 * frame_y) for edge in (word.box.y0, word.box.y1)]
        if word.confidence >= _SURE and any(map(str.isalnum, word.text)):
            edges = (round(min(max(edge, 0.0), 1.0), 5) for edge in (xs[0], ys[0], xs[1], ys[1]))
            yield Word(word.text, Box(*edges), min(word.confidence, _MOST_SURE))


def _is_new(word: Word, known: Sequence[Word]) -> bool:
    """Whether no word stands there yet."""
    return all(_shared(word.box, other.box) < _COVERED for other in known)


def _shared(inner: Box, outer: Box) -> float:
    """The share of the inner box that lies in the outer one."""
    width = min(inner.x1, outer.x1) - max(inner.x0, outer.x0)
    height = min(inner.y1, outer.y1) - max(inner.y0, outer.y0)
    area = (inner.x1 - inner.x0) * (inner.y1 - inner.y0)
    return width * height / area if width > 0 and height > 0 and area > 0 else 0.0
