"""Remember what a person verified, recall it for the next document of that supplier, forget it again."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from audit.record import record
from automation.documents.models import Document, FieldValue, Reading
from automation.documents.values import current_values, stored_reading
from automation.memory.models import Memory
from inference import types
from inference.extraction import memory
from inference.fields import FIELDS

MOST = 8  # examples looked at for one document, the newest first


def remember(document: Document, *, actor: str) -> Memory | None:
    """Keep the document's current values as an example, inside the caller's transaction. None where nothing was read.

    Verifying again replaces what was kept, so a corrected mistake is no example for the next document.
    """
    reading = Reading.objects.filter(document=document).order_by("-id").first()
    current = current_values(document.pk)
    values = {name: value for name, value in current.items() if name in FIELDS}
    if reading is None or not values:
        return None
    boxes = {name: place for name, value in values.items() if (place := _place(value)) is not None}
    fields = {name: str(value.value) for name, value in values.items()}
    example = memory.learn(stored_reading(reading.pk), fields, boxes, _rows(current.get("line_items")))
    if not example.signs or not example.places:
        return None
    kept, _ = Memory.objects.update_or_create(
        document=document,
        defaults={
            "entity_id": document.entity_id,
            "signs": sorted(example.signs),
            "example": memory.to_json(example),
            "confirmed_at": timezone.now(),
            "forgotten_at": None,
        },
    )
    record(
        "document.remembered",
        actor=actor,
        subject=f"document:{document.pk}",
        after={"fields": sorted(example.places)},
    )
    return kept


def examples_for(entity_id: uuid.UUID, reading: types.Reading) -> list[memory.Example]:
    """The newest examples of suppliers of whom something is printed on these pages; expired ones are left out."""
    oldest = timezone.now() - timedelta(days=settings.MEMORY_DAYS)
    found = Memory.objects.filter(
        entity_id=entity_id,
        forgotten_at=None,
        confirmed_at__gte=oldest,
        signs__overlap=sorted(memory.signs_of(reading)),
    ).order_by("-confirmed_at")
    return [memory.from_json(example) for example in found.values_list("example", flat=True)[:MOST]]


def forget(document_id: uuid.UUID, *, actor: str) -> bool:
    """Use the document as an example no more, inside the caller's transaction. False where it was none."""
    gone = Memory.objects.filter(document_id=document_id, forgotten_at=None).update(
        signs=[], example={}, forgotten_at=timezone.now()
    )
    if gone:
        record("document.forgotten", actor=actor, subject=f"document:{document_id}", after={})
    return bool(gone)


def _rows(table: FieldValue | None) -> list[dict[str, str]]:
    """The cells of the document's line items in text form."""
    return [] if table is None else [{cell: str(said["value"]) for cell, said in row.items()} for row in table.value]


def _place(value: FieldValue) -> tuple[int, types.Box] | None:
    return None if value.page is None or value.box is None else (value.page, types.Box(*value.box))
