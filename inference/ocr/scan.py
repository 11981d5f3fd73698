"""Around an engine: a scanned page is set upright and straight, read, and the words put back where they lie on it."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from inference.ocr.engine import Found, Grey, OcrEngine
from inference.ocr.order import reading_order
from inference.types import Box, Scan, Word

_SMALL = 700  # pixels of the longer side, on which the angle is measured
_MOST_SKEW = 5.0  # degrees
_FINE = 0.1  # degrees; less is not worth turning the page
_SPREAD = 12  # tones; a page with less between its light and dark is blank
_PAPER = 128  # tones; a darker page is not paper
_LEAST = 8  # pixels
_SURE = 0.6
_ENOUGH = 0.55  # of the letters read surely: the page is the right way up
_THINNEST = 0.0001  # of the page's width


class Pose(NamedTuple):
    """How a page was turned to be read: quarter turns clockwise, then degrees clockwise around its middle."""

    turns: int
    degrees: float


class Seen(NamedTuple):
    """Words in reading order; `empty` where there are none because there is next to no ink: the back of a sheet."""

    words: tuple[Word, ...]
    empty: bool = False


def read_scan(engine: OcrEngine, scan: Scan) -> Seen:
    """One page. Raises `engine.EngineFailed`."""
    page = np.frombuffer(scan.tones, np.uint8).reshape(scan.height, scan.width)
    if min(page.shape) < _LEAST:
        return Seen(())
    if _is_blank(page):
        return Seen((), empty=True)
    sideways = _is_sideways(page)
    found, pose = _read(engine, page, Pose(int(sideways), 0.0))
    if not found and _has_little_ink(page):
        return Seen((), empty=True)
    if _sure_share(found) < _ENOUGH:
        other, other_pose = _read(engine, page, Pose(int(sideways) + 2, 0.0))
        if _weight(other) > _weight(found):
            found, pose = other, other_pose
    return Seen(tuple(_words(found, pose, page.shape)))


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


def _read(engine: OcrEngine, page: Grey, pose: Pose) -> tuple[list[Found], Pose]:
    turned = np.ascontiguousarray(np.rot90(page, -pose.turns))
    degrees = skew(turned)
    if abs(degrees) >= _FINE:
        turned = _rotated(turned, degrees)
    return engine.read([turned])[0], Pose(pose.turns, degrees if abs(degrees) >= _FINE else 0.0)


def _sure_share(found: Sequence[Found]) -> float:
    letters = sum(len(word.text) for word in found)
    return _weight(found) / letters if letters else 0.0


def _weight(found: Sequence[Found]) -> int:
    """Letters and digits in words of some length that are read surely."""
    return sum(sum(map(str.isalnum, word.text)) for word in found if word.confidence > _SURE and len(word.text) > 1)


def _small(page: Grey) -> Grey:
    """The page's ink, shrunk: 255 where dark beside its surroundings."""
    height, width = page.shape
    scale = min(1.0, _SMALL / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    image = Image.fromarray(page).resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    tones = np.asarray(image, np.int16)
    around = np.asarray(image.reduce(8).resize(size, Image.Resampling.BILINEAR), np.int16)
    return np.where(around - tones > _SPREAD, np.clip((around - tones) * 2, 0, 255), 0).astype(np.uint8)


def _lines_show(ink: Grey) -> float:
    """How much rows differ from their neighbours: high where they run along lines of print."""
    profile = ink.sum(1, dtype=np.float64)
    return float(((profile[1:] - profile[:-1]) ** 2).sum() / max(float(profile.sum()), 1.0))


def _is_sideways(page: Grey) -> bool:
    """Whether lines of print run from top to bottom. Ruled lines count as little as they are thin."""
    ink = np.minimum(_small(page), 64)
    across, down = _lines_show(_straight(ink)), _lines_show(_straight(np.ascontiguousarray(ink.T)))
    return down > 1.15 * across


def _straight(ink: Grey) -> Grey:
    image = Image.fromarray(ink)
    tried = (image.rotate(angle, Image.Resampling.NEAREST) for angle in (-3, -1.5, 0, 1.5, 3))
    return np.asarray(max(tried, key=lambda turned: _lines_show(np.asarray(turned))))


def skew(page: Grey) -> float:
    """Degrees by which the page must be turned clockwise to make its lines level; 0 where it shows no lines."""
    image = Image.fromarray(_small(page))

    def shown(degrees: float) -> float:
        return _lines_show(np.asarray(image.rotate(-degrees, Image.Resampling.BILINEAR)))

    if not np.asarray(image).any():
        return 0.0
    best = float(max(np.arange(-_MOST_SKEW, _MOST_SKEW + 0.5), key=shown))
    for step in (0.5, 0.25, 0.1):
        best = max((best - step, best, best + step), key=shown)
    level = shown(0.0)
    return float(best) if level == 0 or shown(best) > 1.02 * level else 0.0


def _rotated(page: Grey, degrees: float) -> Grey:
    paper = int(np.percentile(page[::16, ::16], 75))
    return np.asarray(Image.fromarray(page).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=paper))


def _words(found: Sequence[Found], pose: Pose, shape: tuple[int, ...]) -> list[Word]:
    """Found words in reading order as the engine saw them, with boxes on the page as it came."""
    height, width = shape
    words = []
    for word in reading_order(found):
        corners = [_back(x, y, pose, width, height) for x in (word.x0, word.x1) for y in (word.y0, word.y1)]
        xs, ys = ([min(max(corner[axis], 0.0), 1.0) for corner in corners] for axis in (0, 1))
        box = Box(min(xs), min(ys), max(xs), max(ys))
        if box.x1 - box.x0 > _THINNEST and box.y1 > box.y0:
            words.append(Word(word.text, Box(*(round(edge, 5) for edge in box)), round(word.confidence, 4)))
    return words


def _back(x: float, y: float, pose: Pose, width: int, height: int) -> tuple[float, float]:
    """From a pixel of the turned page to fractions of the page as it came."""
    seen_width, seen_height = (height, width) if pose.turns % 2 else (width, height)
    angle = math.radians(pose.degrees)
    dx, dy = x - seen_width / 2, y - seen_height / 2
    x = dx * math.cos(angle) + dy * math.sin(angle) + seen_width / 2
    y = -dx * math.sin(angle) + dy * math.cos(angle) + seen_height / 2
    u, v = x / seen_width, y / seen_height
    return ((u, v), (v, 1 - u), (1 - u, 1 - v), (1 - v, u))[pose.turns % 4]
