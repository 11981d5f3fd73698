"""Draws the samples: `python -m review.demo.draw` writes samples/*.pdf and samples/truth.jsonl anew.

Needs the development dependencies (ReportLab, pypdfium2, Pillow). The drawn files are part of the repository, so that a
demonstration needs neither.
"""

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
from babel.dates import format_date
from babel.numbers import format_decimal
from PIL import Image, ImageFilter
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from review.demo.invoices import BUYER, BUYER_VAT, SAMPLES, Invoice, Line

FOLDER = Path(__file__).parent / "samples"
ROWS_FIRST, ROWS_NEXT = 22, 30
INK, SOFT, RULE = HexColor("#1b1c1e"), HexColor("#66686d"), HexColor("#c9c6bf")
COLOURS = {"letter": "#1f4e79", "band": "#0a6a5a", "boxed": "#7a3b2e", "plain": "#3d3a8c"}


class Sheet:
    """A canvas that counts points from the top left and knows the invoice's locale."""

    def __init__(self, invoice: Invoice, target: io.BytesIO) -> None:
        self.invoice = invoice
        self.width, self.height = LETTER if invoice.locale == "en_US" else A4
        self.canvas = Canvas(target, pagesize=(self.width, self.height), invariant=True)
        self.canvas.setTitle(f"{invoice.words['title']} {invoice.number}")
        self.accent = HexColor(COLOURS[invoice.layout])
        self.page = 1

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9.5,
        *,
        bold: bool = False,
        right: bool = False,
        soft: bool = False,
    ) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.setFillColor(SOFT if soft else INK)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, self.height - y, text)

    def rule(self, y: float, x0: float = 50, x1: float | None = None) -> None:
        self.canvas.setStrokeColor(RULE)
        self.canvas.line(x0, self.height - y, x1 or self.width - 50, self.height - y)

    def money(self, amount: Decimal) -> str:
        # Helvetica has no narrow no-break space, which French groups digits with.
        return format_decimal(amount, "#,##0.00", locale=self.invoice.locale).replace("\u202f", "\u00a0")

    def number(self, amount: Decimal) -> str:
        return format_decimal(amount, "#,##0.###", locale=self.invoice.locale)

    def date(self, day: date) -> str:
        patterns = {"en_US": "MMMM d, yyyy", "en_GB": "d MMMM yyyy", "sv_SE": "yyyy-MM-dd", "nl_NL": "dd-MM-yyyy"}
        pattern = patterns.get(
            self.invoice.locale, "dd/MM/yyyy" if self.invoice.locale[:2] in ("fr", "es", "it") else "dd.MM.yyyy"
        )
        return format_date(day, pattern, locale=self.invoice.locale)


def letterhead(sheet: Sheet) -> None:
    """Who sends it, and to whom."""
    i, c = sheet.invoice, sheet.canvas
    if i.layout == "band":
        c.setFillColor(sheet.accent)
        c.rect(0, sheet.height - 74, sheet.width, 74, stroke=0, fill=1)
        c.setFillColor(HexColor("#ffffff"))
        c.setFont("Helvetica-Bold", 17)
        c.drawString(50, sheet.height - 46, i.seller[0])
        sheet.text(50, 92, " · ".join(i.seller[1:]), 8.5, soft=True)
    elif i.layout == "boxed":
        c.setFillColor(sheet.accent)
        c.circle(66, sheet.height - 56, 15, stroke=0, fill=1)
        sheet.text(92, 54, i.seller[0], 14, bold=True)
        sheet.text(92, 68, ", ".join(i.seller[1:]), 8.5, soft=True)
    elif i.layout == "plain":
        sheet.text(50, 62, i.words["title"], 20, bold=True)
        for n, part in enumerate(i.seller):
            sheet.text(50, 92 + n * 12, part, bold=n == 0)
    else:
        sheet.text(sheet.width - 50, 58, i.seller[0], 15, bold=True, right=True)
        for n, part in enumerate(i.seller[1:]):
            sheet.text(sheet.width - 50, 74 + n * 12, part, 8.5, right=True, soft=True)
        sheet.text(50, 130, " · ".join(i.seller[:3]), 7, soft=True)
    x, y = (310, 92) if i.layout == "plain" else (50, 148)
    if i.layout == "plain":
        sheet.text(x, y - 14, "Bill to", 8.5, soft=True)
    for n, part in enumerate(BUYER):
        sheet.text(x, y + n * 13, part)
    if i.layout == "boxed":
        sheet.text(x, y + 4 * 13 + 4, f"{i.words['vat']}: {BUYER_VAT}", 8.5)


