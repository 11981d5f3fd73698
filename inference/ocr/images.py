"""Pictures as documents: each frame is a page. Pixels are decoded only when a page is drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from inference.errors import Damaged, NoSuchPage, PageTooLarge, TooManyPages
from inference.limits import Limits
from inference.types import Page, Reading

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "HEIF")
_WITH_PAGES = "TIFF"  # frames of other formats are an animation, or a telephone's preview
_PLAUSIBLE_DPI = range(50, 2401)
_A4_LONG_SIDE = 842.0  # points; the size taken where a picture does not say its own
_EXIF_ORIENTATION = 0x0112
_TURNED_SIDEWAYS = (5, 6, 7, 8)

register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # `_check_pixels` refuses, with a message, before anything is decoded


def read_images(data: bytes, limits: Limits) -> Reading:
    """One page per frame of a TIFF, one of any other; all need OCR. Raises Damaged, PageTooLarge or TooManyPages."""
    pages = []
    with open_image(data) as image:
        number = 0
        while _has_frame(image, number):
            number += 1
            if number > limits.pages:
                raise TooManyPages(f"At most {limits.pages} are read.")
            _check_pixels(image, limits)
            pages.append(Page(number, *_size_in_points(image), (), "image", needs_ocr=True))
        if number == 1:
            _check_complete(image)
    return Reading(tuple(pages))


@contextmanager
def open_image(data: bytes) -> Iterator[Image.Image]:
    """Raises Damaged, also for what goes wrong while the picture is used."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            yield image
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Damaged("The picture cannot be decoded.") from error


def load_frame(image: Image.Image, number: int, limits: Limits) -> Image.Image:
    """Frame `number` (from 1), not yet decoded. Raises NoSuchPage or PageTooLarge."""
    if not 1 <= number <= limits.pages or not _has_frame(image, number - 1):
        raise NoSuchPage(f"Page {number} was asked for.")
    _check_pixels(image, limits)
    return image


def _has_frame(image: Image.Image, index: int) -> bool:
    if index and image.format != _WITH_PAGES:
        return False
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.pixels:
        size = f"{image.width:,} × {image.height:,} pixels"
        raise PageTooLarge(f"The picture has {size}; at most {limits.pixels:,} are read.")


def _size_in_points(image: Image.Image) -> tuple[float, float]:
    """Width and height as displayed, from the stated resolution where it is plausible."""
    width, height = float(image.width), float(image.height)
    if image.getexif().get(_EXIF_ORIENTATION) in _TURNED_SIDEWAYS:
        width, height = height, width
    across, down = image.info.get("dpi", (0, 0))
    if round(across) in _PLAUSIBLE_DPI and round(down) in _PLAUSIBLE_DPI:
        return width * 72 / float(across), height * 72 / float(down)
    scale = _A4_LONG_SIDE / max(width, height)
    return width * scale, height * scale


def _check_complete(image: Image.Image) -> None:
    """Decode once, so that a truncated picture is refused now and not when a person opens it."""
    if image.format == "JPEG":
        image.draft("L", (image.width // 8, image.height // 8))
    image.load()
