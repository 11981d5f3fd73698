"""What is known of a document now: its pages, its text, and the newest value of each field."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from automation.documents.models import FieldValue, Page, Reading
from inference import types

TABLES = ("line_items", "tax_lines")


def current_values(document_id: uuid.UUID) -> dict[str, FieldValue]:
    """Field name to its newest value, tables (`line_items`, `tax_lines`) included. One query."""
    newest = FieldValue.objects.filter(document_id=document_id).order_by("name", "-id").distinct("name")
    return {value.name: value for value in newest}


def latest_pages(document_id: uuid.UUID) -> list[Page]:
    """The pages of the newest reading, in order; none before the document was read."""
    newest = Reading.objects.filter(document_id=document_id).order_by("-id").values("id")[:1]
    return list(Page.objects.filter(reading=newest).order_by("number"))


def page_marks(document_id: uuid.UUID) -> list[Page]:
    """The same pages without their words, which are most of a page."""
    newest = Reading.objects.filter(document_id=document_id).order_by("-id").values("id")[:1]
    return list(Page.objects.filter(reading=newest).order_by("number").defer("words"))


def document_text(document_id: uuid.UUID) -> str:
    """The words of the newest reading, a line break between pages: what search and near-duplicate checks compare."""
    return "\n".join(" ".join(word[0] for word in page.words) for page in latest_pages(document_id))


def stored_reading(reading_id: str | uuid.UUID) -> types.Reading:
    """A stored reading as extractors take it."""
    pages = Page.objects.filter(reading_id=reading_id).order_by("number")
    return types.Reading(tuple(_as_read(page) for page in pages))


def pages_of(document_id: uuid.UUID, numbers: Sequence[int]) -> types.Reading:
    """These pages of the document's newest reading, in the order given and numbered from 1."""
    by_number = {page.number: _as_read(page) for page in latest_pages(document_id)}
    return types.Reading(tuple(replace(by_number[number], number=n) for n, number in enumerate(numbers, 1)))


def _as_read(page: Page) -> types.Page:
    words = tuple(types.Word(text, types.Box(*box), confidence) for text, *box, confidence in page.words)
    size = (page.number, page.width, page.height)
    return types.Page(*size, words, page.reader, page.needs_ocr, page.digest, page.cause)
