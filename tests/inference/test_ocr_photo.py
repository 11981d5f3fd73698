"""Photographs of a sheet: found, laid flat, read in even light, boxes where the words lie in the picture."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from inference.ocr.engine import Grey
from inference.ocr.photo import Points, evened, find_sheet, homography
from inference.ocr.render import scan
from inference.ocr.scan import read_scan
from inference.types import Scan
from tests.inference.test_ocr import Blocks, blocks, scanned

SIZE = (1500, 2000)
CORNERS = (
    ((210, 230), (1320, 150), (1400, 1830), (120, 1760)),
    ((330, 260), (1230, 330), (1360, 1700), (150, 1640)),
)


def photograph(page: Grey, corners: Points, shade: float = 0.0) -> Grey:
    """The page lying on dark ground, taken from aside, one side in the shade."""
    height, width = page.shape
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    matrix = homography([tuple(corner) for corner in corners], target)
    way = tuple((matrix / matrix[2, 2]).ravel()[:8])
    image = Image.new("L", SIZE, 60)
    laid = Image.fromarray(page).transform(SIZE, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC)
    image.paste(laid, mask=Image.new("L", (width, height), 255).transform(SIZE, Image.Transform.PERSPECTIVE, way))
    tones = np.asarray(image.filter(ImageFilter.GaussianBlur(1)), np.float32)
    return (tones * np.linspace(1 - shade, 1, SIZE[0])).astype(np.uint8)


@pytest.mark.parametrize("corners", CORNERS)
@pytest.mark.parametrize("shade", [0.0, 0.3])
def test_the_corners_of_a_sheet_are_found(corners: tuple[tuple[int, int], ...], shade: float) -> None:
    sheet = find_sheet(photograph(blocks(), np.array(corners, float), shade))
    assert sheet is not None
    found = [sheet.back(x, y) for x, y in ((0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height))]
    assert np.abs(np.array(found) - corners).max() < 30
    assert 1.1 < sheet.height / sheet.width < 1.7


@pytest.mark.parametrize("corners", CORNERS)
def test_words_of_a_photograph_have_boxes_in_the_picture(corners: tuple[tuple[int, int], ...]) -> None:
    came = photograph(blocks(), np.array(corners, float))
    words, *_ = read_scan(Blocks(), scanned(came))
    assert len(words) >= 75
    for word in words:
        x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        assert came[round(y * came.shape[0]), round(x * came.shape[1])] < 128


@pytest.mark.parametrize(
    "picture",
    [blocks(), np.full((800, 600), 255, np.uint8), np.zeros((800, 600), np.uint8)],
    ids=["a page", "white", "black"],
)
def test_a_scanned_page_has_no_sheet_in_it(picture: Grey) -> None:
    assert find_sheet(picture) is None


@pytest.mark.parametrize("turns", range(4))
def test_a_page_between_black_bars_is_read_without_them(turns: int) -> None:
    page = blocks()
    wide = np.zeros((page.shape[0], page.shape[1] + 900), np.uint8)
    wide[:, 400:-500] = page
    came = np.ascontiguousarray(np.rot90(wide, turns))
    sheet = find_sheet(came)
    assert sheet is not None and min(sheet.width, sheet.height) / max(sheet.width, sheet.height) < 0.75
    words, *_ = read_scan(Blocks(), scanned(came))
    assert len(words) >= 75
    for word in words:
        x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        assert came[round(y * came.shape[0]), round(x * came.shape[1])] < 128


def test_a_dark_band_with_print_is_part_of_the_page() -> None:
    image = Image.fromarray(blocks())
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1240, 90), 30)
    draw.rectangle((100, 20, 500, 60), 240)
    assert find_sheet(np.asarray(image)) is None


def test_noise_and_round_things_are_no_sheet() -> None:
    image = Image.new("L", (800, 900), 40)
    ImageDraw.Draw(image).ellipse((80, 100, 720, 800), 230)
    assert find_sheet(np.asarray(image)) is None
    assert find_sheet(np.random.default_rng(1).integers(0, 256, (700, 600), np.uint8)) is None


def test_shadows_are_lightened_and_print_stays() -> None:
    page = blocks()
    shaded = (page * np.linspace(0.55, 1, page.shape[1])).astype(np.uint8)
    even = evened(shaded)
    paper = even[page == 255]
    assert np.percentile(paper, 2) > 200 and even[page == 0].max() < 60
    assert evened(page) is page


def test_a_telephones_picture_is_turned_as_it_says() -> None:
    """EXIF orientation 6: the camera was held upright, its rows run from top to bottom."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(blocks())).save(file, "JPEG", quality=90, exif=exif)
    upright = np.asarray(scan(file.getvalue(), 1))
    words, *_ = read_scan(Blocks(), Scan(upright.shape[1], upright.shape[0], upright.tobytes()))
    assert upright.shape[0] > upright.shape[1] and words[0].text.startswith("w")
    assert words[0].box.y0 < 0.1
