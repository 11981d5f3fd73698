"""Words from a PDF's text layer, and the pages of pictures. Readers named in `Page.reader`:

text_layer     words a person sees, from the PDF
text_on_picture  the same, over a picture of the whole page: `router` asks OCR whether it agrees
hidden_text    a scan whose only text is a scanner's own, invisible reading of it: not believed, needs OCR
outlines       letters drawn as shapes: needs OCR
unmapped_text  glyphs without a usable meaning: needs OCR
image          a picture: needs OCR
blank          nothing on the page
"""

import math
import unicodedata
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from inference.limits import Limits
from inference.media_types import PDF, sniff
from inference.ocr.images import read_images
from inference.ocr.pdf import Frame, load_page, open_pdf, page_frame
from inference.ocr.unseen import seen_words
from inference.ocr.visible import Visible, address, look_at
from inference.ocr.words import SLANTED, Glyph, Token, words_of
from inference.types import Box, Page, Reading, Word

WITH_TEXT = ("text_layer", "text_on_picture")
_SPACES = frozenset(code for code in range(0x3001) if chr(code).isspace())
_ZERO_WIDTH = frozenset(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_SOFT_HYPHEN = 0xAD
_REPLACEMENT = 0xFFFD
_MEANINGLESS = ("Cc", "Cs", "Co", "Cn")  # control, surrogate, private use, unassigned
_PDFIUM_LINE_END_HYPHEN = 0x02
_GARBAGE_SHARE = 0.3
_FEW_GLYPHS = 20  # a page number or a stamp on a scan does not make its text usable
_FEW_OUTLINES = 60  # logos have fewer
_LEVEL = 0.08  # quarter turns; a scan or a photograph laid crooked is still level
_THINNEST = 0.0001  # of the page's width


def read(data: bytes, limits: Limits | None = None) -> Reading:
    """All pages of a PDF, PNG, JPEG or TIFF. Raises the errors of `inference.errors`.

    A page without usable text has `needs_ocr=True` and no words; its `reader` says why.
    """
    limits = limits or Limits()
    if sniff(data) != PDF:
        return read_images(data, limits)
    with open_pdf(data, limits) as document:
        return Reading(tuple(_read_page(document, number, limits) for number in range(1, len(document) + 1)))


def _read_page(document: pdfium.PdfDocument, number: int, limits: Limits) -> Page:
    page = load_page(document, number)
    try:
        frame = page_frame(page)
        visible = look_at(page, frame, limits)
        text_page = page.get_textpage()
        try:
            glyphs, hidden, garbage = _glyphs(text_page, frame, visible)
        finally:
            text_page.close()
        reader = _reader(len(glyphs), hidden, garbage, visible)
        words = tuple(_words(glyphs, frame)) if reader in WITH_TEXT else ()
        seen, cause = seen_words(page, frame, words, limits) if visible.light_text else (words, "")
        needs_ocr = reader not in (*WITH_TEXT, "blank")
        pictures = tuple(_pictures(visible, frame)) if reader == "text_layer" else ()
        return Page(number, *frame.size, seen, reader, needs_ocr, cause=cause, pictures=pictures)
    finally:
        page.close()


def _pictures(visible: Visible, frame: Frame) -> Iterator[Box]:
    """Where pictures lie, as fractions of the page."""
    width, height = frame.size
    for x0, y0, x1, y1 in visible.pictures:
        yield Box(*(round(edge, 5) for edge in (x0 / width, y0 / height, x1 / width, y1 / height)))


def _reader(shown: int, hidden: int, garbage: int, visible: Visible) -> str:
    """Which reader a page belongs to, from its counts of shown, hidden and meaningless glyphs."""
    if visible.is_scan and hidden > shown:
        return "hidden_text"
    if garbage > _GARBAGE_SHARE * (shown + garbage):
        return "unmapped_text"
    if visible.outlines > max(_FEW_OUTLINES, shown):
        return "outlines"
    if visible.is_scan and shown < _FEW_GLYPHS:
        return "image"
    if shown:
        return "text_on_picture" if visible.is_scan else "text_layer"
    return "image" if visible.picture_share > 0 or visible.drawings else "blank"


def _glyphs(text_page: pdfium.PdfTextPage, frame: Frame, visible: Visible) -> tuple[list[Glyph], int, int]:
    """Shown glyphs in drawing order, and how many were hidden or without meaning."""
    rect = raw.FS_RECTF()
    glyphs: list[Glyph] = []
    hidden = garbage = 0
    width, height = frame.size
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        item = raw.FPDFText_GetTextObject(text_page, index)
        if not item or code in _ZERO_WIDTH:
            continue
        source = address(item)
        space = code in _SPACES
        if space and raw.FPDFText_IsGenerated(text_page, index):
            continue
        if source in visible.hidden_text:
            hidden += not space
            continue
        text = " " if space else _character(text_page, index, code)
        if text is None:
            garbage += 1
            continue
        raw.FPDFText_GetLooseCharBox(text_page, index, rect)
        x0, y0, x1, y1 = frame.displayed(rect.left, rect.bottom, rect.right, rect.top)
        if not (0 <= (x0 + x1) / 2 <= width and 0 <= (y0 + y1) / 2 <= height):
            continue
        turns = _turns(raw.FPDFText_GetCharAngle(text_page, index), frame)
        glyphs.append(Glyph(text, *_along(turns, x0, y0, x1, y1), turns, source, space))
    return glyphs, hidden, garbage


def _character(text_page: pdfium.PdfTextPage, index: int, code: int) -> str | None:
    """The printed character, or None where the glyph has no usable meaning."""
    if code == _SOFT_HYPHEN:
        return "-"
    if raw.FPDFText_HasUnicodeMapError(text_page, index) == 1:
        return None
    if code == _PDFIUM_LINE_END_HYPHEN:
        return "-"
    return None if unicodedata.category(chr(code)) in _MEANINGLESS or code == _REPLACEMENT else chr(code)


def _turns(angle: float, frame: Frame) -> int:
    """Reading direction on the displayed page from pdfium's angle: radians, clockwise, before the page is turned."""
    quarters = angle / (math.pi / 2)
    if abs(quarters - round(quarters)) > _LEVEL:
        return SLANTED
    return (round(quarters) + frame.turns) % 4


def _along(turns: int, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    """A displayed box in the frame of its reading direction: along the line, then downwards."""
    if turns in (0, SLANTED):
        return x0, y0, x1, y1
    if turns == 1:
        return y0, -x1, y1, -x0
    if turns == 2:
        return -x1, -y1, -x0, -y0
    return -y1, x0, -y0, x1


def _words(glyphs: list[Glyph], frame: Frame) -> list[Word]:
    width, height = frame.size
    words = []
    for token in words_of(glyphs):
        x0, y0, x1, y1 = _displayed(token)
        box = Box(*(round(min(max(edge, 0.0), 1.0), 5) for edge in (x0 / width, y0 / height, x1 / width, y1 / height)))
        if box.x1 - box.x0 > _THINNEST:
            words.append(Word(token.text, box))
    return words


def _displayed(token: Token) -> tuple[float, float, float, float]:
    """The inverse of `_along`."""
    u0, v0, u1, v1 = token.u0, token.v0, token.u1, token.v1
    if token.turns in (0, SLANTED):
        return u0, v0, u1, v1
    if token.turns == 1:
        return -v1, u0, -v0, u1
    if token.turns == 2:
        return -u1, -v1, -u0, -v0
    return v0, -u1, v1, -u0
