"""Reading and extracting, through the engine and its real workflow."""

import io
import shutil
from collections.abc import Callable
from typing import Any

import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from audit.models import Event
from automation.documents import extract, read
from automation.documents.models import Document, Extraction, FieldValue, Page, Reading, State
from automation.documents.values import current_values, document_text, latest_pages, stored_reading
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import Invoice, LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run, RunState, StepResult
from automation.workflow.results import Context, Done
from tests.inference import documents as made


def _invoice(canvas: Canvas) -> None:
    for x, y, text in (
        (50, 800, "Nordwind Bürobedarf GmbH"),
        (50, 784, "Hafenstraße 12, 20457 Hamburg"),
        (50, 768, "USt-IdNr. DE129273398"),
        (50, 700, "Rechnung"),
        (50, 680, "Rechnungsnummer: RE-2026-0117"),
        (50, 664, "Rechnungsdatum: 03.11.2026"),
        (50, 600, "Pos"),
        (90, 600, "Beschreibung"),
        (300, 600, "Menge"),
        (380, 600, "Einzelpreis"),
        (480, 600, "Gesamt"),
        (50, 580, "1"),
        (90, 580, "Kopierpapier A4"),
        (300, 580, "20"),
        (380, 580, "5,00 EUR"),
        (480, 580, "100,00 EUR"),
        (300, 500, "Nettobetrag"),
        (480, 500, "100,00 EUR"),
        (300, 484, "19% MwSt."),
        (480, 484, "19,00 EUR"),
        (300, 468, "Gesamtbetrag"),
        (480, 468, "119,00 EUR"),
    ):
        canvas.drawString(x, y, text)


INVOICE = made.pdf(_invoice)


def process(entity: LegalEntity, data: bytes) -> Document:
    document = accept(IncomingFile(entity, "invoice.pdf", data, "test"), wake=False).document
    assert document.run_id is not None
    engine.advance(document.run_id)
    document.refresh_from_db()
    return document


def run_of(document: Document) -> Run:
    return Run.objects.get(subject=f"document:{document.pk}")


def output(document: Document, step: str) -> dict[str, object]:
    found: dict[str, object] = StepResult.objects.get(run=run_of(document), step=step).output
    return found


def test_an_invoice_is_read_and_its_fields_know_their_place(entity: LegalEntity) -> None:
    document = process(entity, INVOICE)
    reading = Reading.objects.get(document=document)
    assert output(document, "read") == {"reading": str(reading.pk), "pages": 1, "needs_ocr": False}
    assert document.page_count == 1
    assert "RE-2026-0117" in document_text(document.pk)
    assert output(document, "extract") == {"extraction": str(Extraction.objects.get(document=document).pk)}
    values = current_values(document.pk)
    number, gross = values["invoice_number"], values["gross_amount"]
    assert (number.value, gross.value, values["issue_date"].value) == ("RE-2026-0117", "119.00", "2026-11-03")
    assert number.page == 1 and number.box is not None and 0 < number.confidence <= 1
    [page] = latest_pages(document.pk)
    printed = [word for word in page.words if word[0] == "RE-2026-0117"]
    assert printed and abs(printed[0][1] - number.box[0]) < 0.01 and abs(printed[0][2] - number.box[1]) < 0.01
    [row] = values["line_items"].value
    assert row["net_amount"]["value"] == "100.00"
    invoice = Invoice.objects.get(document=document)
    assert (invoice.number, str(invoice.gross_amount), invoice.currency) == ("RE-2026-0117", "119.0000", "EUR")
    assert invoice.lines.count() == 1
    actions = list(
        Event.objects.filter(subject=f"document:{document.pk}").order_by("id").values_list("action", flat=True)
    )
    assert actions[:3] == ["document.received", "document.read", "document.extracted"]


