"""Reading scans: pages set upright and straight, words put back in place, engines, the router, bad pictures."""

import io
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inference import sandbox
from inference.errors import UnreadableDocument
from inference.ocr import doctr, recognition, tesseract
from inference.ocr.engine import EngineFailed, Found, Grey, OcrEngine
from inference.ocr.engines import engine
from inference.ocr.order import reading_order
from inference.ocr.pose import skew
from inference.ocr.render import scan
from inference.ocr.router import agreement, with_ocr
from inference.ocr.scan import read_scan
from inference.ocr.searchable import searchable
from inference.ocr.segment import segment
from inference.ocr.text_layer import read
from inference.types import Box, Page, Reading, Scan, Word
from tests.inference import documents

INVOICE = (
    "Nordwind Buerobedarf GmbH",
    "Hafenstrasse 12, 20457 Hamburg",
    "Rechnung Nr. RE-2024-0815",
    "Rechnungsdatum 14.03.2024",
    "Druckerpapier A4 weiss 10 Pakete 45,90 EUR",
    "Nettobetrag 459,00 EUR",
    "Umsatzsteuer 19 % 87,21 EUR",
    "Rechnungsbetrag 546,21 EUR",
    "IBAN DE89 3704 0044 0532 0130 00",
)
VALUES = {"RE-2024-0815", "14.03.2024", "459,00", "87,21", "546,21"}

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


@pytest.fixture(scope="module")
def page() -> Grey:
    """An A4 page of print at 200 dpi."""
    document = pdfium.PdfDocument(documents.pdf(documents.lines(*INVOICE)))
    return np.asarray(document[0].render(scale=200 / 72, grayscale=True).to_pil())


def scanned(page: Grey) -> Scan:
    return Scan(page.shape[1], page.shape[0], page.tobytes())


def png(page: Grey) -> bytes:
    file = io.BytesIO()
    Image.fromarray(page).save(file, "PNG", dpi=(200, 200))
    return file.getvalue()


def turned(page: Grey, degrees: float) -> Grey:
    return np.asarray(Image.fromarray(page).rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=255))


@dataclass
class Blocks:
    """An engine that reads solid blocks, told apart by their width; surely only when the page is upright.

    It stands for an engine whose answer is known exactly: the widest block is on top of an upright page.
    """

    name: str = "blocks"
    digest: str = "1"

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        return [self._page(page) for page in pages]

    def _page(self, page: Grey) -> list[Found]:
        from scipy import ndimage

        places = ndimage.find_objects(ndimage.label(page < 128)[0])
        boxes = sorted((x.start, y.start, x.stop, y.stop) for y, x in places if x.stop - x.start > 20)
        widest = max(boxes, key=lambda box: box[2] - box[0], default=None)
        upright = widest is not None and widest[1] == min(box[1] for box in boxes)
        return [Found(f"w{round((b[2] - b[0]) / 50)}", *b, 0.95 if upright else 0.2) for b in boxes]


class Broken:
    name, digest = "broken", "1"

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        raise EngineFailed("it does not answer")


def blocks() -> Grey:
    """Lines of blocks like words, the widest on top."""
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, 700, 130), 0)
    for line in range(20):
        for word in range(4):
            x = 100 + word * 260
            draw.rectangle((x, 220 + line * 60, x + 150 + 50 * (word % 2), 245 + line * 60), 0)
    return np.asarray(image)


def box_of(words: Sequence[Word], text: str) -> Box:
    return next(word.box for word in words if word.text == text)


@pytest.mark.parametrize("turns", range(4))
def test_a_page_laid_in_any_way_is_read_upright_and_boxes_lie_on_the_page_as_it_came(turns: int) -> None:
    came = np.ascontiguousarray(np.rot90(blocks(), -turns))
    words, *_ = read_scan(Blocks(), scanned(came))
    assert next(word.text for word in words) == "w12"
    assert words[0].confidence > 0.9
    x0, y0, x1, y1 = (edge * side for edge, side in zip(box_of(words, "w12"), (*came.shape[::-1],) * 2, strict=True))
    assert (came[round(y0) + 2 : round(y1) - 2, round(x0) + 2 : round(x1) - 2] < 128).all()


