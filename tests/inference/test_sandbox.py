"""The sandbox survives what happens to its processes."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from inference import errors, sandbox
from inference.limits import Limits
from inference.media_types import JPEG, PDF, PNG
from inference.ocr import text_layer
from tests.inference import documents

INVOICE = documents.pdf(documents.lines("Invoice 4711", "Total 12.00 EUR"), pages=2)


def zygotes(parent: int) -> list[psutil.Process]:
    return [p for p in psutil.Process(parent).children() if "inference.sandboxed" in p.cmdline()]


def test_the_same_reading_as_without_the_sandbox() -> None:
    assert sandbox.read_document(INVOICE, PDF) == text_layer.read(INVOICE)


def test_one_zygote_serves_all_calls() -> None:
    before = [sandbox.read_document(INVOICE, PDF) and zygotes(os.getpid())[0].pid for _ in range(5)]
    assert len(set(before)) == 1


def test_a_killed_zygote_is_replaced() -> None:
    sandbox.read_document(INVOICE, PDF)
    (zygote,) = zygotes(os.getpid())
    zygote.kill()
    psutil.wait_procs([zygote], timeout=5)
    assert len(sandbox.read_document(INVOICE, PDF).pages) == 2


def test_a_killed_child_is_one_error_and_no_more() -> None:
    sandbox.read_document(INVOICE, PDF)
    (zygote,) = zygotes(os.getpid())
    with ThreadPoolExecutor() as threads:
        overdue = threads.submit(sandbox.read_document, documents.form_bomb(), PDF, Limits(memory_mb=100_000))
        while not overdue.done():
            for child in zygote.children():  # the one before may still be ending
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        with pytest.raises(errors.ParserCrashed) as caught:
            overdue.result()
    assert caught.value.retryable
    assert len(sandbox.read_document(INVOICE, PDF).pages) == 2


def test_threads_share_it() -> None:
    texts = [f"Number{number}" for number in range(24)]
    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(lambda text: sandbox.read_document(documents.pdf(documents.lines(text)), PDF), texts)
    assert [reading.pages[0].words[0].text for reading in answers] == texts


def test_a_forked_process_starts_its_own_and_takes_it_along() -> None:
    """As Celery's workers do. The child's zygote ends with the child; the parent's stays."""
    sandbox.read_document(INVOICE, PDF)
    (ours,) = zygotes(os.getpid())
    come, go = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sandbox.read_document(INVOICE, PDF)
            os.write(go, b"%d" % zygotes(os.getpid())[0].pid)
        finally:
            os._exit(0)
    os.close(go)
    os.waitpid(child, 0)
    theirs = int(os.read(come, 20))
    os.close(come)
    assert theirs != ours.pid
    if psutil.pid_exists(theirs):
        psutil.wait_procs([psutil.Process(theirs)], timeout=5)
    assert not psutil.pid_exists(theirs)
    assert ours.is_running()


def test_the_zygote_holds_nothing_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    sandbox.stop()
    with Path(__file__).open("rb") as held:
        os.set_inheritable(held.fileno(), True)
        sandbox.read_document(INVOICE, PDF)
        (zygote,) = zygotes(os.getpid())
        opened = [file.path for file in zygote.open_files()]
    assert __file__ not in opened
    assert "DATABASE_URL" not in zygote.environ()


def test_a_page_is_drawn_as_wide_as_asked() -> None:
    with Image.open(io.BytesIO(sandbox.render_page(INVOICE, PDF, 2, 1190))) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (1190, 1684))
        shades = drawn.convert("L").histogram()
        assert sum(shades[:60]) > 50
        assert sum(shades[250:]) > 0.9 * 1190 * 1684


def test_a_thumbnail_of_a_turned_photograph() -> None:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1600, 1200), "red").save(file, "JPEG", exif=exif)
    with Image.open(io.BytesIO(sandbox.render_page(file.getvalue(), JPEG, 1, 120))) as drawn:
        assert drawn.size == (120, 160)
    page = sandbox.read_document(file.getvalue(), JPEG).pages[0]
    assert page.width < page.height


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_are_drawn(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (300, 200)).save(file, "PNG")
    with Image.open(io.BytesIO(sandbox.render_page(file.getvalue(), PNG, 1, 150))) as drawn:
        assert drawn.size == (150, 100)


@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(errors.NoSuchPage):
        sandbox.render_page(INVOICE, PDF, page, 100)
