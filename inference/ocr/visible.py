"""What of a page a person sees: pictures, drawings, and which text is hidden.

Scanners write recognised text invisibly over (render mode 3) or under the picture of the page. That text is often wrong
and nobody has seen it, so it is not believed.
"""

import ctypes
from collections.abc import Iterator, Set
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from inference.errors import PageTooLarge
from inference.limits import Limits
from inference.ocr.pdf import Frame, Placed, page_objects

_INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_LIGHT = 225  # of 255
_LEAST_PRINT = (40.0, 7.0)  # points, width and height of a picture that can hold a line of print
_FULL_PAGE = 0.8  # of the page's area; scanners leave a margin or crop one
_OUTLINE_SEGMENTS = 7  # a filled path with fewer is a rule, a box or an arrow
_OUTLINE_HEIGHT = (0.003, 0.04)  # of the page's height: the sizes of print


Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Visible:
    """`hidden_text`: addresses of text objects that nobody sees. `outlines`: drawn shapes of the size of letters.

    `light_text`: whether any text is so light that nobody sees it on white paper. `pictures`: where on the page, in
    displayed points, pictures lie that are large enough to hold print.
    """

    picture_share: float  # of the page's area, summed over its pictures
    drawings: int
    outlines: int
    hidden_text: Set[int]
    light_text: bool = False
    pictures: tuple[Rectangle, ...] = ()

    @property
    def is_scan(self) -> bool:
        return self.picture_share >= _FULL_PAGE


def address(item: "ctypes._Pointer[ctypes.Structure]") -> int:
    """Where a pdfium object lies in memory: its identity while the page is open."""
    return ctypes.addressof(item.contents)


def look_at(page: pdfium.PdfPage, frame: Frame, limits: Limits) -> Visible:
    """Walk all objects of a page once. Raises PageTooLarge for a picture with more pixels than allowed."""
    area = (frame.right - frame.left) * (frame.top - frame.bottom)
    picture_share, drawings, outlines, light = 0.0, 0, 0, False
    text: list[int] = []
    pictures: list[Rectangle] = []
    hidden: set[int] = set()
    for item in page_objects(page):
        if item.kind == raw.FPDF_PAGEOBJ_TEXT:
            text.append(address(item.object))
            if raw.FPDFTextObj_GetTextRenderMode(item.object) in _INVISIBLE:
                hidden.add(text[-1])
            light = light or _is_light(item)
        elif item.kind == raw.FPDF_PAGEOBJ_IMAGE:
            _check_pixels(item, limits)
            share = _area_on_page(item, frame) / area
            picture_share += share
            pictures += _places_of_print(item, frame)
            if share >= _FULL_PAGE and not raw.FPDFPageObj_HasTransparency(item.object):
                hidden.update(text)
        elif _area_on_page(item, frame) >= 0 and _is_painted(item):
            drawings += 1
            outlines += _is_outline(item, frame)
    return Visible(picture_share, drawings, outlines, hidden, light, tuple(dict.fromkeys(pictures)))


def _is_light(item: Placed) -> bool:
    colour = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(item.object, *colour):
        return False
    red, green, blue, opacity = (part.value for part in colour)
    return min(red, green, blue) >= _LIGHT or opacity <= 255 - _LIGHT


def _area_on_page(item: Placed, frame: Frame) -> float:
    """The part of an object's box inside the page, in square points; negative where it lies outside."""
    x0, y0, x1, y1 = item.bounds
    width = min(x1, frame.right) - max(x0, frame.left)
    height = min(y1, frame.top) - max(y0, frame.bottom)
    return width * height if width >= 0 and height >= 0 else -1.0


def _places_of_print(item: Placed, frame: Frame) -> Iterator[Rectangle]:
    """The visible part of a picture, where it is wide and high enough."""
    left, bottom, right, top = item.bounds
    seen = max(left, frame.left), max(bottom, frame.bottom), min(right, frame.right), min(top, frame.top)
    x0, y0, x1, y1 = frame.displayed(*seen)
    if x1 - x0 >= _LEAST_PRINT[0] and y1 - y0 >= _LEAST_PRINT[1]:
        yield x0, y0, x1, y1


def _check_pixels(item: Placed, limits: Limits) -> None:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if raw.FPDFImageObj_GetImagePixelSize(item.object, width, height) and width.value * height.value > limits.pixels:
        size = f"{width.value:,} × {height.value:,} pixels"
        raise PageTooLarge(f"It holds a picture of {size}; at most {limits.pixels:,} pixels are read.")


def _is_painted(item: Placed) -> bool:
    if item.kind != raw.FPDF_PAGEOBJ_PATH:
        return True
    fill, stroke = ctypes.c_int(), raw.FPDF_BOOL()
    raw.FPDFPath_GetDrawMode(item.object, fill, stroke)
    return bool(fill.value or stroke.value)


def _is_outline(item: Placed, frame: Frame) -> bool:
    low, high = (share * (frame.top - frame.bottom) for share in _OUTLINE_HEIGHT)
    return (
        item.kind == raw.FPDF_PAGEOBJ_PATH
        and low <= item.bounds[3] - item.bounds[1] <= high
        and raw.FPDFPath_CountSegments(item.object) >= _OUTLINE_SEGMENTS
    )