@pytest.mark.parametrize("turns", range(4))
def test_the_streaks_of_a_fax_do_not_turn_a_page(turns: int) -> None:
    came = blocks().copy()
    came[:, 1100] = came[:, 30:32] = 0
    words, *_ = read_scan(Blocks(), scanned(np.ascontiguousarray(np.rot90(came, -turns))))
    assert "w12" in [word.text for word in words]
    assert min(word.confidence for word in words) > 0.9


@settings(max_examples=4, deadline=None)
@given(st.floats(-4, 4))
def test_a_crooked_page_is_straightened_and_boxes_follow_it(degrees: float) -> None:
    came = turned(blocks(), degrees)
    assert skew(came) == pytest.approx(-degrees, abs=0.3)
    words, *_ = read_scan(Blocks(), scanned(came))
    for word in words:
        x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        assert came[round(y * came.shape[0]), round(x * came.shape[1])] < 128


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True, max_size=30))
def test_words_are_ordered_by_line_then_from_the_left(cells: list[tuple[int, int]]) -> None:
    found = [
        Found(f"{line}{column}", column * 90, line * 40, column * 90 + 70, line * 40 + 20, 1.0)
        for line, column in cells
    ]
    assert [word.text for word in reading_order(found)] == sorted(word.text for word in found)


def test_a_line_that_slopes_stays_one_line() -> None:
    found = [Found(str(n), n * 100, n * 6, n * 100 + 80, n * 6 + 20, 1.0) for n in range(9)]
    assert [word.text for word in reading_order(found[::-1])] == list("012345678")


def test_words_are_found_one_by_one_by_their_ink(page: Grey) -> None:
    boxes = segment(page)
    words = sum(len(line.split()) for line in INVOICE)
    assert words * 0.85 <= len(boxes) <= words * 1.15
    assert all((page[y0:y1, x0:x1] < 128).any() for x0, y0, x1, y1 in boxes.tolist())


def test_ruled_lines_and_frames_are_no_words(page: Grey) -> None:
    ruled = page.copy()
    for line in range(len(INVOICE)):
        y = round((62 + 24 * line) * 200 / 72) + 22
        ruled[y : y + 3, 100:1500] = 0
    ruled[150:760, 98:101] = ruled[150:760, 1500:1503] = 0
    plain, found = segment(page), segment(ruled)
    assert abs(len(found) - len(plain)) <= 0.2 * len(plain)
    assert all(x1 - x0 < 1000 for x0, _, x1, _ in found.tolist())


def test_light_print_on_dark_is_found() -> None:
    image = Image.new("L", (1000, 600), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 100, 950, 160), 40)
    draw.text((80, 115), "Artikel", 255, font_size=32)
    draw.text((700, 115), "Betrag", 255, font_size=32)
    boxes = segment(np.asarray(image)).tolist()
    assert any(70 < x0 < 95 for x0, *_ in boxes) and any(690 < x0 < 715 for x0, *_ in boxes)


ENGINES = [
    pytest.param(lambda: tesseract.installed(("eng", "deu")), marks=needs_tesseract, id="tesseract"),
]


@pytest.mark.parametrize("make", ENGINES)
@pytest.mark.parametrize(
    "lay", [lambda p: p, lambda p: np.rot90(p, 2), lambda p: turned(p, 2.5)], ids=["straight", "upside down", "crooked"]
)
def test_an_engine_reads_the_values_of_an_invoice(
    make: Callable[[], OcrEngine], lay: Callable[[Grey], Grey], page: Grey
) -> None:
    words, *_ = read_scan(make(), scanned(np.ascontiguousarray(lay(page))))
    assert {word.text for word in words} >= VALUES
    assert all(0 <= word.confidence <= 1 and 0 <= edge <= 1 for word in words for edge in word.box)


def test_our_weights_are_those_of_their_card_and_read(page: Grey) -> None:
    assert recognition.verified(doctr.SHIPPED)["sha256"]
    ours = doctr.installed()
    assert ours is not None and ours.digest.startswith("crnn_mobilenet_v3_small")
    found = ours.read([page, page])
    assert found[0] == found[1]
    digits = [word for word in found[0] if any(map(str.isdigit, word.text))]
    assert len(digits) >= 10
    assert all(0 <= word.confidence <= 1 for word in found[0])


