"""Which pages are read by OCR, and whether a text layer may be believed. Decided page by page, from evidence.

A page without usable text is read by OCR. Where print lies over a picture of the whole page, as a scanning program
may leave it, OCR reads the picture too, and the text is believed only where both agree.

Pictures on a page with text are looked through for print.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from inference.ocr.engine import EngineFailed, OcrEngine, WordReader
from inference.ocr.pictures import with_pictures
from inference.ocr.scan import read_scan
from inference.types import Page, Reading, Scan, Word

ON_PICTURE = "text_on_picture"
"""The reader of pages whose text lies over a picture of the page."""
DISAGREES = "text_disagrees"
_AGREED = 0.75  # share of the text layer's telling words that OCR reads as well
_TELLING = 3  # letters and digits

ScanOf = Callable[[int], Scan]


def with_ocr(
    reading: Reading, engine: OcrEngine | None, scan_of: ScanOf, until: float, second: WordReader | None = None
) -> Reading:
    """The reading with pages read by OCR where they need it. Without an engine, or once `until` (time.monotonic) has
    passed, such pages stay without words and go to a person. `scan_of` draws a page by its number. The second engine is
    asked about words of which the first is not sure.
    """
    pages = [_page(page, engine, scan_of, until, second) for page in reading.pages]
    if any(page.words for page in pages):
        pages = [replace(page, needs_ocr=False) if page.reader == "blank" else page for page in pages]
    return Reading(tuple(pages))


def _page(page: Page, engine: OcrEngine | None, scan_of: ScanOf, until: float, second: WordReader | None) -> Page:
    doubtful = page.reader == ON_PICTURE
    if not (page.needs_ocr or doubtful or page.pictures):
        return page
    if engine is None or time.monotonic() > until:
        return replace(page, reader="text_layer") if doubtful else page
    if page.pictures:
        with suppress(EngineFailed):
            page = with_pictures(page, engine, scan_of(page.number), second)
        return page
    try:
        found = read_scan(engine, scan_of(page.number), second)
    except EngineFailed:
        return replace(page, words=(), needs_ocr=True)
    if doubtful and agreement(page.words, found.words) >= _AGREED:
        return replace(page, reader="text_layer")
    readers: list[OcrEngine | WordReader] = [engine, second] if second is not None and found.asked else [engine]
    name, digest = ("+".join(one.name for one in readers), " + ".join(one.digest for one in readers))
    seen = replace(page, words=found.words, digest=digest, cause=DISAGREES if doubtful else page.reader)
    return replace(seen, reader="blank" if found.empty else name, needs_ocr=not found.words)


def agreement(layer: Sequence[Word], seen: Sequence[Word]) -> float:
    """The share of the layer's telling words (with a digit, or long) that were seen too. 1 where there is none."""
    known = {_plain(word.text) for word in seen}
    telling = [_plain(word.text) for word in layer]
    telling = [text for text in telling if len(text) >= _TELLING and (any(map(str.isdigit, text)) or len(text) > 5)]
    return sum(text in known for text in telling) / len(telling) if telling else 1.0


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
