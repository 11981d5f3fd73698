"""A scanned document, kept as a PDF that can be searched."""

import pypdfium2 as pdfium
import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.models import Event
from automation.documents import storage
from automation.documents.models import Document, Page, Reading, State
from automation.ledger.models import LegalEntity
from tests.factories import make_document
from tests.inference import documents


def read_by_ocr(document: Document) -> Document:
    """The document, its only page read by OCR."""
    reading = Reading.objects.create(document=document, reader="tesseract", needs_ocr=False)
    words = [["546,21", 0.6, 0.8, 0.7, 0.82, 0.9]]
    size = {"width": 595, "height": 842}
    Page.objects.create(
        reading=reading, number=1, reader="tesseract", needs_ocr=False, digest="5.3", words=words, **size
    )
    return document


@pytest.fixture
def scanned(entity: LegalEntity) -> Document:
    """A stored document that OCR read."""
    data = documents.pdf(lambda canvas: canvas.rect(60, 60, 100, 100))
    stored = storage.store(data)
    kept = {"sha256": stored.sha256, "storage_name": stored.storage_name, "wrapped_key": stored.wrapped_key}
    told = {"filename": "scan.pdf", "media_type": "application/pdf", "size": len(data), "channel": "test"}
    return read_by_ocr(Document.objects.create(entity=entity, page_count=1, state=State.TO_VERIFY, **told, **kept))


def test_a_searchable_pdf_says_what_was_read_and_who_took_it(scanned: Document, clerk: User) -> None:
    client = Client()
    client.force_login(clerk)
    answer = client.get(f"/documents/{scanned.pk}/searchable/")
    assert answer.status_code == 200 and "scan.searchable.pdf" in answer["Content-Disposition"]
    assert "546,21" in pdfium.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    seen = Event.objects.filter(action="document.searched", subject=f"document:{scanned.pk}").get()
    assert seen.actor == f"user:{clerk.username}"


def test_the_page_of_a_scan_offers_it_once(entity: LegalEntity, clerk: User) -> None:
    client = Client()
    client.force_login(clerk)
    document = read_by_ocr(make_document(entity, state=State.TO_VERIFY))
    page = client.get(f"/documents/{document.pk}/").content.decode()
    assert page.count(f"/documents/{document.pk}/searchable/") == 1


def test_a_document_with_text_of_its_own_has_none(entity: LegalEntity, clerk: User) -> None:
    client = Client()
    client.force_login(clerk)
    document = make_document(entity)
    assert "/searchable/" not in client.get(f"/documents/{document.pk}/").content.decode()
    assert client.get(f"/documents/{document.pk}/searchable/").status_code == 404


def test_only_who_may_see_a_document_gets_it(scanned: Document, outsider: User) -> None:
    client = Client()
    client.force_login(outsider)
    assert client.get(f"/documents/{scanned.pk}/searchable/").status_code in (403, 404)
