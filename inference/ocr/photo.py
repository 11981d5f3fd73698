"""Photographs of a sheet: its four corners, the sheet laid flat, even light, and places on it put back in the picture.

The sheet is the light surface on darker ground whose outline is a quadrangle, or what lies between black bars. A
scanner's page has no such ground and stays as it is.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from inference.ocr.engine import Grey

Points = NDArray[np.float64]
"""[n, 2]: x, y."""

_SMALL = 360  # pixels of the longer side, on which the sheet is looked for
_LEAST_AREA = 0.2  # of the picture
_MOST_AREA = 0.97
_FILLED = 0.93  # of the quadrangle, by the light surface; and of the surface's outline, by the quadrangle
_CONTRAST = 30  # tones between sheet and ground
_BLACK = 60  # of a bar's tones, nearly all are darker
_PAPER = 128  # tones along the sides of what lies between bars
_BAR = 0.03  # of the side, its least thickness
_LEAST_ANGLE = 45.0  # degrees, at each corner
_LONG_SIDE = 2600  # pixels that the flat sheet has at least
_MOST_PIXELS = 12_000_000
_UNEVEN = 36  # tones between the lightest and the darkest paper
_GAIN = 2.2  # times, at most, by which shaded paper is lightened


class Sheet(NamedTuple):
    """A sheet in a picture: homography from pixels of the flat sheet, `width` by `height`, to pixels of the picture."""

    matrix: Points
    width: int
    height: int

    def back(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the flat sheet lies in the picture."""
        u, v, w = self.matrix @ (x, y, 1.0)
        return float(u / w), float(v / w)


def find_sheet(picture: Grey) -> Sheet | None:
    """The sheet that was photographed; None where no outline of one shows."""
    height, width = picture.shape
    scale = _SMALL / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX, reducing_gap=2.0))
    surface = _surface(small)
    corners = None if surface is None else _corners(surface)
    if corners is not None and _stands_out(small, corners):
        return _sheet((corners + 0.5) / size * (width, height) - 0.5)
    bare = _between_bars(small)
    return None if bare is None else _sheet(bare / size * (width, height))


def flattened(picture: Grey, sheet: Sheet) -> Grey:
    """The sheet as if scanned, in even light."""
    matrix = (sheet.matrix / sheet.matrix[2, 2]).ravel()[:8]
    flat = Image.fromarray(picture).transform(
        (sheet.width, sheet.height), Image.Transform.PERSPECTIVE, tuple(matrix), Image.Resampling.BICUBIC
    )
    return evened(np.asarray(flat))


def evened(page: Grey) -> Grey:
    """The page with its shadows lightened, where its paper is of uneven tone."""
    step = max(1, max(page.shape) // 160)
    paper = ndimage.percentile_filter(page[::step, ::step], 80, 17).astype(np.float32)
    paper = ndimage.uniform_filter(paper, 9)
    low, high = np.percentile(paper, (3, 97))
    if high - low < _UNEVEN:
        return page
    gain = np.clip(high / np.maximum(paper, 1.0), 1.0, _GAIN)
    whole = Image.fromarray(gain).resize(page.shape[::-1], Image.Resampling.BILINEAR)
    return np.asarray(np.minimum(page * np.asarray(whole), 255.0), np.uint8)


def _surface(small: Grey) -> NDArray[np.bool_] | None:
    """The largest light surface, its print filled in."""
    smooth = ndimage.uniform_filter(ndimage.grey_closing(small, 5), 3)
    labels, count = ndimage.label(smooth > _threshold(smooth))
    if not count:
        return None
    largest = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    filled = ndimage.binary_fill_holes(ndimage.binary_opening(largest, iterations=2))
    share = float(filled.mean())
    return filled if _LEAST_AREA <= share <= _MOST_AREA else None


def _threshold(tones: Grey) -> int:
    """The tone that divides light from dark best (Otsu, 1979)."""
    counts = np.bincount(tones.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return int(np.argmax(np.nan_to_num(between)))


def _corners(surface: NDArray[np.bool_]) -> Points | None:
    """The largest quadrangle in the surface's outline, clockwise from the top left; None where it is none."""
    edge = surface & ~ndimage.binary_erosion(surface)
    try:
        outline = ConvexHull(np.argwhere(edge)[:, ::-1])
    except QhullError:
        return None
    points = outline.points[outline.vertices].astype(np.float64)
    corners = _largest(_thinned(points))
    area = _area(corners)
    if area < _FILLED * outline.volume or surface.sum() < _FILLED * area or min(_angles(corners)) < _LEAST_ANGLE:
        return None
    middle = corners.mean(0)
    around = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(around, -int(np.argmin(around.sum(1))), axis=0)


def _thinned(points: Points) -> Points:
    """At most 40 points of an outline, those kept at which it bends most."""
    while len(points) > 40:
        before, after = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
        bend = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
        points = np.delete(points, int(np.argmin(bend)), axis=0)
    return points


def _largest(points: Points) -> Points:
    """The four points, in their order, with the largest area: for each diagonal the farthest point on either side."""
    best, largest = points[:4], 0.0
    for first, third in combinations(range(len(points)), 2):
        across = points[third] - points[first]
        away = (points - points[first]) @ (-across[1], across[0])
        second, fourth = int(np.argmax(away)), int(np.argmin(away))
        size = away[second] - away[fourth]
        if size > largest and away[second] > 0 > away[fourth]:
            best, largest = points[[first, second, third, fourth]], size
    return best


def _area(corners: Points) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2)


def _angles(corners: Points) -> list[float]:
    found = []
    for at in range(4):
        one, other = corners[at - 1] - corners[at], corners[(at + 1) % 4] - corners[at]
        cosine = one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9)
        found.append(float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))))
    return found