def test_weights_that_are_not_those_of_their_card_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ocr"
    shutil.copytree(doctr.SHIPPED, folder)
    weights = folder / "recognition.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    with pytest.raises(recognition.WeightsUnavailable, match="hash"):
        recognition.load(folder)


def picture_only(page: Grey) -> tuple[Reading, Callable[[int], Scan]]:
    return read(png(page)), lambda number: scanned(page)


def test_what_read_a_page_is_kept_with_it(page: Grey) -> None:
    reading, scan_of = picture_only(blocks())
    done = with_ocr(reading, Blocks(), scan_of, time.monotonic() + 60).pages[0]
    assert (done.reader, done.digest, done.cause, done.needs_ocr) == ("blocks", "1", "image", False)
    assert done.words


@pytest.mark.parametrize(
    ("chosen", "seconds"), [(None, 60), (Broken(), 60), (Blocks(), -1)], ids=["none", "broken", "late"]
)
def test_without_an_answer_a_person_must_look(chosen: OcrEngine | None, seconds: float) -> None:
    reading, scan_of = picture_only(blocks())
    assert with_ocr(reading, chosen, scan_of, time.monotonic() + seconds).needs_ocr


def layered(words: Sequence[str]) -> Page:
    return Page(1, 595, 842, tuple(Word(text, Box(0.1, 0.1, 0.2, 0.2)) for text in words), "text_on_picture")


def test_a_text_layer_over_a_picture_is_believed_only_where_the_picture_agrees() -> None:
    seen = [word.text for word in read_scan(Blocks(), scanned(blocks())).words]
    same = with_ocr(Reading((layered(seen),)), Blocks(), lambda _: scanned(blocks()), time.monotonic() + 60).pages[0]
    assert (same.reader, same.digest) == ("text_layer", "")
    other = layered(["total", "999,00", "IBAN", "DE00123456"])
    changed = with_ocr(Reading((other,)), Blocks(), lambda _: scanned(blocks()), time.monotonic() + 60).pages[0]
    assert (changed.reader, changed.cause) == ("blocks", "text_disagrees")
    assert "999,00" not in {word.text for word in changed.words}


def test_agreement_is_about_telling_words() -> None:
    box = Box(0, 0, 1, 1)
    layer = [Word(text, box) for text in ("49,85", "EUR", "Rechnungsbetrag", "am")]
    assert agreement(layer, [Word("49.85", box), Word("rechnungsbetrag", box)]) == 1
    assert agreement(layer, [Word("40,85", box), Word("Rechnungsbetrag", box)]) == 0.5


