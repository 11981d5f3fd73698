"""From a stored document to its words and pictures, through the sandbox. The only caller of the parsers."""

from collections.abc import Callable
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
    """The words of all pages. Raises PermanentFailure (codes of `inference.errors`), TemporaryFailure after a crash."""
    return told(lambda: sandbox.read_document(storage.load(document), document.media_type, limits()))


def picture(document: Document, page: int, width: int) -> bytes:
    """Page `page` (from 1) as WebP, `width` pixels wide. Raises as `words` does."""
    return told(lambda: sandbox.render_page(storage.load(document), document.media_type, page, width, limits()))


def scan(document: Document, page: int) -> Scan:
    """Page `page` (from 1) in grey tones, to be read by OCR. Raises as `words` does."""
    return told(lambda: sandbox.scan_page(storage.load(document), document.media_type, page, limits()))


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