def test_few_queries_are_made(entity: LegalEntity, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    document = accept(IncomingFile(entity, "invoice.pdf", INVOICE, "test"), wake=False).document
    run = run_of(document)
    with django_assert_max_num_queries(60):  # from stored bytes to the open task, whatever the number of fields
        engine.advance(run.pk)


def test_a_stored_reading_is_what_was_read(entity: LegalEntity) -> None:
    document = process(entity, INVOICE)
    reading = stored_reading(Reading.objects.get(document=document).pk)
    assert [word.text for word in reading.pages[0].words][:3] == ["Nordwind", "Bürobedarf", "GmbH"]
    assert reading.pages[0].reader == "text_layer"


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (INVOICE[: len(INVOICE) // 2], "damaged", "damaged"),
        (made.encrypted(), "encrypted", "password"),
        (made.pdf(made.lines("x"), pages=2000), "too_many_pages", "too many pages"),
        (made.huge_picture(), "page_too_large", "too large"),
    ],
    ids=["truncated", "encrypted", "2000 pages", "huge picture"],
)
def test_what_cannot_be_read_is_quarantined_with_the_reason(
    entity: LegalEntity, data: bytes, code: str, says: str
) -> None:
    document = process(entity, data)
    assert document.state == State.QUARANTINED
    assert document.problem is not None and document.problem["code"] == code
    assert says in document.problem["message"]
    assert run_of(document).state == RunState.FAILED
    event = Event.objects.get(subject=f"document:{document.pk}", action="document.quarantined")
    assert isinstance(event.after, dict) and event.after["code"] == code
    assert process(entity, INVOICE).state != State.QUARANTINED


def test_a_page_without_text_is_marked(entity: LegalEntity) -> None:
    document = process(entity, made.picture())
    assert output(document, "read")["needs_ocr"] is True
    assert Page.objects.get(reading__document=document).needs_ocr
    assert not FieldValue.objects.filter(document=document, name="gross_amount").exists()


def _as_scan(data: bytes) -> bytes:
    """The page printed and scanned: a picture and nothing else."""
    file = io.BytesIO()
    pdfium.PdfDocument(data)[0].render(scale=200 / 72).to_pil().convert("L").save(file, "PDF", resolution=200)
    return file.getvalue()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_a_scan_is_read_by_ocr_and_its_page_says_by_what(entity: LegalEntity) -> None:
    document = process(entity, _as_scan(INVOICE))
    told = output(document, "read")
    page = Page.objects.get(reading__document=document)
    assert told["needs_ocr"] is False
    assert (page.reader, page.cause) == ("tesseract", "image") and "eng" in page.digest
    assert current_values(document.pk)["gross_amount"].value
    assert stored_reading(str(told["reading"])).pages[0].digest == page.digest
    event = Event.objects.get(subject=f"document:{document.pk}", action="document.read")
    assert isinstance(event.after, dict) and event.after["ocr"] == [f"tesseract {page.digest}"]


def test_without_an_engine_a_scan_waits_for_a_person(entity: LegalEntity, settings: Any) -> None:
    settings.OCR_ENGINE = "none"
    document = process(entity, _as_scan(INVOICE))
    assert output(document, "read")["needs_ocr"] is True
    page = Page.objects.get(reading__document=document)
    assert (page.reader, page.digest, page.words) == ("image", "", [])


def test_a_worker_lost_before_its_result_was_stored_leaves_one_reading(entity: LegalEntity) -> None:
    document = accept(IncomingFile(entity, "invoice.pdf", INVOICE, "test"), wake=False).document
    run = run_of(document)
    lost = read.run(Context(run.pk, "read", 1, run.input, {}))
    assert isinstance(lost, Done) and not Reading.objects.exists()
    engine.advance(run.pk)
    assert Reading.objects.count() == Extraction.objects.count() == 1
    repeated = extract.run(Context(run.pk, "extract", 2, run.input, {"read": output(document, "read")}))
    assert isinstance(repeated, Done) and Extraction.objects.count() == 1
