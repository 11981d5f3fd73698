"""Read a file as the pipeline does, pages without text by OCR, and show what was read. Needs no database."""

import io
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image, ImageDraw

from automation.documents.ocr import read_file
from automation.documents.parsing import limits
from inference import sandbox
from inference.errors import UnreadableDocument
from inference.types import Page, Reading

_WIDTH = 1400
_SURE, _DOUBTFUL, _UNSURE = "green", "orange", "red"


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--overlay", type=Path, metavar="OUT.png", help="the pages with a frame around each word")
        parser.add_argument("--searchable", type=Path, metavar="OUT.pdf", help="the document with what was read in it")

    def handle(self, *args: Any, file: Path, overlay: Path | None, searchable: Path | None, **options: Any) -> None:
        try:
            data = file.read_bytes()
            began = time.perf_counter()
            reading = read_file(data)
            seconds = time.perf_counter() - began
            for page in reading.pages:
                self.stdout.write(_heading(page))
                self.stdout.write(" ".join(word.text for word in page.words) + "\n")
            self.stdout.write(f"{len(reading.pages)} pages in {seconds:.1f} s")
            if overlay is not None:
                _draw(data, reading, overlay)
            if searchable is not None:
                searchable.write_bytes(
                    sandbox.searchable_pdf(data, sandbox.sniff(data), reading, limits()),
                )
        except (UnreadableDocument, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            sandbox.stop()


def _heading(page: Page) -> str:
    how = f"{page.reader} {page.digest}".strip() + (f", because {page.cause}" if page.cause else "")
    return f"Page {page.number}: {len(page.words)} words by {how}" + (": a person must look" if page.needs_ocr else "")


def _draw(data: bytes, reading: Reading, out: Path) -> None:
    """All pages below each other, words framed by how surely they were read."""
    pages = [_framed(data, page) for page in reading.pages]
    sheet = Image.new("RGB", (_WIDTH, sum(picture.height for picture in pages)), "white")
    top = 0
    for picture in pages:
        sheet.paste(picture, (0, top))
        top += picture.height
    sheet.save(out)


def _framed(data: bytes, page: Page) -> Image.Image:
    shown = sandbox.render_page(data, sandbox.sniff(data), page.number, _WIDTH, limits())
    picture = Image.open(io.BytesIO(shown)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for word in page.words:
        colour = _SURE if word.confidence >= 0.9 else _DOUBTFUL if word.confidence >= 0.6 else _UNSURE
        box = [edge * side for edge, side in zip(word.box, picture.size * 2, strict=True)]
        draw.rectangle(box, outline=colour, width=2)
    return picture
