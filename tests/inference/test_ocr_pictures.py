"""Print inside pictures on pages with text of their own: a letterhead or a footer that no text layer holds."""

import time

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from inference import sandbox
from inference.ocr.engine import OcrEngine
from inference.ocr.engines import engine
from inference.ocr.render import scan
from inference.ocr.router import with_ocr
from inference.ocr.searchable import searchable
from inference.ocr.text_layer import read
from inference.serial import reading_from_json, reading_to_json
from inference.types import Reading, Scan
from tests.inference import documents
from tests.inference.test_ocr import Broken

HEAD = ("Nordwind GmbH, Hafenstr. 12, 20457 Hamburg", "IBAN DE89370400440532013000")
TEXT = ("Rechnung Nr. RE-2024-0815", "Rechnungsdatum 14.03.2024", "Rechnungsbetrag 546,21 EUR")


@pytest.fixture(scope="module")
def ours() -> OcrEngine:
    chosen = engine("doctr")
    assert chosen is not None
    return chosen


def letterhead() -> Image.Image:
    """A firm's name, place and account as a picture, at 200 dpi."""
    image = Image.new("RGB", (1000, 160), "white")
    sheet = pdfium.PdfDocument(documents.pdf(documents.lines(*HEAD)))
    drawn = sheet[0].render(scale=200 / 72).to_pil()
    left, top = np.argwhere(np.asarray(drawn.convert("L")).T < 128).min(0).tolist()
    image.paste(drawn.crop((left - 20, top - 20, left + 980, top + 140)))
    return image


def photograph() -> Image.Image:
    """Shades without print."""
    tones = np.random.default_rng(4).normal(120, 40, (16, 100, 3)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(tones).resize((1000, 160), Image.Resampling.BICUBIC)


def document(picture: Image.Image, y: float = 740, *, width: float = 360) -> bytes:
    """A page with text, and the picture `y` points above its foot."""

    def draw(canvas: object) -> None:
        canvas.drawInlineImage(picture, 60, y, width, width * 0.16)  # type: ignore[attr-defined]
        for number, line in enumerate(TEXT):
            canvas.drawString(72, 600 - 20 * number, line)  # type: ignore[attr-defined]

    return documents.pdf(draw)


def completed(data: bytes, chosen: OcrEngine) -> Reading:
    def draw(number: int) -> Scan:
        drawn = scan(data, number)
        return Scan(*drawn.size, drawn.tobytes())

    return with_ocr(read(data), chosen, draw, time.monotonic() + 60)


@pytest.mark.parametrize(("y", "first"), [(740, True), (60, False)])
def test_a_picture_of_print_joins_the_text_where_it_stands(ours: OcrEngine, y: float, first: bool) -> None:
    data = document(letterhead(), y)
    (page,) = completed(data, ours).pages
    texts = [word.text for word in page.words]
    assert "DE89370400440532013000" in "".join(texts)
    assert {"RE-2024-0815", "14.03.2024", "546,21"} <= set(texts)
    assert (texts.index("IBAN") < texts.index("Rechnung")) == first
    assert (page.reader, page.digest, page.needs_ocr) == ("text_layer+doctr", ours.digest, False)
    account = next(word for word in page.words if word.text == "IBAN")
    assert account.confidence < 1
    assert 60 / 595 <= account.box.x0 < account.box.x1 <= 420 / 595
    assert 1 - (y + 58) / 842 <= account.box.y0 < account.box.y1 <= 1 - y / 842
    assert all(word.confidence == 1 for word in page.words if word.text in ("RE-2024-0815", "546,21"))


def test_a_photograph_adds_nothing(ours: OcrEngine) -> None:
    data = document(photograph())
    assert read(data).pages[0].pictures
    (page,) = completed(data, ours).pages
    assert (page.reader, page.digest) == ("text_layer", "")
    assert page.words == read(data).pages[0].words


def test_text_on_a_picture_is_not_told_twice(ours: OcrEngine) -> None:
    (page,) = completed(document(letterhead(), 555, width=500), ours).pages
    texts = [word.text for word in page.words]
    assert "Nordwind" in texts
    assert [texts.count(text) for text in ("RE-2024-0815", "14.03.2024", "546,21")] == [1, 1, 1]


def test_icons_and_scans_are_no_pictures_of_print() -> None:
    assert read(document(letterhead(), width=30)).pages[0].pictures == ()
    whole = documents.pdf(lambda canvas: canvas.drawInlineImage(photograph(), 0, 0, 595, 842))
    assert [(page.reader, page.pictures) for page in read(whole).pages] == [("image", ())]


def test_without_an_answer_the_text_stands() -> None:
    data = document(letterhead())
    (page,) = completed(data, Broken()).pages
    assert (page.reader, page.needs_ocr) == ("text_layer", False)
    assert page.words == read(data).pages[0].words


def test_places_of_pictures_leave_the_sandbox() -> None:
    data = document(letterhead())
    found = sandbox.read_document(data, "application/pdf")
    assert found == read(data)
    assert found.pages[0].pictures[0].x0 == pytest.approx(60 / 595, abs=1e-3)
    assert reading_from_json(reading_to_json(found)) == found


def test_only_words_of_the_picture_are_added_to_a_searchable_pdf(ours: OcrEngine) -> None:
    data = document(letterhead())
    made = searchable(data, completed(data, ours).pages)
    text = pdfium.PdfDocument(made)[0].get_textpage().get_text_range()
    assert text.count("IBAN") == 1 and text.count("RE-2024-0815") == 1
