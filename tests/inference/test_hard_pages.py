"""Pages that are hard to read, from PDF to fields: columns, words drawn in pieces, letters apart, turned pages."""

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pikepdf
import pytest
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from inference.extraction import combine
from inference.fields import FIELDS
from inference.ocr.text_layer import read
from tests.inference import documents

Put = Callable[[Canvas, float, float, str], None]
LINES = (
    (50, 800, "Brightwater Office Supplies Ltd"), (50, 785, "14 Station Road"), (50, 770, "Leeds LS1 4DY"),
    (50, 755, "VAT No: GB 980 7806 84"), (340, 800, "INVOICE"), (340, 770, "Invoice number: BW-20417"),
    (340, 755, "Invoice date: 14 March 2024"), (340, 740, "Due date: 13 April 2024"),
    (50, 700, "Bill to:"), (50, 685, "Fifth Avenue Coffee Ltd"), (50, 670, "7 Market Square"),
    (50, 655, "York YO1 8SG"),
    (50, 600, "Description"), (330, 600, "Qty"), (400, 600, "Unit price"), (500, 600, "Amount"),
    (50, 580, "Office chair"), (335, 580, "4"), (400, 580, "120.00"), (500, 580, "480.00"),
    (50, 565, "Filing cabinet"), (335, 565, "1"), (400, 565, "95.50"), (500, 565, "95.50"),
    (400, 530, "Subtotal"), (500, 530, "575.50"), (400, 515, "VAT 20%"), (500, 515, "115.10"),
    (400, 500, "Total GBP"), (500, 500, "690.60"),
    (50, 440, "Please pay to IBAN GB33BUKB20201555555555, BIC BUKBGB22"),
)  # fmt: skip
TRUTH = {
    "invoice_number": "BW-20417",
    "issue_date": date(2024, 3, 14),
    "due_date": date(2024, 4, 13),
    "seller_name": "Brightwater Office Supplies Ltd",
    "buyer_name": "Fifth Avenue Coffee Ltd",
    "net_amount": Decimal("575.50"),
    "tax_amount": Decimal("115.10"),
    "gross_amount": Decimal("690.60"),
    "currency": "GBP",
    "seller_iban": "GB33BUKB20201555555555",
}


def plain(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.drawString(x, y, text)


def in_pieces(canvas: Canvas, x: float, y: float, text: str) -> None:
    """Two letters at a time, each placed on its own, the last ones first."""
    for at in reversed(range(0, len(text), 2)):
        canvas.drawString(x + stringWidth(text[:at], "Helvetica", 9), y, text[at : at + 2])


def ligatures(canvas: Canvas, x: float, y: float, text: str) -> None:
    """One sign for "fi" in place of two letters."""
    canvas.setFont("Vera", 9)
    canvas.drawString(x, y, text.replace("fi", "\ufb01"))


def twice(canvas: Canvas, x: float, y: float, text: str) -> None:
    """Bold by printing twice."""
    canvas.drawString(x, y, text)
    canvas.drawString(x + 0.3, y, text)


def _pdf(put: Put, order: str = "lines", sideways: bool = False) -> bytes:
    lines = list(LINES)
    if order == "columns":
        lines.sort(key=lambda line: (line[0] >= 330, -line[1]))
    elif order == "random":
        random.Random(4).shuffle(lines)

    def draw(canvas: Canvas) -> None:
        registerFont(TTFont("Vera", "Vera.ttf"))
        if sideways:
            canvas.translate(842, 0)
            canvas.rotate(90)
        canvas.setFont("Helvetica", 9)
        for x, y, text in lines:
            put(canvas, x, y, text)

    return documents.pdf(draw, size=(842, 595) if sideways else (595, 842))


def _turned(data: bytes, by: int) -> bytes:
    def turn(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = by

    return documents.changed(data, turn)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: _pdf(plain), id="as it should be"),
        pytest.param(lambda: _pdf(plain, "columns"), id="drawn column by column"),
        pytest.param(lambda: _pdf(plain, "random"), id="drawn in any order"),
        pytest.param(lambda: _pdf(in_pieces), id="words in pieces"),
        pytest.param(lambda: _pdf(ligatures), id="ligatures"),
        pytest.param(lambda: _pdf(twice), id="printed twice"),
        pytest.param(lambda: _turned(_pdf(plain, sideways=True), 90), id="turned back by the page"),
    ],
)
def test_all_fields_are_read(data: Callable[[], bytes]) -> None:
    said, problem = combine.read(read(data()))
    found = {name: field.value for name, field in said.fields.items() if name in TRUTH}
    assert found == TRUTH and not problem
    assert [row["net_amount"].value for row in said.line_items] == [Decimal("480.00"), Decimal("95.50")]


def test_on_a_page_whose_text_lies_on_its_side_no_key_field_is_wrong_and_sure() -> None:
    said, _ = combine.read(read(_pdf(plain, sideways=True)))
    sure = {name: field.value for name, field in said.fields.items() if field.confidence >= combine.DOUBT}
    assert {
        name: value for name, value in sure.items() if name in TRUTH and FIELDS[name].key and TRUTH[name] != value
    } == {}
