"""A file with several invoices on its way through the real workflow."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from reportlab.pdfgen.canvas import Canvas

from automation.checks.models import Finding
from automation.documents.arrange import parts_of
from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.ingestion import intake
from automation.ledger.models import LegalEntity
from tests.documents.test_arrange import fresh, go_on
from tests.documents.test_completeness import found
from tests.documents.test_steps import process
from tests.inference import documents as made

pytestmark = pytest.mark.django_db(transaction=True)


def page(canvas: Canvas, *texts: tuple[float, float, str]) -> None:
    for x, y, text in texts:
        canvas.drawString(x, y, text)
    canvas.showPage()


def invoice(canvas: Canvas, seller: str, vat: str, number: str, net: int) -> None:
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(50, 720, "Rechnung")
    canvas.setFont("Helvetica", 11)
    euros = f"{net},00 EUR"
    page(
        canvas,
        (50, 800, seller),
        (50, 784, "Hafenstraße 12, 20457 Hamburg"),
        (50, 768, f"USt-IdNr. {vat}"),
        (50, 680, f"Rechnungsnummer: {number}"),
        (50, 664, "Rechnungsdatum: 03.11.2026"),
        (90, 580, "Kopierpapier A4"),
        (480, 580, euros),
        (300, 500, "Nettobetrag"),
        (480, 500, euros),
        (300, 484, "19% MwSt."),
        (480, 484, f"{net * 19 // 100},00 EUR"),
        (300, 468, "Gesamtbetrag"),
        (480, 468, f"{net + net * 19 // 100},00 EUR"),
    )


def terms(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 800, "Allgemeine Geschäftsbedingungen")
    canvas.setFont("Helvetica", 8)
    text = "Der Käufer trägt die Gefahr der Versendung ab Übergabe an den Frachtführer auch bei Teillieferungen"
    page(canvas, *((50, 770 - 12 * line, text) for line in range(40)))


def file_of(draw: Callable[[Canvas], None]) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=made.A4)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def several(canvas: Canvas) -> None:
    invoice(canvas, "Nordwind Bürobedarf GmbH", "DE129273398", "RE-2026-0117", 100)
    terms(canvas)
    invoice(canvas, "Südstern Technik AG", "DE136695976", "2026/4711", 300)


def doubtful(canvas: Canvas) -> None:
    invoice(canvas, "Nordwind Bürobedarf GmbH", "DE129273398", "RE-2026-0117", 100)
    canvas.setFont("Helvetica-Bold", 18)
    page(canvas, (50, 720, "Rechnung"), (50, 600, "Ihr Zeichen: Müller, unsere Lieferung vom Oktober"))


def test_each_invoice_becomes_a_document_and_terms_stay_with_theirs(entity: LegalEntity) -> None:
    file = process(entity, file_of(several))
    assert file.state == State.SPLIT
    parts = parts_of(file)
    assert [part.pages for part in parts] == [[1, 2], [3]]
    first, second = (go_on(part) for part in parts)
    assert current_values(first.pk)["invoice_number"].value == "RE-2026-0117"
    assert current_values(second.pk)["invoice_number"].value == "2026/4711"
    assert (first.division or {})["attachments"] == [2] and first.page_count == 2
    assert {first.state, second.state} <= {State.TO_VERIFY, State.TO_APPROVE}


def test_what_an_attachment_is_stands_on_the_screen(client: Client, entity: LegalEntity, clerk: User) -> None:
    def draw(canvas: Canvas) -> None:
        invoice(canvas, "Nordwind Bürobedarf GmbH", "DE129273398", "RE-2026-0117", 100)
        canvas.setFont("Helvetica-Bold", 18)
        page(canvas, (50, 780, "Lieferschein"), (50, 600, "20 Kopierpapier A4"), (50, 580, "Erhalten: ____________"))
        terms(canvas)

    file = process(entity, file_of(draw))
    assert (file.division or {})["attachments"] == [2, 3]
    client.force_login(clerk)
    shown = client.get(f"/documents/{file.pk}/").content.decode()
    assert "<span>Page 2</span><span>Delivery note</span>" in shown
    assert "<span>Page 3</span><span>Terms and conditions</span>" in shown


def test_the_sums_come_out_even_while_the_parts_go_their_ways(entity: LegalEntity) -> None:
    file = process(entity, file_of(several))
    parts = parts_of(file)

    def sums() -> tuple[Any, ...]:
        (day,), (row,) = found().days, intake.completeness([entity.pk], days=2)
        assert day.complete and row.missing == 0
        counted = (day.received, day.parts, day.posted, day.rejected, day.in_work, day.filed)
        return (*counted, row.received, row.posted, row.rejected, row.in_work)

    assert sums() == (1, 2, 0, 0, 2, 1, 1, 0, 0, 1)
    Document.objects.filter(pk=parts[0].pk).update(state=State.REJECTED, problem={"code": "x", "message": "No."})
    assert sums() == (1, 2, 0, 1, 1, 1, 1, 0, 0, 1)
    Document.objects.filter(pk=parts[1].pk).update(state=State.REJECTED, problem={"code": "x", "message": "No."})
    assert sums() == (1, 2, 0, 2, 0, 1, 1, 0, 1, 0)


def test_a_doubtful_break_is_left_to_a_person(entity: LegalEntity) -> None:
    file = process(entity, file_of(doubtful))
    assert file.state == State.TO_VERIFY and not parts_of(file)
    assert file.division is not None and file.division["proposed"] in ([], [[1], [2]])
    finding = Finding.objects.get(round__document=file, code="several_documents")
    assert finding.severity == "warning" and "Page 2" in finding.message


def test_one_invoice_of_one_page_is_not_asked_about(entity: LegalEntity) -> None:
    file = process(entity, file_of(lambda canvas: invoice(canvas, "Nordwind GmbH", "DE129273398", "1", 100)))
    assert fresh(file).division is None and file.state != State.SPLIT