def meta(sheet: Sheet) -> float:
    """Number, dates and order; returns where the next block may start."""
    i = sheet.invoice
    rows = [(i.words["number"], i.number), (i.words["date"], sheet.date(i.issued))]
    if i.kind == "invoice":
        rows.append((i.words["due"], sheet.date(i.due)))
    if i.order:
        rows.append((i.words["order"], i.order))
    if i.credits:
        rows.append(("zu Rechnung", i.credits))
    if i.layout == "boxed":
        column = (sheet.width - 100) / len(rows)
        sheet.text(50, 242, i.words["title"], 17, bold=True)
        sheet.canvas.setStrokeColor(RULE)
        sheet.canvas.rect(50, sheet.height - 290, sheet.width - 100, 36)
        for n, (label, value) in enumerate(rows):
            sheet.text(56 + n * column, 267, label, 7.5, soft=True)
            sheet.text(56 + n * column, 282, value, bold=True)
        return 320
    x, y = (50, 176) if i.layout == "plain" else (350, 150)
    for n, (label, value) in enumerate(rows):
        sheet.text(x, y + n * 15, label if i.layout != "letter" else f"{label}:")
        sheet.text(x + 105, y + n * 15, value, bold=n == 0)
    if i.layout != "plain":
        sheet.text(50, 256, f"{i.words['title']} {i.number}", 15, bold=True)
    return 285


def table(sheet: Sheet, top: float) -> float:
    """The lines, over as many pages as they need, with the sum carried forward; returns where the totals start."""
    right = sheet.width - 50
    carried = Decimal(0)
    for first, chunk in pages(sheet.invoice.lines):
        if not first:
            sheet.text(right - 90, sheet.height - 90, sheet.invoice.words["carried"], right=True)
            sheet.text(right, sheet.height - 90, sheet.money(carried), right=True)
            footer(sheet)
            sheet.canvas.showPage()
            sheet.page += 1
            sheet.text(
                50,
                60,
                f"{sheet.invoice.seller[0]} · {sheet.invoice.words['title']} {sheet.invoice.number}",
                8.5,
                soft=True,
            )
            top = 90
        head(sheet, top)
        y = top + 20
        if not first:
            sheet.text(90, y, sheet.invoice.words["carried"], soft=True)
            sheet.text(right, y, sheet.money(carried), right=True)
            y += 19
        for position, line in chunk:
            row(sheet, y, position, line)
            carried += line.net
            y += 19
        top = y
    return top + 8


def pages(lines: tuple[Line, ...]) -> Iterator[tuple[bool, list[tuple[int, Line]]]]:
    numbered = list(enumerate(lines, start=1))
    yield True, numbered[:ROWS_FIRST]
    for start in range(ROWS_FIRST, len(numbered), ROWS_NEXT):
        yield False, numbered[start : start + ROWS_NEXT]


def head(sheet: Sheet, y: float) -> None:
    w, right = sheet.invoice.words, sheet.width - 50
    if sheet.invoice.layout in ("band", "boxed"):
        sheet.canvas.setFillColor(HexColor("#efece6"))
        sheet.canvas.rect(50, sheet.height - y - 5, right - 50, 17, stroke=0, fill=1)
    sheet.text(56, y, "Pos", 8.5, bold=True)
    sheet.text(90, y, w["description"], 8.5, bold=True)
    sheet.text(right - 200, y, w["qty"], 8.5, bold=True, right=True)
    sheet.text(right - 190, y, w["unit"], 8.5, bold=True)
    sheet.text(right - 80, y, w["price"], 8.5, bold=True, right=True)
    sheet.text(right, y, w["amount"], 8.5, bold=True, right=True)
    sheet.rule(y + 6)


