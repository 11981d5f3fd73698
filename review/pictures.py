"""Pictures of pages in the shared cache: under which key, and for how long."""

import hashlib

from django.core.cache import cache

from automation.documents.models import Document

WIDTHS = (400, 800, 1200, 1800, 2600)  # pixels; the browser picks the one that is sharp at its zoom
KEPT_FOR = 3600  # seconds


def key(document: Document, number: int, width: int) -> str:
    digest = hashlib.sha256(f"{document.sha256}:{number}:{width}".encode()).hexdigest()
    return f"page:{document.pk}:{digest}"


def forget_pictures(document: Document) -> None:
    numbers = range(1, (document.page_count or 0) + 1)
    cache.delete_many([key(document, number, width) for number in numbers for width in WIDTHS])
