"""How a scanned page lies: on its side, crooked, photographed from aside; and how it is set upright and straight."""

import math
from typing import NamedTuple

import numpy as np
from PIL import Image

from inference.ocr.engine import Grey
from inference.ocr.photo import Sheet
from inference.ocr.segment import runs

_SMALL = 700  # pixels of the longer side, on which the angle is measured
_STROKE = 60  # pixels of the same; a longer one is no letter
_MOST_SKEW = 5.0  # degrees
_FINE = 0.1  # degrees; less is not worth turning the page
_SPREAD = 12  # tones by which ink is darker than what is around it


class Pose(NamedTuple):
    """How a picture was changed to be read: the sheet in it laid flat, turned clockwise by quarters, then by degrees
    clockwise around its middle. `width` and `height` are those of the picture.
    """

    width: int
    height: int
    sheet: Sheet | None = None
    turns: int = 0
    degrees: float = 0.0

    def back(self, x: float, y: float) -> tuple[float, float]:
        """From a pixel of the page as it was read to fractions of the picture as it came."""
        width, height = (self.sheet.width, self.sheet.height) if self.sheet else (self.width, self.height)
        seen_width, seen_height = (height, width) if self.turns % 2 else (width, height)
        angle = math.radians(self.degrees)
        dx, dy = x - seen_width / 2, y - seen_height / 2
        u = (dx * math.cos(angle) + dy * math.sin(angle)) / seen_width + 0.5
        v = (-dx * math.sin(angle) + dy * math.cos(angle)) / seen_height + 0.5
        u, v = ((u, v), (v, 1 - u), (1 - u, 1 - v), (1 - v, u))[self.turns % 4]
        if self.sheet is None:
            return u, v
        x, y = self.sheet.back(u * width, v * height)
        return x / self.width, y / self.height


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


def is_sideways(page: Grey) -> bool:
    """Whether lines of print run from top to bottom. Ruled lines and the streaks of a fax do not count."""
    ink = np.minimum(_small(page), 64)
    ink[runs(ink > 0, _STROKE, 0) | runs(ink > 0, _STROKE, 1)] = 0
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


def straightened(page: Grey, pose: Pose) -> tuple[Grey, Pose]:
    """The page turned by the pose's quarters and its own skew, and the pose with that skew."""
    turned = np.ascontiguousarray(np.rot90(page, -pose.turns))
    degrees = skew(turned)
    if abs(degrees) < _FINE:
        return turned, pose._replace(degrees=0.0)
    paper = int(np.percentile(turned[::16, ::16], 75))
    straight = Image.fromarray(turned).rotate(-degrees, Image.Resampling.BILINEAR, fillcolor=paper)
    return np.asarray(straight), pose._replace(degrees=degrees)