def _between_bars(small: Grey) -> Points | None:
    """The corners of what lies between black bars at the picture's edges, as viewers and scanners leave them beside a
    page of another shape; None where there are none."""
    edges: list[int] = []
    for axis in (0, 1):
        light = np.flatnonzero(np.percentile(small, 95, axis) > _BLACK)
        length = small.shape[1 - axis]
        if not len(light) or len(light) < _LEAST_AREA * length:
            return None
        first, last = int(light[0]), int(light[-1]) + 1
        edges += [first if first > _BAR * length else 0, last if length - last > _BAR * length else length]
    x0, x1, y0, y1 = edges
    part = small[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2]
    paper = min(np.median(side) for side in (part[0], part[-1], part[:, 0], part[:, -1]))
    if ((x0, y0) == (0, 0) and (y1, x1) == small.shape) or paper < _PAPER:
        return None
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def _stands_out(small: Grey, corners: Points) -> bool:
    """Whether the ground beside most sides is darker than the sheet, and in the picture."""
    high, wide = small.shape
    middle = corners.mean(0)
    darker = 0
    for one, other in pairwise([*corners, corners[0]]):
        along = one + (other - one) * np.linspace(0.15, 0.85, 15)[:, None]
        out = along + (along - middle) * 0.06
        inner = along + (middle - along) * 0.06
        seen = (out >= 0).all(1) & (out < (wide, high)).all(1)
        if seen.sum() >= 8:
            outside, inside = (small[tuple(part[seen].astype(int).T[::-1])] for part in (out, inner))
            darker += float(np.median(inside)) - float(np.median(outside)) >= _CONTRAST
    return darker >= 3


def _sheet(corners: Points) -> Sheet:
    """The homography of a sheet whose corners, clockwise from the top left, lie there in the picture."""
    sides = [float(np.linalg.norm(one - other)) for one, other in pairwise([*corners, corners[0]])]
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    scale = max(1.0, _LONG_SIDE / max(width, height))
    scale = min(scale, (_MOST_PIXELS / (width * height)) ** 0.5)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return Sheet(homography([(0, 0), (size[0], 0), size, (0, size[1])], corners), *size)


def homography(origin: Sequence[tuple[float, float]], target: Points) -> Points:
    """The 3 × 3 matrix that takes four points to four others (Hartley and Zisserman, 2004, section 4.1)."""
    rows = []
    for (x, y), (u, v) in zip(origin, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    found = np.linalg.solve(np.asarray(rows, np.float64), np.asarray(target, np.float64).ravel())
    return np.append(found, 1.0).reshape(3, 3)
