"""Pictures of pages: for the screen, and for reading what has no text."""

import io

import pypdfium2 as pdfium
from PIL import Image, ImageOps

from inference.errors import PageTooLarge
from inference.limits import Limits
from inference.media_types import PDF, sniff
from inference.ocr.images import load_frame, open_image
from inference.ocr.pdf import load_page, open_pdf, page_frame
from inference.ocr.visible import look_at

SCAN_DPI = 300
SCAN_PIXELS = 12_000_000  # A4 at 300 dpi has 8.7 million
SCAN_LONG_SIDE = 2600  # smaller pictures are enlarged towards it: print of few pixels is read badly
_MOST_ENLARGED = 2.5
MEDIA_TYPE = "image/webp"
MAX_WIDTH = 8000
_QUALITY = 85


def render(data: bytes, page_number: int, width_px: int, limits: Limits | None = None) -> bytes:
    """Page `page_number` (from 1) as WebP, `width_px` wide as displayed. Raises the errors of `inference.errors`.

    A picture is never enlarged. A thumbnail is a small `width_px`. Raises ValueError for a width outside 1..MAX_WIDTH.
    """
    if not 1 <= width_px <= MAX_WIDTH:
        raise ValueError(f"width_px must be 1 to {MAX_WIDTH}, not {width_px}")
    limits = limits or Limits()
    if sniff(data) == PDF:
        return _encoded(_pdf_page(data, page_number, width_px, limits))
    with open_image(data) as image:
        return _encoded(_frame(load_frame(image, page_number, limits), width_px))


def scan(data: bytes, page_number: int, limits: Limits | None = None) -> Image.Image:
    """Page `page_number` (from 1) upright in grey tones, large enough to be read. Raises as `render` does."""
    limits = limits or Limits()
    if sniff(data) == PDF:
        with open_pdf(data, limits) as document:
            page = load_page(document, page_number)
            frame = page_frame(page)
            look_at(page, frame, limits)
            width, height = frame.size
            scale = min(SCAN_DPI / 72, (SCAN_PIXELS / (width * height)) ** 0.5)
            bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=True)
            drawn: Image.Image = bitmap.to_pil().convert("L")
            return drawn
    with open_image(data) as image:
        picture = load_frame(image, page_number, limits)
        if picture.format == "JPEG" and picture.width * picture.height > 4 * SCAN_PIXELS:
            picture.draft("L", (picture.width // 2, picture.height // 2))
        return _readable(_on_white(ImageOps.exif_transpose(picture)).convert("L"))


def _readable(image: Image.Image) -> Image.Image:
    """Scaled to a size at which print can be read."""
    scale = min(_MOST_ENLARGED, SCAN_LONG_SIDE / max(image.size))
    scale = min(max(scale, 1.0), (SCAN_PIXELS / (image.width * image.height)) ** 0.5)
    if scale == 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def jpeg(image: Image.Image) -> bytes:
    """A frame upright and on white, as JPEG."""
    answer = io.BytesIO()
    _on_white(ImageOps.exif_transpose(image)).save(answer, "JPEG", quality=_QUALITY)
    return answer.getvalue()


def _pdf_page(data: bytes, number: int, width_px: int, limits: Limits) -> Image.Image:
    with open_pdf(data, limits) as document:
        page = load_page(document, number)
        frame = page_frame(page)
        look_at(page, frame, limits)
        width, height = frame.size
        scale = width_px / width
        if width_px * height * scale > limits.pixels:
            raise PageTooLarge("It is too long to be drawn.")
        bitmap: pdfium.PdfBitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True, prefer_bgrx=False)
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("RGB")


def _frame(image: Image.Image, width_px: int) -> Image.Image:
    if image.format == "JPEG":
        image.draft("RGB", (width_px, width_px * image.height // image.width))
    upright = ImageOps.exif_transpose(image)
    height_px = max(1, round(width_px * upright.height / upright.width))
    if width_px < upright.width:
        upright = _eight_bit(upright).resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _on_white(upright)


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scaling palette or one-bit pictures needs tones; sixteen-bit ones keep their upper half."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L") if image.mode != "I;16" else image.convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA", "LA"):
        return image.convert("RGBA")
    return image


def _on_white(image: Image.Image) -> Image.Image:
    image = _eight_bit(image)
    if image.mode != "RGBA":
        return image.convert("RGB")
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def _encoded(image: Image.Image) -> bytes:
    answer = io.BytesIO()
    image.save(answer, "WEBP", quality=_QUALITY, method=0)
    return answer.getvalue()
