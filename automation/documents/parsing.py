"""From a stored document to its words and pictures, through the sandbox. The only caller of the parsers."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from django.conf import settings

from automation.documents import storage
from automation.documents.models import Document
from automation.errors import CountersignError, PermanentFailure, TemporaryFailure
from inference import sandbox
from inference.errors import UnreadableDocument
from inference.types import Reading, Scan

T = TypeVar("T")


def words(document: Document) -> Reading:
    """The words of the whole file. Raises PermanentFailure (codes of `inference.errors`), TemporaryFailure."""
    return told(lambda: sandbox.read_document(storage.load(document), document.media_type, limits()))


def picture(document: Document, page: int, width: int) -> bytes:
    """Page `page` (from 1) as WebP, `width` pixels wide. Raises as `words` does."""
    number = _in_file(document, page)
    return told(lambda: sandbox.render_page(storage.load(document), document.media_type, number, width, limits()))


def scan(document: Document, page: int) -> Scan:
    """Page `page` (from 1) in grey tones, to be read by OCR. Raises as `words` does."""
    number = _in_file(document, page)
    return told(lambda: sandbox.scan_page(storage.load(document), document.media_type, number, limits()))


def searchable(document: Document, reading: Reading) -> bytes:
    """The file as PDF, the words that OCR read in it as text. Raises as `words` does."""
    pages = tuple(replace(page, number=_in_file(document, page.number)) for page in reading.pages)
    return told(lambda: sandbox.searchable_pdf(storage.load(document), document.media_type, Reading(pages), limits()))


def _in_file(document: Document, page: int) -> int:
    """Which page of the stored file is the document's page `page` (from 1); a page that it has not stays none."""
    if document.pages is None:
        return page
    return document.pages[page - 1] if 0 < page <= len(document.pages) else 0


def limits() -> sandbox.Limits:
    return sandbox.Limits(
        bytes=settings.DOCUMENT_MAX_BYTES,
        pages=settings.DOCUMENT_MAX_PAGES,
        seconds=settings.DOCUMENT_PARSE_SECONDS,
        memory_mb=settings.DOCUMENT_PARSE_MEMORY_MB,
    )


def told(parse: Callable[[], T]) -> T:
    """What `parse` returns; what is unreadable as the pipeline's own errors."""
    try:
        return parse()
    except UnreadableDocument as error:
        kind: type[CountersignError] = TemporaryFailure if error.retryable else PermanentFailure
        raise kind(str(error), code=error.code) from error
