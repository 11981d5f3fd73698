"""A sheet as a PDF, its fonts embedded."""

import io

from reportlab.pdfgen.canvas import Canvas

from inference.einvoice.paper import HEIGHT, WIDTH, Sheet, fonts

GREY, BLACK = 0.4, 0.0


def pdf(sheet: Sheet, title: str = "") -> bytes:
    """One page for each of the sheet's. The same sheet gives the same bytes."""
    fonts()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=True, pageCompression=1, initialFontName="Roboto")
    canvas.setTitle(title)
    for texts, rules in zip(sheet.pages, sheet.rules, strict=True):
        canvas.setLineWidth(0.5)
        canvas.setStrokeGray(0.75)
        for x0, x1, y in rules:
            canvas.line(x0, HEIGHT - y, x1, HEIGHT - y)
        for text in texts:
            canvas.setFillGray(GREY if text.grey else BLACK)
            canvas.setFont(text.face, text.size)
            canvas.drawString(text.x, HEIGHT - text.y, text.text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
