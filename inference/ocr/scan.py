"""Around an engine: a scanned page is set upright and straight, read, and the words put back where they lie on it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from inference.ocr.engine import Found, Grey, OcrEngine, WordReader
from inference.ocr.order import reading_order
from inference.ocr.photo import find_sheet, flattened
from inference.ocr.pose import Pose, is_sideways, straightened
from inference.ocr.second import asked, doubtful, missed
from inference.types import Box, Scan, Word

_SPREAD = 12  # tones; a page with less between its light and dark is blank
_PAPER = 128  # tones; a darker page is not paper
_LEAST = 8  # pixels
_SURE = 0.6
_ENOUGH = 0.55  # of the letters read surely: the page is the right way up
_THINNEST = 0.0001  # of the page's width
_RULES = "|¦_—–-=~"  # what an engine makes of ruled lines


class Seen(NamedTuple):
    """Words in reading order; `empty` where there are none because there is next to no ink: the back of a sheet.

    `asked` says whether the second engine was asked about any of them.
    """

    words: tuple[Word, ...]
    empty: bool = False
    asked: bool = False


def read_scan(engine: OcrEngine, scan: Scan, second: WordReader | None = None) -> Seen:
    """One page; the second engine is asked about words of which the first is not sure. Raises `EngineFailed`."""
    picture = np.frombuffer(scan.tones, np.uint8).reshape(scan.height, scan.width)
    if min(picture.shape) < _LEAST:
        return Seen(())
    if _is_blank(picture):
        return Seen((), empty=True)
    sheet = find_sheet(picture)
    page = picture if sheet is None else flattened(picture, sheet)
    pose = Pose(scan.width, scan.height, sheet, int(is_sideways(page)))
    found, straight, pose = _read(engine, page, pose)
    if not found and _has_little_ink(page):
        return Seen((), empty=True)
    if _sure_share(found) < _ENOUGH:
        other, other_straight, other_pose = _read(engine, page, pose._replace(turns=pose.turns + 2))
        if _weight(other) > _weight(found):
            found, straight, pose = other, other_straight, other_pose
    if second is None:
        return Seen(tuple(_words(found, pose)))
    doubts, more = doubtful(found), missed(second, straight, found)
    seen = [*asked(second, straight, found, doubts), *more]
    return Seen(tuple(_words(seen, pose)), asked=bool(doubts or more))


def _is_blank(page: Grey) -> bool:
    """Whether nothing can stand on it: light, and one tone all over but for specks."""
    low, middle, high = np.percentile(_sample(page), (0.05, 50, 99.95))
    return bool(high - low < _SPREAD and middle > _PAPER)


def _has_little_ink(page: Grey) -> bool:
    """Whether less than a hundredth of it is darker than its paper, and its paper is light."""
    dark, middle = np.percentile(_sample(page), (1, 50))
    return bool(middle > _PAPER and dark > 0.75 * middle)


def _sample(page: Grey) -> Grey:
    return page[:: max(1, page.shape[0] // 800), :: max(1, page.shape[1] // 800)]


def _read(engine: OcrEngine, page: Grey, pose: Pose) -> tuple[list[Found], Grey, Pose]:
    straight, pose = straightened(page, pose)
    return list(_without_rules(engine.read([straight])[0])), straight, pose


def _without_rules(found: Sequence[Found]) -> Iterator[Found]:
    """Words without the ruled lines that were read beside them; marks of one sign are kept, upright lines never."""
    for word in found:
        text = word.text.strip("|¦")
        if text and (len(text) == 1 or text.strip(_RULES)):
            yield word._replace(text=text)


def _sure_share(found: Sequence[Found]) -> float:
    letters = sum(len(word.text) for word in found)
    return _weight(found) / letters if letters else 0.0


def _weight(found: Sequence[Found]) -> int:
    """Letters and digits in words of some length that are read surely."""
    return sum(sum(map(str.isalnum, word.text)) for word in found if word.confidence > _SURE and len(word.text) > 1)


def _words(found: Sequence[Found], pose: Pose) -> Iterator[Word]:
    """Found words in reading order as the engine saw them, with boxes on the page as it came."""
    for word in reading_order(found):
        corners = [pose.back(x, y) for x in (word.x0, word.x1) for y in (word.y0, word.y1)]
        xs, ys = ([min(max(corner[axis], 0.0), 1.0) for corner in corners] for axis in (0, 1))
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if box.x1 - box.x0 > _THINNEST and box.y1 > box.y0:
            yield Word(word.text, Box(*(round(edge, 5) for edge in box)), round(word.confidence, 4))
