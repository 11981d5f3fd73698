"""What files get that are broken, hostile or too much: one clear refusal each, and the next document is read."""

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from inference import errors, sandbox
from inference.limits import Limits
from inference.media_types import PDF, sniff
from tests.inference import documents

SMALL = Limits(memory_mb=400, seconds=5)


def read(data: bytes, limits: Limits = SMALL) -> None:
    sandbox.read_document(data, sniff(data), limits)


def render(data: bytes) -> None:
    sandbox.render_page(data, sniff(data), 1, 800, SMALL)


@pytest.fixture(autouse=True)
def the_next_document_is_read() -> Iterator[None]:
    yield
    reading = sandbox.read_document(documents.pdf(documents.lines("Still alive")), PDF)
    assert [word.text for word in reading.pages[0].words] == ["Still", "alive"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Invoice 4711\nTotal 12.00 EUR\n", "plain text"),
        (b"<!DOCTYPE html><html><body>Invoice</body></html>", "web page"),
        (b"\xef\xbb\xbf<html>%PDF-1.7", "web page"),
        (b'<?xml version="1.0"?><Invoice/>', "XML"),
        (documents.zipped(), "ZIP"),
        (b"MZ\x90\x00%PDF-1.4", "program"),
        (b"\x00\x01\x02\x03" * 400, "no known format"),
    ],
)
def test_other_files_by_any_name(data: bytes, says: str) -> None:
    with pytest.raises(errors.UnsupportedType, match=says):
        sniff(data)


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b" \n"])
def test_nothing_in_it(data: bytes) -> None:
    with pytest.raises(errors.EmptyDocument):
        sniff(data)


def test_a_type_that_is_not_the_content() -> None:
    with pytest.raises(errors.UnsupportedType, match="image/png"):
        sandbox.read_document(documents.picture(), PDF)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8, 0.99])
def test_a_truncated_pdf(keep: float) -> None:
    data = documents.pdf(documents.lines("Total 12.00"), pages=5)
    with pytest.raises(errors.Damaged):
        read(data[: int(len(data) * keep)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_truncated_picture(kind: str) -> None:
    file = io.BytesIO()
    Image.effect_noise((400, 400), 50).save(file, kind)
    with pytest.raises(errors.Damaged):
        read(file.getvalue()[:-3000])


def test_noise_called_pdf() -> None:
    with pytest.raises(errors.Damaged):
        read(b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF")


def test_a_password() -> None:
    with pytest.raises(errors.Encrypted, match="password"):
        read(documents.encrypted())


def test_two_thousand_pages() -> None:
    with pytest.raises(errors.TooManyPages, match="2000"):
        read(documents.pdf(documents.lines("x"), pages=2000))


def test_too_many_bytes() -> None:
    with pytest.raises(errors.TooLarge):
        read(documents.pdf(documents.lines("x")), Limits(bytes=100))


@pytest.mark.parametrize("call", [read, render])
def test_a_huge_picture_in_a_pdf(call: Callable[[bytes], None]) -> None:
    with pytest.raises(errors.PageTooLarge, match="30,000"):
        call(documents.huge_picture())


def test_a_huge_picture() -> None:
    with pytest.raises(errors.PageTooLarge):
        read(documents.picture((20_000, 20_000), "TIFF", compression="tiff_lzw"))


@pytest.mark.parametrize(
    "data", [documents.content_bomb(), documents.form_loop(), documents.form_bomb()], ids=["content", "loop", "forms"]
)
@pytest.mark.parametrize("call", [read, render])
def test_bombs(call: Callable[[bytes], None], data: bytes) -> None:
    with pytest.raises((errors.TooMuchMemory, errors.TooSlow)):
        call(data)


def test_a_page_tree_that_holds_itself() -> None:
    with pytest.raises(errors.Damaged):
        read(documents.page_tree_loop())


def test_a_tiny_limit_of_time() -> None:
    with pytest.raises(errors.TooSlow):
        read(documents.form_bomb(), Limits(seconds=0.2))


def test_every_refusal_says_what_to_do_and_has_its_own_code() -> None:
    assert len(errors.BY_CODE) == 14
    for code, error in errors.BY_CODE.items():
        assert error.code == code
        assert str(error("Because.")).startswith(error.what + " Because.")
