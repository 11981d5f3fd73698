"""Words, their places and their order, as a person sees them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from inference.errors import UnreadableDocument
from inference.ocr.text_layer import read
from inference.types import Page, Word
from tests.inference import documents

DEV = Path(__file__).resolve().parents[3] / "shared" / "data" / "dev"


def only_page(data: bytes) -> Page:
    (page,) = read(data).pages
    return page


def texts(page: Page) -> list[str]:
    return [word.text for word in page.words]


def named(page: Page, text: str) -> Word:
    (word,) = [word for word in page.words if word.text == text]
    return word


def drawn(draw: Callable[[Canvas], None]) -> Page:
    return only_page(documents.pdf(draw))


def test_words_lie_where_they_are_printed() -> None:
    page = drawn(lambda canvas: canvas.drawString(100, 700, "Invoice 4711"))
    word = named(page, "4711")
    left = 100 + stringWidth("Invoice ", "Helvetica", 12)
    assert (page.width, page.height, page.reader, page.needs_ocr) == (595, 842, "text_layer", False)
    assert word.box.x0 * 595 == pytest.approx(left, abs=0.1)
    assert word.box.x1 * 595 == pytest.approx(left + stringWidth("4711", "Helvetica", 12), abs=0.1)
    assert word.box.y0 * 842 < 842 - 708 and 842 - 700 < word.box.y1 * 842 < 842 - 690


@pytest.mark.parametrize(
    ("turn", "middle", "along"),
    [(0, (0.2, 0.1), (1, 0)), (90, (0.9, 0.2), (0, 1)), (180, (0.8, 0.9), (-1, 0)), (270, (0.1, 0.8), (0, -1))],
)
def test_a_turned_page(turn: int, middle: tuple[float, float], along: tuple[int, int]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 20)
        canvas.drawCentredString(100, 443, "First")
        canvas.drawCentredString(200, 443, "Second")

    def rotate(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = turn

    page = only_page(documents.changed(documents.pdf(draw, size=(500, 500)), rotate))
    first, second = named(page, "First").box, named(page, "Second").box
    x, y = (first.x0 + first.x1) / 2, (first.y0 + first.y1) / 2
    assert (x, y) == pytest.approx(middle, abs=0.01)
    assert ((second.x0 + second.x1) / 2 - x, (second.y0 + second.y1) / 2 - y) == pytest.approx(
        (0.2 * along[0], 0.2 * along[1]), abs=0.01
    )
    assert texts(page) == ["First", "Second"]


def test_text_set_upright_on_a_landscape_page_made_by_rotation() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(595, 0)
        canvas.rotate(90)
        canvas.drawString(50, 500, "Total due 12.00")

    def rotate(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = 90

    page = only_page(documents.changed(documents.pdf(draw), rotate))
    assert (page.width, page.height) == (842, 595)
    assert texts(page) == ["Total", "due", "12.00"]
    assert named(page, "Total").box.x0 * 842 == pytest.approx(50, abs=0.2)
    assert named(page, "Total").box.y1 * 595 == pytest.approx(95, abs=5)


def test_the_crop_box_is_the_page() -> None:
    def crop(document: pikepdf.Pdf) -> None:
        document.pages[0].CropBox = pikepdf.Array([100, 400, 500, 800])

    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 600, "Inside")
        canvas.drawString(20, 100, "Outside")

    page = only_page(documents.changed(documents.pdf(draw), crop))
    assert (page.width, page.height, texts(page)) == (400, 400, ["Inside"])
    assert page.words[0].box.x0 == pytest.approx(0, abs=0.001)
    assert page.words[0].box.y1 == pytest.approx(0.507, abs=0.01)


def test_lines_from_the_top_whatever_the_drawing_order() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawRightString(550, 600, "99.00")
        canvas.drawString(50, 500, "below")
        canvas.drawString(50, 600, "Total")
        canvas.drawString(50, 700, "Top")

    assert texts(drawn(draw)) == ["Top", "Total", "99.00", "below"]


def test_gaps_split_words_and_kerning_does_not() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(50, 700)
        text.setFont("Helvetica", 12)
        text._code.append("[(Amo) 60 (unt) -400 (Due) 90 (s)] TJ")
        canvas.drawText(text)

    assert texts(drawn(draw)) == ["Amount", "Dues"]


def test_pieces_drawn_apart_make_one_word() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50 + stringWidth("1.234", "Helvetica", 12), 700, ",56")
        canvas.drawString(300, 700, "EUR")
        canvas.drawString(50, 700, "1.234")

    assert texts(drawn(draw)) == ["1.234,56", "EUR"]


@pytest.mark.parametrize("spacing", [2, 4, 7])
def test_letter_spaced_headings(spacing: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "RECHNUNG", charSpace=spacing)

    assert texts(drawn(draw)) == ["RECHNUNG"]


def test_letters_with_printed_spaces_are_one_word() -> None:
    page = drawn(documents.lines("I N V O I C E", "A B 12", "1 2 3 4 5"))
    assert texts(page) == ["INVOICE", "A", "B", "12", "1", "2", "3", "4", "5"]


def test_ligatures_are_letters() -> None:
    font = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /StandardEncoding >> >>"
    page = only_page(documents.one_page(font, b"BT /F 14 Tf 50 700 Td (of\\256ce \\257at) Tj ET"))
    assert texts(page) == ["office", "flat"]


def test_bold_by_overprinting_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        for shift in (0, 0.3, 0.6):
            canvas.drawString(50 + shift, 700, "Total 1111")
        for number, letter in enumerate("Due"):
            canvas.drawString(50 + 9 * number, 600, letter)
            canvas.drawString(50.4 + 9 * number, 600, letter)

    assert "".join(texts(drawn(draw))) == "Total1111Due"


def test_a_line_end_hyphen_stays_as_printed() -> None:
    assert texts(drawn(documents.lines("Personen-", "Unfallversicherung"))) == ["Personen-", "Unfallversicherung"]


def test_a_slanted_stamp_is_one_word() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Invoice")
        canvas.translate(300, 400)
        canvas.rotate(35)
        canvas.setFont("Helvetica", 40)
        canvas.drawString(0, 0, "BEZAHLT")

    assert sorted(texts(drawn(draw))) == ["BEZAHLT", "Invoice"]


def test_form_fields_are_read() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Number")
        canvas.acroForm.textfield(value="RE-2024-17", x=150, y=690, width=200, height=20)

    assert texts(drawn(draw)) == ["Number", "RE-2024-17"]


def test_a_blank_page_needs_nothing() -> None:
    page = drawn(lambda canvas: None)
    assert (page.reader, page.needs_ocr, page.words) == ("blank", False, ())


def _scan(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(BytesIO(documents.picture())), 0, 0, 595, 842)


def _write(canvas: Canvas, mode: int, text: str = "Summe 49,85 EUR und noch mehr Text") -> None:
    writer = canvas.beginText(50, 700)
    writer.setTextRenderMode(mode)
    writer.textOut(text)
    canvas.drawText(writer)


def test_a_scan_without_text() -> None:
    page = drawn(_scan)
    assert (page.reader, page.needs_ocr, page.words) == ("image", True, ())


def test_invisible_text_over_a_scan_is_not_believed() -> None:
    def draw(canvas: Canvas) -> None:
        _scan(canvas)
        _write(canvas, mode=3)

    page = drawn(draw)
    assert (page.reader, page.needs_ocr, page.words) == ("hidden_text", True, ())


def test_text_under_a_scan_is_not_believed() -> None:
    def draw(canvas: Canvas) -> None:
        _write(canvas, mode=0)
        _scan(canvas)

    assert drawn(draw).reader == "hidden_text"


def test_visible_text_on_a_full_page_background_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        _scan(canvas)
        _write(canvas, mode=0)

    page = drawn(draw)
    assert (page.reader, texts(page)[:2]) == ("text_on_picture", ["Summe", "49,85"])


def test_invisible_text_beside_visible_text_is_dropped() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 600, "Total 10.00")
        _write(canvas, mode=3, text="Total 99.00")

    assert texts(drawn(draw)) == ["Total", "10.00"]


def test_text_in_the_colour_of_the_paper_is_not_read_and_light_text_on_a_dark_ground_is() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 600, "Total 10.00")
        canvas.setFillColorRGB(0.99, 1, 1)
        canvas.drawString(50, 560, "Total 99.00")
        canvas.setFillColorRGB(0, 0, 0.3)
        canvas.rect(40, 500, 300, 20, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(50, 505, "Amount EUR")

    page = drawn(draw)
    assert texts(page) == ["Total", "10.00", "Amount", "EUR"]
    assert page.cause == "text_unseen"


def test_letters_drawn_as_shapes_need_ocr() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 800, "Page 1")
        for number in range(200):
            canvas.circle(50 + number % 40 * 12, 700 - number // 40 * 20, 4, fill=1)
            canvas.bezier(50, 60, 55, 70, 60, 50, 65, 60)
            shape = canvas.beginPath()
            shape.moveTo(50, 700 - number)
            for corner in range(8):
                shape.lineTo(52 + corner % 3, 702 - number + corner)
            canvas.drawPath(shape, fill=1, stroke=0)

    assert (drawn(draw).reader, drawn(draw).needs_ocr) == ("outlines", True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcdefgxyzABC0123456789.,-/:%", min_size=2, max_size=12), min_size=1, max_size=8))
def test_any_line_reads_back(words: list[str]) -> None:
    page = drawn(documents.lines(" ".join(words), size=8))
    assert texts(page) == words
    assert all(0 <= edge <= 1 for word in page.words for edge in word.box)


@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {"dpi": (100, 100)}), ("JPEG", {"dpi": (100, 100)}), ("TIFF", {})]
)
def test_pictures_are_pages_without_words(kind: str, options: dict[str, tuple[int, int]]) -> None:
    page = only_page(documents.picture((800, 1000), kind, **options))
    assert (page.reader, page.needs_ocr, page.words) == ("image", True, ())
    expected = (576, 720) if options else (673.6, 842)
    assert (page.width, page.height) == pytest.approx(expected, abs=0.5)


def test_every_frame_of_a_tiff_is_a_page() -> None:
    data = documents.picture(kind="TIFF", save_all=True, append_images=[Image.new("1", (300, 200))])
    assert [round(page.width / page.height, 2) for page in read(data).pages] == [0.8, 1.5]


def test_all_development_documents_are_read() -> None:
    paths = sorted(DEV.glob("*/docs*/*.pdf"))
    if not paths:
        pytest.skip(f"no development invoices at {DEV}")
    for path in paths:
        try:
            reading = read(path.read_bytes())
        except UnreadableDocument as error:
            pytest.fail(f"{path.name}: {error}")
        for page in reading.pages:
            assert page.words or page.needs_ocr or page.reader == "blank", path.name
            assert all(0 <= edge <= 1 for word in page.words for edge in word.box), path.name


def test_hidden_text_of_real_scans_is_not_believed() -> None:
    scans = [
        path for path in DEV.glob("scanned-cc0/docs/*.pdf") if (DEV / "scanned-cc0/docs_imageonly" / path.name).exists()
    ]
    if not scans:
        pytest.skip(f"no scanned invoices at {DEV}")
    assert {page.needs_ocr for path in scans for page in read(path.read_bytes()).pages} == {True}