def row(sheet: Sheet, y: float, position: int, line: Line) -> None:
    right = sheet.width - 50
    sheet.text(56, y, str(position))
    sheet.text(90, y, line.description)
    sheet.text(right - 200, y, sheet.number(line.quantity), right=True)
    sheet.text(right - 190, y, line.unit)
    sheet.text(right - 80, y, sheet.money(line.price), right=True)
    sheet.text(right, y, sheet.money(line.net), right=True)


def totals(sheet: Sheet, y: float) -> None:
    i, right = sheet.invoice, sheet.width - 50
    sheet.rule(y, right - 240)
    y += 18
    rows = [(i.words["net"], i.net)]
    rows += [(f"{i.words['tax']} {sheet.number(rate)} %", tax) for rate, _, tax in i.taxes]
    for label, amount in rows:
        sheet.text(right - 240, y, label)
        sheet.text(right, y, sheet.money(amount), right=True)
        y += 16
    sheet.rule(y - 9, right - 240)
    sheet.text(right - 240, y + 5, f"{i.words['gross']} ({i.currency})", 11, bold=True)
    sheet.text(right, y + 5, sheet.money(i.printed_gross or i.gross), 11, bold=True, right=True)
    y += 40
    if i.kind == "invoice":
        sheet.text(50, y, f"{i.words['terms']} {sheet.date(i.due)}.")
    if i.note:
        sheet.text(50, y + 16, i.note, bold=True)


def footer(sheet: Sheet) -> None:
    i, base = sheet.invoice, sheet.height - 58
    sheet.rule(base - 12)
    sheet.text(50, base, f"{i.seller[0]}, {', '.join(i.seller[1:])}", 7.5, soft=True)
    parts = [f"{i.words['vat']} {i.vat_id}"] if i.vat_id else []
    parts += [f"IBAN {' '.join(i.iban[n : n + 4] for n in range(0, len(i.iban), 4))}", f"BIC {i.bic}"] if i.iban else []
    parts += [i.contact] if i.contact else []
    sheet.text(50, base + 11, " · ".join(parts), 7.5, soft=True)
    sheet.text(sheet.width - 50, base + 24, f"{i.words['page']} {sheet.page}", 7.5, right=True, soft=True)


def draw(invoice: Invoice) -> bytes:
    target = io.BytesIO()
    sheet = Sheet(invoice, target)
    letterhead(sheet)
    totals(sheet, table(sheet, meta(sheet)))
    footer(sheet)
    sheet.canvas.save()
    return as_picture(target.getvalue()) if invoice.as_picture else target.getvalue()


def as_picture(pdf: bytes) -> bytes:
    """The page as a scanner would deliver it: a slightly turned grey picture without text."""
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil().convert("L")
    image = image.rotate(0.4, fillcolor=255, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.4))
    target = io.BytesIO()
    image.save(target, "PDF", resolution=150, quality=55)
    return target.getvalue()


def truth(i: Invoice) -> dict[str, object]:
    """What is printed, in the form of the evaluation files."""
    fields = {
        "document_type": i.kind,
        "invoice_number": i.number,
        "issue_date": i.issued.isoformat(),
        "seller_name": i.seller[0],
        "buyer_name": BUYER[0],
        "currency": i.currency,
        "net_amount": str(i.net),
        "tax_amount": str(i.tax),
        "gross_amount": str(i.printed_gross or i.gross),
    }
    optional = {
        "due_date": i.due.isoformat() if i.kind == "invoice" else "",
        "purchase_order": i.order,
        "seller_vat_id": i.vat_id.removesuffix(" MWST"),
        "seller_iban": i.iban,
        "seller_bic": i.bic,
        "credited_invoice": i.credits,
        "seller_email": i.contact,
    }
    lines = [
        {
            "description": line.description,
            "quantity": str(line.quantity),
            "unit_price": str(line.price),
            "net_amount": str(line.net),
        }
        for line in i.lines
    ]
    return {"file": i.file, "fields": fields | {k: v for k, v in optional.items() if v}, "line_items": lines}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for invoice in SAMPLES:
        (FOLDER / invoice.file).write_bytes(draw(invoice))
    rows = (json.dumps(truth(invoice), ensure_ascii=False) for invoice in SAMPLES)
    (FOLDER / "truth.jsonl").write_text("".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    main()
