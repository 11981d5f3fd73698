"""Documents that the tests of reading are about, good and hostile, made on the fly."""

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

Draw = Callable[[Canvas], None]

A4 = (595.0, 842.0)


def pdf(draw: Draw, size: tuple[float, float] = A4, pages: int = 1) -> bytes:
    """A PDF each of whose pages is drawn by `draw(canvas)`."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size)
    for _ in range(pages):
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def lines(*texts: str, size: float = 12) -> Draw:
    """Draw lines of text from the top left."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        for number, text in enumerate(texts):
            canvas.drawString(50, 780 - 2 * size * number, text)

    return draw


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The PDF after `change(pikepdf.Pdf)`."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        document.save(file)
    return file.getvalue()


def picture(size: tuple[int, int] = (800, 1000), kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, 255).save(file, kind, **options)
    return file.getvalue()


def encrypted() -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(lines("secret")))) as document:
        document.save(file, encryption=pikepdf.Encryption(user="open", owner="own"))
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("invoice.pdf", pdf(lines("inside")))
    return file.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of literal objects, numbered from 1; the first is the catalogue."""
    body, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


def _stream(dictionary: bytes, content: bytes) -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (dictionary, len(content), content)


def _deflated_repeat(piece: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    block = piece * (2**20 // len(piece))
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def one_page(resources: bytes, content: bytes, content_filter: bytes = b"", *more: bytes) -> bytes:
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << %b >> /Contents 4 0 R >>" % resources,
        _stream(content_filter, content),
        *more,
    )


def huge_picture() -> bytes:
    """A page showing a picture of 30,000 by 30,000 pixels."""
    image = _stream(
        b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceRGB"
        b" /Filter /FlateDecode",
        _deflated_repeat(b"\0", 8),
    )
    return one_page(b"/XObject << /I 5 0 R >>", b"q 500 0 0 500 50 50 cm /I Do Q", b"", image)


@cache
def content_bomb(megabytes: int = 800) -> bytes:
    """A content stream of a few MB that unpacks to `megabytes`."""
    return one_page(b"", _deflated_repeat(b"0 0 m 9 9 l S  \n", megabytes), b"/Filter /FlateDecode")


def page_tree_loop() -> bytes:
    """A page tree whose nodes hold each other."""
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 5 >>",
        b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 5 >>",
    )


def form_loop() -> bytes:
    """A form XObject that draws itself twice."""
    form = _stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F 5 0 R >> >>", b"/F Do /F Do"
    )
    return one_page(b"/XObject << /F 5 0 R >>", b"/F Do", b"", form)


def form_bomb(depth: int = 12, width: int = 10) -> bytes:
    """Forms that draw forms, ten times each on every level: 10^12 drawings."""
    forms = [
        _stream(
            b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F %d 0 R >> >>"
            % (number + 1),
            b"/F Do " * width,
        )
        for number in range(5, 5 + depth)
    ]
    last = _stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 m 9 9 l S")
    return one_page(b"/XObject << /F 5 0 R >>", b"/F Do", b"", *forms, last)
