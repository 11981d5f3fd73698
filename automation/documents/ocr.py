"""Pages without usable text, read by the engine that the settings name. Loaded only where a document needs it."""

import time
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings

from automation.documents.parsing import limits
from inference import sandbox
from inference.extraction.candidates import names_somebody
from inference.types import Reading, Scan

_IN_DOUBT = "text_on_picture"


def completed(found: Reading, scan_of: Callable[[int], Scan]) -> Reading:
    """The reading with what OCR adds; pages that nothing can read stay marked. `scan_of` draws a page by its number.

    Pictures on pages with text are read where that text names nobody surely: it takes longer than all the rest.
    """
    if any(page.pictures for page in found.pages) and names_somebody(found):
        found = Reading(tuple(replace(page, pictures=()) for page in found.pages))
    if not any(page.needs_ocr or page.pictures or page.reader == _IN_DOUBT for page in found.pages):
        return found
    from inference.ocr.engines import engine, second
    from inference.ocr.router import with_ocr

    chosen = engine(settings.OCR_ENGINE, tuple(settings.OCR_LANGUAGES), settings.OCR_WEIGHTS_DIR)
    other = None if settings.OCR_ENGINE else second(chosen, settings.OCR_WEIGHTS_DIR)
    return with_ocr(found, chosen, scan_of, time.monotonic() + settings.OCR_SECONDS, other)


def read_file(data: bytes) -> Reading:
    """The words of a file's pages, as the pipeline reads them. Raises the errors of `inference.errors`."""
    media_type = sandbox.sniff(data)
    found = sandbox.read_document(data, media_type, limits())
    return completed(found, lambda number: sandbox.scan_page(data, media_type, number, limits()))
