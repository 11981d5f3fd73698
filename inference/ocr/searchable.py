"""A document as PDF with what was read as an invisible layer, so that it can be searched and copied.

Letters that PDF's standard encoding lacks are written without their accents: the layer is for finding, the values of a
document are kept elsewhere. Text that a scanner hid in the file is replaced.
"""

import ctypes
import io
import unicodedata
from collections.abc import Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from inference.errors import Damaged
from inference.limits import Limits
from inference.media_types import PDF, sniff
from inference.ocr.images import load_frame, open_image
from inference.ocr.pdf import Frame, load_page, open_pdf, page_frame
from inference.ocr.render import jpeg
from inference.ocr.text_layer import WITH_TEXT
from inference.ocr.visible import address, look_at
from inference.types import Page, Word

_FONT = b"Helvetica"
_SIZE = 10.0
_CROSSED = str.maketrans("ŁłĐđĦħŦŧ", "LlDdHhTt")  # what Unicode does not take apart
_AXES = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))
"""By quarter turns of the page: where, in its own space, the reader's right and up lie."""


def searchable(data: bytes, pages: Sequence[Page], limits: Limits | None = None) -> bytes:
    """The file as PDF; pages that OCR read carry their words. Raises the errors of `inference.errors`."""
    limits = limits or Limits()
    if sniff(data) != PDF:
        data = _from_pictures(data, pages, limits)
    with open_pdf(data, limits) as document:
        for page in pages:
            if page.digest and page.words:
                _add_layer(document, page, limits)
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()


def _from_pictures(data: bytes, pages: Sequence[Page], limits: Limits) -> bytes:
    """A PDF of the pictures, each page of the size that its picture states."""
    document, target = pdfium.PdfDocument.new(), io.BytesIO()
    with open_image(data) as image:
        for page in pages:
            drawn = document.new_page(page.width, page.height)
            picture = pdfium.PdfImage.new(document)
            picture.load_jpeg(io.BytesIO(jpeg(load_frame(image, page.number, limits))), inline=True)
            picture.set_matrix(pdfium.PdfMatrix().scale(page.width, page.height))
            drawn.insert_obj(picture)
            drawn.gen_content()
    document.save(target)
    return target.getvalue()


def _add_layer(document: pdfium.PdfDocument, read: Page, limits: Limits) -> None:
    page = load_page(document, read.number)
    frame = page_frame(page)
    hidden = look_at(page, frame, limits).hidden_text
    for index in reversed(range(raw.FPDFPage_CountObjects(page))):
        item = raw.FPDFPage_GetObject(page, index)
        if address(item) in hidden and raw.FPDFPage_RemoveObject(page, item):
            raw.FPDFPageObj_Destroy(item)
    for word in read.words:
        if word.confidence < 1 or not read.reader.startswith(WITH_TEXT[0]):
            _write(document, page, frame, word)
    if not raw.FPDFPage_GenerateContent(page):
        raise Damaged(f"Page {read.number} cannot be written.")
    page.close()


def _write(document: pdfium.PdfDocument, page: pdfium.PdfPage, frame: Frame, word: Word) -> None:
    """One word, invisible, stretched over its box."""
    text = _encodable(word.text)
    item = raw.FPDFPageObj_NewTextObj(document, _FONT, _SIZE)
    letters = (ctypes.c_ushort * (len(text) + 1))(*map(ord, text), 0)
    raw.FPDFText_SetText(item, ctypes.cast(letters, raw.FPDF_WIDESTRING))
    raw.FPDFTextObj_SetTextRenderMode(item, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    width, height = frame.size
    natural = right.value - left.value
    across = (word.box.x1 - word.box.x0) * width / natural if natural > 0 else 1.0
    up = (word.box.y1 - word.box.y0) * height / _SIZE
    a, b, c, d = _AXES[frame.turns]
    x, y = _own_space(frame, word.box.x0 * width, word.box.y1 * height)
    raw.FPDFPageObj_Transform(item, a * across, b * across, c * up, d * up, x, y)
    raw.FPDFPage_InsertObject(page, item)


def _own_space(frame: Frame, x: float, y: float) -> tuple[float, float]:
    """A displayed point in the page's own space: the inverse of `Frame.displayed`."""
    if frame.turns == 0:
        return frame.left + x, frame.top - y
    if frame.turns == 1:
        return frame.left + y, frame.bottom + x
    if frame.turns == 2:
        return frame.right - x, frame.bottom + y
    return frame.right - y, frame.top - x


def _encodable(text: str) -> str:
    """The text in letters of code page 1252."""
    known = []
    for char in text:
        plain = char if _in_1252(char) else unicodedata.normalize("NFKD", char.translate(_CROSSED))[0]
        known.append(plain if _in_1252(plain) else "?")
    return "".join(known)


def _in_1252(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
