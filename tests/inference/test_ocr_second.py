"""Two engines on words in doubt: who is asked about what, and what their agreement is worth."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inference.ocr import doctr, engines, tesseract
from inference.ocr.engine import Found, Grey, Opinion
from inference.ocr.router import with_ocr
from inference.ocr.scan import read_scan
from inference.ocr.second import agreed, doubtful, missed
from inference.ocr.tesseract import bands_of
from inference.types import Page, Reading
from tests.inference.test_ocr import blocks, scanned

chances = st.floats(0, 1)


@dataclass
class Says:
    """An engine whose answer is given; `crops` keeps what it was shown."""

    found: Sequence[Found] = ()
    text: str = ""
    confidence: float = 1.0
    name: str = "says"
    digest: str = "1"
    crops: list[Grey] = field(default_factory=list)

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        return [list(self.found) for _ in pages]

    def words(self, crops: Sequence[Grey]) -> list[Opinion]:
        self.crops += crops
        return [Opinion(self.text, self.confidence) for _ in crops]


def word(text: str, confidence: float, x: float = 100, y: float = 100) -> Found:
    return Found(text, x, y, x + 150, y + 30, confidence)


@given(chances, chances)
def test_agreement_makes_surer_and_dissent_less_sure(first: float, second: float) -> None:
    same, other = (agreed(word("546,21", first), Opinion(text, second)) for text in ("546,21", "545,21"))
    assert same.text == "546,21" and same.confidence >= min(first, 0.99) - 1e-9
    assert other.confidence <= max(first, 0.5)


def test_the_first_word_stands_unless_its_engine_hardly_believes_it() -> None:
    assert agreed(word("546,21", 0.6), Opinion("546,27", 0.99)).text == "546,21"
    overruled = agreed(word("S46,Z1", 0.1), Opinion("546,21", 0.99))
    assert overruled.text == "546,21" and overruled.confidence < 0.6


def test_only_words_in_doubt_are_asked_about() -> None:
    found = [word("sure", 0.95), word("unsure", 0.4), word("—", 0.1), word("less", 0.2)]
    assert doubtful(found) == [3, 1]
    many = [word(str(n), 0.3) for n in range(500)]
    assert len(doubtful(many)) < 200


def test_a_page_says_which_engines_read_it() -> None:
    page = Page(1, 595, 842, (), "image", needs_ocr=True)
    for confidence, reader in ((0.5, "first+second"), (0.95, "first")):
        everywhere = Found("all", 0, 0, 1240, 1754, 0.95)
        first = Says([word("546,21", confidence), everywhere], name="first")
        second = Says(text="546,21", confidence=0.9, name="second", digest="2")
        until = time.monotonic() + 60
        done = with_ocr(Reading((page,)), first, lambda _: scanned(blocks()), until, second).pages[0]
        assert done.reader == reader and ("2" in done.digest) == (reader != "first")
        assert all(word.confidence >= 0.95 for word in done.words)
        assert all(crop.size for crop in second.crops)


def test_ruled_lines_are_no_words() -> None:
    found = [word("|", 0.9), word("———", 0.9, y=200), word("|Nr.:", 0.9, y=300), word("-", 0.9, y=400)]
    words, *_ = read_scan(Says(found), scanned(blocks()))
    assert [w.text for w in words] == ["Nr.:", "-"]


def test_print_that_the_first_engine_passed_over_is_read_by_the_second() -> None:
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    for y in range(200, 1400, 60):
        draw.text((100, y), "Betrag", 0, font_size=32)
        draw.text((800, y), "12.85", 0, font_size=32)
    page = np.asarray(image)
    found = [Found("Betrag", 103, y + 9, 193, y + 38, 0.95) for y in range(200, 1400, 60)]
    sure, unsure = (missed(Says(text="12.85", confidence=c), page, found) for c in (0.97, 0.5))
    assert unsure == [] and missed(Says(text="12.85", confidence=0.97), page, []) == []
    assert len(sure) == 20 and all(word.x0 > 750 and word.text == "12.85" for word in sure)


def test_our_recogniser_is_asked_where_tesseract_reads() -> None:
    program = tesseract.Tesseract("tesseract", "eng", "5")
    ours, asked = doctr.installed(), engines.second(program)
    assert ours is not None and asked is not None and asked.digest == ours.digest
    assert engines.second(ours) is None
    assert engines.second(None) is None


def test_our_recogniser_reads_single_words() -> None:
    ours = doctr.installed()
    assert ours is not None
    blank = np.full((40, 120), 255, np.uint8)
    opinions = ours.words([blank, blank])
    assert len(opinions) == 2 and all(0 <= opinion.confidence <= 1 for opinion in opinions)
    assert ours.words([]) == []


@pytest.mark.parametrize("shape", [(1754, 1240), (400, 300)])
def test_a_page_is_cut_between_lines_only(shape: tuple[int, int]) -> None:
    page = blocks()[: shape[0], : shape[1]]
    bands = bands_of(page)
    assert np.array_equal(np.concatenate([band for _, band in bands]), page)
    assert [top for top, _ in bands] == [0, *np.cumsum([len(band) for _, band in bands])[:-1]]
    assert all((page[top - 3 : top + 3] == 255).all() for top, _ in bands[1:])
    assert len(bands) == (2 if shape[0] > 1500 else 1)
