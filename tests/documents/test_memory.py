"""A person verifies one invoice of a supplier; the very next one of that supplier is read by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas

from audit.queries import trail
from automation.documents.models import Document, FieldValue, State
from automation.documents.values import current_values
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.memory.models import Memory
from automation.memory.remember import forget
from automation.workflow import engine
from inference.extraction import learned
from review.actions.correct import correct_field
from review.actions.verify import verify
from tests.inference import documents as made


def _bill(number: str, day: str, net: str, tax: str, gross: str) -> bytes:
    """An invoice whose number stands under a word that no vocabulary knows."""

    def draw(canvas: Canvas) -> None:
        for x, y, text in (
            (50, 800, "Kranich Werke GmbH"),
            (50, 784, "Ottakringer Straße 7, 1160 Wien"),
            (50, 768, "UID: ATU40763401"),
            (50, 752, "IBAN: AT61 1904 3002 3457 3201"),
            (50, 720, "Rechnung"),
            (50, 696, "Ablage"),
            (160, 696, f"H{number[::-1]}"),
            (50, 680, "Laufzettel"),
            (160, 680, number),
            (50, 664, "Datum"),
            (160, 664, day),
            (50, 600, "Leistung"),
            (480, 600, "Betrag"),
            (50, 580, "Wartung der Anlage"),
            (480, 580, f"{net} EUR"),
            (300, 500, "Netto"),
            (480, 500, f"{net} EUR"),
            (300, 484, "20% USt."),
            (480, 484, f"{tax} EUR"),
            (300, 468, "Gesamtbetrag"),
            (480, 468, f"{gross} EUR"),
        ):
            canvas.drawString(x, y, text)

    return made.pdf(draw)


FIRST = _bill("KW7781", "03.11.2026", "100,00", "20,00", "120,00")
SECOND = _bill("KW8014", "01.12.2026", "250,00", "50,00", "300,00")
THIRD = _bill("KW8433", "02.01.2027", "10,00", "2,00", "12,00")


def process(entity: LegalEntity, data: bytes) -> Document:
    document = accept(IncomingFile(entity, "invoice.pdf", data, "test"), wake=False).document
    assert document.run_id is not None
    engine.advance(document.run_id)
    document.refresh_from_db()
    return document


def number_of(document: Document) -> FieldValue | None:
    return current_values(document.pk).get("invoice_number")


@pytest.fixture
def verified(entity: LegalEntity, clerk: User) -> Document:
    """The first invoice, its number entered by a person, and verified."""
    document = process(entity, FIRST)
    assert document.state == State.TO_VERIFY
    before = number_of(document)
    assert before is None or before.value != "KW7781"
    for name, value in (("invoice_number", "KW7781"), ("buyer_name", "Example Trading GmbH")):
        document.refresh_from_db()
        correct_field(document.pk, name, value, expected_version=document.version, acting_user=clerk)
    document.refresh_from_db()
    verify(document.pk, expected_version=document.version, acting_user=clerk)
    return document


def test_one_confirmation_changes_the_very_next_document(entity: LegalEntity, verified: Document) -> None:
    number = number_of(process(entity, SECOND))
    assert number is not None and number.value == "KW8014"
    assert "memory" in number.reader.split("+") and number.page == 1
    assert "document.remembered" in [event.action for event in trail(f"document:{verified.pk}")]


def test_readers_that_agree_are_named(entity: LegalEntity, verified: Document) -> None:
    values = current_values(process(entity, SECOND).pk)
    assert values["seller_iban"].reader == "rules+model+memory"
    assert values["seller_iban"].confidence > 0.95


def test_what_is_forgotten_teaches_no_more(entity: LegalEntity, verified: Document) -> None:
    assert forget(verified.pk, actor="user:carla")
    assert not forget(verified.pk, actor="user:carla")
    number = number_of(process(entity, SECOND))
    assert number is None or "memory" not in number.reader
    assert Memory.objects.get(document=verified).example == {}


def test_memories_expire(entity: LegalEntity, verified: Document, settings: Any) -> None:
    old = timezone.now() - timedelta(days=settings.MEMORY_DAYS + 1)
    Memory.objects.filter(document=verified).update(confirmed_at=old)
    number = number_of(process(entity, SECOND))
    assert number is None or "memory" not in number.reader


def test_another_entity_knows_nothing_of_it(verified: Document) -> None:
    other = LegalEntity.objects.create(name="Other Trading GmbH")
    number = number_of(process(other, THIRD))
    assert number is None or "memory" not in number.reader


def test_without_weights_the_step_goes_on_and_an_event_says_so(
    entity: LegalEntity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> learned.Weights:
        raise learned.WeightsUnavailable("reader.safetensors cannot be opened")

    monkeypatch.setattr(learned, "shipped", missing)
    document = process(entity, FIRST)
    assert current_values(document.pk)["gross_amount"].reader == "rules"
    [event] = trail("reader:model")
    assert event.action == "reader.unavailable" and "cannot be opened" in str(event.because)