def pictures() -> dict[str, bytes]:
    def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    noise = np.random.default_rng(1).integers(0, 256, (150, 200), np.uint8)
    frames = [Image.new("L", (200, 200), tone) for tone in (255, 128, 0)]
    whole = saved(Image.fromarray(noise), "JPEG")
    return {
        "blank": saved(Image.new("L", (1240, 1754), 255)),
        "black": saved(Image.new("L", (1240, 1754), 0)),
        "1x1": saved(Image.new("L", (1, 1), 0)),
        "long": saved(Image.new("L", (3, 5000), 255)),
        "huge": saved(Image.new("1", (20_000, 20_000))),
        "CMYK": saved(Image.new("CMYK", (400, 500), (0, 0, 0, 0)), "JPEG"),
        "16 bit": saved(Image.fromarray(noise.astype(np.uint16) * 257)),
        "animated": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "truncated": whole[: len(whole) // 2],
        "noise": whole,
        "transparent": saved(Image.new("RGBA", (300, 300), (0, 0, 0, 0))),
        "cat": saved(cat(), "JPEG"),
    }


def cat() -> Image.Image:
    """Fur, two ears, two eyes: a picture with much to see and nothing to read."""
    fur = np.random.default_rng(9).normal(120, 30, (90, 70)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(fur).resize((700, 900), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for x in (120, 440):
        draw.polygon([(x, 260), (x + 70, 60), (x + 140, 260)], 70)
        draw.ellipse((x + 20, 360, x + 110, 450), 220)
        draw.ellipse((x + 50, 370, x + 80, 440), 10)
    return image


@pytest.mark.parametrize("name", sorted(pictures()))
def test_a_bad_picture_has_a_defined_result(name: str) -> None:
    data = pictures()[name]
    media_type = sandbox.sniff(data)
    chosen = engine(languages=("eng",)) or Blocks()
    try:
        reading = sandbox.read_document(data, media_type)
        reading = with_ocr(
            reading, chosen, lambda number: sandbox.scan_page(data, media_type, number), time.monotonic() + 60
        )
    except UnreadableDocument as error:
        assert (name, error.code) in {("huge", "page_too_large"), ("truncated", "damaged")}
        return
    assert name not in ("huge", "truncated")
    assert len(reading.pages) == 1
    assert reading.needs_ocr == (not reading.pages[0].words)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "HEIF"])
def test_pictures_of_every_kind_are_read_frame_by_frame(kind: str) -> None:
    file = io.BytesIO()
    more = {"save_all": True, "append_images": [Image.fromarray(blocks())]} if kind == "TIFF" else {}
    Image.fromarray(blocks()).convert("RGB").save(file, kind, **more)
    data = file.getvalue()
    media_type = sandbox.sniff(data)
    reading = sandbox.read_document(data, media_type)
    until = time.monotonic() + 60
    reading = with_ocr(reading, Blocks(), lambda number: sandbox.scan_page(data, media_type, number), until)
    assert len(reading.pages) == (2 if kind == "TIFF" else 1)
    for page in reading.pages:
        assert len(page.words) > 70 and page.words[0].box == max((w.box for w in page.words), key=lambda b: b.x1 - b.x0)


def test_the_back_of_a_sheet_does_not_keep_a_document(page: Grey) -> None:
    file = io.BytesIO()
    Image.fromarray(blocks()).save(
        file, "TIFF", save_all=True, append_images=[Image.new("L", (1240, 1754), 250)], dpi=(150, 150)
    )
    data = file.getvalue()
    reading = with_ocr(
        read(data), Blocks(), lambda number: scanned(np.asarray(scan(data, number))), time.monotonic() + 60
    )
    assert [(page.reader, page.needs_ocr) for page in reading.pages] == [("blocks", False), ("blank", False)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_searchable_pdf_says_what_was_read_where_it_stands(rotation: int) -> None:
    def draw(canvas: object) -> None:
        canvas.drawInlineImage(Image.fromarray(blocks()).convert("RGB"), 0, 0, 595, 842)  # type: ignore[attr-defined]

    def turn(document: object) -> None:
        document.pages[0].Rotate = rotation  # type: ignore[attr-defined]

    data = documents.changed(documents.pdf(draw), turn)
    size = (595.0, 842.0) if rotation % 180 == 0 else (842.0, 595.0)
    words = (Word("Łódź", Box(0.1, 0.1, 0.3, 0.13)), Word("546,21", Box(0.6, 0.8, 0.7, 0.82)))
    made = searchable(data, [Page(1, *size, words, "blocks", digest="1", cause="image")])
    with_layer = pdfium.PdfDocument(made)
    text = with_layer[0].get_textpage()
    assert text.get_text_range().split() == ["Lódz", "546,21"]
    assert read(made).pages[0].reader == "hidden_text"
    left, bottom, right, top = text.get_charbox(text.get_text_range().index("5"))
    assert 0 < right - left < 60 and 0 < top - bottom < 60


def test_pictures_become_searchable_pdfs() -> None:
    data = png(blocks())
    page = read(data).pages[0]
    seen = Page(1, page.width, page.height, (Word("546,21", Box(0.6, 0.8, 0.7, 0.82)),), "blocks", digest="1")
    made = pdfium.PdfDocument(sandbox.searchable_pdf(data, "image/png", Reading((seen,))))
    assert made[0].get_textpage().get_text_range() == "546,21"
    assert made[0].get_size() == pytest.approx((page.width, page.height), abs=1)
