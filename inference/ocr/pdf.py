"""Opening PDFs with pdfium and knowing where things lie on the page that a person sees.

pdfium is not safe for threads, and files are untrusted: outside tests, all of this runs inside `inference.sandbox`.
"""

import ctypes
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from inference.errors import Damaged, Encrypted, NoSuchPage, TooManyPages, UnreadableDocument
from inference.limits import Limits

_ERRORS: dict[int, type[UnreadableDocument]] = {raw.FPDF_ERR_PASSWORD: Encrypted, raw.FPDF_ERR_SECURITY: Encrypted}
_SHOWN_AS_TEXT = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)
_MAX_FORM_DEPTH = 8

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@contextmanager
def open_pdf(data: bytes, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF. Raises Encrypted, Damaged or TooManyPages."""
    if _is_truncated(data):
        raise Damaged("Its end is missing.")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _ERRORS.get(getattr(error, "err_code", None) or 0, Damaged)() from error
    with closing(document):
        if len(document) == 0:
            raise Damaged("It has no pages.")
        if len(document) > limits.pages:
            raise TooManyPages(f"It has {len(document)}; at most {limits.pages} are read.")
        yield document


def _is_truncated(data: bytes) -> bool:
    """True where objects follow the last end-of-file mark; pdfium would repair that silently and lose content."""
    end = data.rfind(b"%%EOF")
    return end < 0 or b" obj" in data[end:]


def load_page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """Page `number` (from 1), with form fields and stamps made part of its content. Raises NoSuchPage or Damaged."""
    if not 1 <= number <= len(document):
        raise NoSuchPage(f"It has {len(document)}, and page {number} was asked for.")
    try:
        page = document[number - 1]
        if _has_annotations_to_read(page):
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise Damaged(f"Page {number} cannot be loaded.") from error
    return page


def _has_annotations_to_read(page: pdfium.PdfPage) -> bool:
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            subtype = raw.FPDFAnnot_GetSubtype(annotation)
            raw.FPDFPage_CloseAnnot(annotation)
            if subtype in _SHOWN_AS_TEXT:
                return True
    return False


class Frame(NamedTuple):
    """The visible rectangle of a page in PDF user space, and its clockwise rotation in quarter turns."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as displayed."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def displayed(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A user-space rectangle (left, bottom, right, top) in displayed points: origin top-left, y downwards."""
        if self.turns == 0:
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        if self.turns == 1:
            return y0 - self.bottom, x0 - self.left, y1 - self.bottom, x1 - self.left
        if self.turns == 2:
            return self.right - x1, y0 - self.bottom, self.right - x0, y1 - self.bottom
        return self.top - y1, self.right - x1, self.top - y0, self.right - x0


def page_frame(page: pdfium.PdfPage) -> Frame:
    """Raises Damaged where the page has no area."""
    left, bottom, right, top = page.get_bbox()
    if not (right - left >= 1 and top - bottom >= 1):
        raise Damaged("A page has no area.")
    return Frame(left, bottom, right, top, raw.FPDFPage_GetRotation(page))


class Placed(NamedTuple):
    """A page object that shows something, in drawing order; `bounds` in user space: left, bottom, right, top."""

    object: "ctypes._Pointer[ctypes.Structure]"
    kind: int
    bounds: tuple[float, float, float, float]


def page_objects(page: pdfium.PdfPage) -> Iterator[Placed]:
    """All objects of a page, those inside form XObjects included."""
    for index in range(raw.FPDFPage_CountObjects(page)):
        yield from _placed(raw.FPDFPage_GetObject(page, index), _IDENTITY, _MAX_FORM_DEPTH)


def _placed(item: "ctypes._Pointer[ctypes.Structure]", matrix: Matrix, depth: int) -> Iterator[Placed]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM:
        if depth:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(item, own)
            inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            for index in range(raw.FPDFFormObj_CountObjects(item)):
                yield from _placed(raw.FPDFFormObj_GetObject(item, index), inner, depth - 1)
        return
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        yield Placed(item, kind, _transformed((left.value, bottom.value, right.value, top.value), matrix))


def _product(m: Matrix, n: Matrix) -> Matrix:
    """Apply `m` first, then `n`."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _transformed(bounds: tuple[float, float, float, float], m: Matrix) -> tuple[float, float, float, float]:
    if m == _IDENTITY:
        return bounds
    x0, y0, x1, y1 = bounds
    points = [(m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
