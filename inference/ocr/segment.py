"""Where words stand on a straight page, by classical means: ink, pieces of ink, lines of pieces, gaps between them.

Works on print on paper: no training, a fraction of a second, and letters as small as the picture shows them. Lengths
are in units of the height of the pieces compared, so that the size of print does not matter.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, sparse

from inference.ocr.engine import Grey

Boxes = NDArray[np.int32]
"""[n, 4]: x0, y0, x1, y1 in pixels, the last two exclusive."""

_WIDTH = 1300  # pixels at most: about 150 dpi on A4
_CONTRAST = 0.82  # ink is darker than this share of its surroundings
_DARK = 120  # light on surroundings darker than this is print as well
_RULE = 4.0  # longer strokes, in heights of usual print, are ruled lines
_MOST_PIECES = 7000
_SAME_LINE = 0.45  # of the lower piece's height
_REACH = 0.35  # above and below a letter: its dots, accents and commas
_LINE_GAP = 1.1  # of the taller piece's height; wider gaps divide columns
_WORD_GAPS = (0.2, 0.55)  # between which a line's own word gap is looked for


def segment(page: Grey) -> Boxes:
    """Boxes of words (now and then of two close ones), in no order."""
    scale = min(1.0, _WIDTH / page.shape[1])
    size = (max(1, round(page.shape[1] * scale)), max(1, round(page.shape[0] * scale)))
    ink = _ink(np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BOX)))
    boxes = _pieces(ink)
    if not len(boxes):
        return boxes
    words = [box for line in _lines(boxes) for box in _words(boxes[line])]
    return np.asarray(np.rint(np.asarray(words).reshape(-1, 4) / scale), np.int32)


def _ink(tones: Grey) -> NDArray[np.bool_]:
    """Dark on light, and light on dark where the surroundings are dark; ruled lines removed."""
    around = ndimage.uniform_filter(ndimage.percentile_filter(tones[::4, ::4], 70, 9), 5)
    surroundings = np.asarray(Image.fromarray(around).resize(tones.shape[::-1], Image.Resampling.BILINEAR), np.float32)
    dark = tones < np.minimum(_CONTRAST * surroundings, surroundings - 18)
    light = (surroundings < _DARK) & (tones > surroundings + 70)
    ink = dark | light
    usual = _usual_height(_all_pieces(ink))
    length = max(20, round(_RULE * usual))
    for axis in (0, 1):
        ink &= ~ndimage.binary_dilation(runs(ink, length, axis), iterations=1)
    return np.asarray(ink, np.bool_)


def runs(ink: NDArray[np.bool_], length: int, axis: int) -> NDArray[np.bool_]:
    """The parts of the ink that go on for `length` pixels along the axis: an opening by a line."""
    eroded = ndimage.minimum_filter1d(ink.view(np.uint8), length, axis=axis, mode="constant")
    return np.asarray(ndimage.maximum_filter1d(eroded, length, axis=axis, mode="constant", origin=-1 + length % 2) > 0)


def _all_pieces(ink: NDArray[np.bool_]) -> Boxes:
    labels, _ = ndimage.label(ink, np.ones((3, 3), np.int8))
    found = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]
    return np.asarray(found, np.int32).reshape(-1, 4)


def _heights(boxes: Boxes) -> Boxes:
    return np.asarray(boxes[:, 3] - boxes[:, 1], np.int32)


def _usual_height(boxes: Boxes) -> float:
    """The height of most print: the middle of pieces that can be letters."""
    heights = _heights(boxes)
    letters = heights[(heights >= 6) & (heights <= 60)]
    return float(np.median(letters)) if len(letters) else 12.0


def _pieces(ink: NDArray[np.bool_]) -> Boxes:
    """Boxes of connected ink that can be letters or parts of letters; specks and pictures left out."""
    boxes = _all_pieces(ink)
    usual = _usual_height(boxes)
    heights, widths = _heights(boxes), boxes[:, 2] - boxes[:, 0]
    kept = (heights <= 6 * usual) & (widths <= 14 * usual) & (np.maximum(heights, widths) >= max(2.0, 0.14 * usual))
    size = (heights * widths)[kept]
    return np.asarray(boxes[kept][np.argsort(-size, kind="stable")[:_MOST_PIECES]], np.int32)


def _lines(boxes: Boxes) -> list[NDArray[np.int64]]:
    """Pieces that stand beside each other, or above and below within one letter: positions of each group."""
    order = np.argsort(boxes[:, 1], kind="stable")
    x0, y0, x1, y1 = boxes[order].T.astype(np.float32)
    high = y1 - y0
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    reach = np.searchsorted(y0, y1 + _REACH * high, side="right")
    for at in range(len(order)):
        other = np.arange(at + 1, reach[at])
        if not len(other):
            continue
        low, tall = np.minimum(high[at], high[other]), np.maximum(high[at], high[other])
        shared = np.minimum(y1[at], y1[other]) - np.maximum(y0[at], y0[other])
        gap = np.maximum(x0[at], x0[other]) - np.minimum(x1[at], x1[other])
        beside = (shared >= _SAME_LINE * low) & (gap <= _LINE_GAP * tall) & (tall < 2.2 * low)
        mark = (low <= 0.6 * tall) & (shared >= -_REACH * tall) & (gap <= 0.3 * tall)
        chosen = other[beside | mark]
        pairs.append((np.full(len(chosen), at), chosen))
    rows, columns = (np.concatenate([pair[side] for pair in pairs] or [np.empty(0, int)]) for side in (0, 1))
    links = sparse.coo_matrix((np.ones(len(rows), bool), (rows, columns)), (len(order), len(order)))
    count, group = sparse.csgraph.connected_components(links, directed=False)
    ends = np.cumsum(np.bincount(group, minlength=count))[:-1]
    return [order[part] for part in np.split(np.argsort(group, kind="stable"), ends)]


def _words(pieces: Boxes) -> list[tuple[int, int, int, int]]:
    """A line cut at its own word gap."""
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    ends = np.maximum.accumulate(pieces[:, 2])
    gaps = pieces[1:, 0] - ends[:-1]
    height = float(np.percentile(_heights(pieces), 80))
    cuts = np.flatnonzero(gaps > _word_gap(gaps, height)) + 1
    words = []
    for word in np.split(pieces, cuts):
        x0, y0 = word[:, :2].min(0)
        x1, y1 = word[:, 2:].max(0)
        if max(x1 - x0, y1 - y0) >= 0.4 * height and y1 - y0 >= 3:
            words.append((x0, y0, x1, y1))
    return words


def _word_gap(gaps: Boxes, height: float) -> float:
    """The middle of the widest step among the line's sorted gaps, within what word gaps can be."""
    low, high = (share * height for share in _WORD_GAPS)
    steps = np.sort(np.clip(gaps, low, high).astype(np.float32))
    steps = np.concatenate([[low], steps, [high]])
    widest = int(np.argmax(np.diff(steps)))
    return float((steps[widest] + steps[widest + 1]) / 2) if len(gaps) >= 3 else 0.32 * height
