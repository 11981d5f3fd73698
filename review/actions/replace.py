"""What every change of a value has in common: a new row, the invoice and the checks that follow from it, the event."""

import uuid
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.utils import timezone

from automation.checks.run import check_document
from automation.documents.models import Document, FieldValue
from automation.errors import Conflict
from automation.ledger.project import project
from inference.fields import LINE_CELLS, TAX_CELLS, Kind
from review import gates, matrix
from review.access import VERIFY
from review.actions.decide import require_gate
from review.actions.opening import grow, log, open_document
from review.four_eyes import bar
from review.models import Correction, Gate
from review.urgency import keep_urgency

TABLES: Mapping[str, Mapping[str, Kind]] = {"line_items": LINE_CELLS, "tax_lines": TAX_CELLS}
PERSON = "person"
Values = Mapping[str, FieldValue]


def open_for_correction(document_id: uuid.UUID, expected_version: int, acting_user: User) -> Document:
    """The locked document. An error seen at approval is corrected there; what was approved once changes no more."""
    opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user, permission=VERIFY)
    require_gate(opened, Gate.VERIFY, Gate.APPROVE)
    if opened.gate == Gate.APPROVE and matrix.given(opened.document):
        raise Conflict(f"{opened.document.filename} has been approved once: send it back to have it corrected.")
    return opened.document


def by_person(
    document: Document,
    name: str,
    value: object,
    acting_user: User,
    *,
    raw: str = "",
    page: int | None = None,
    box: list[float] | None = None,
) -> FieldValue:
    """A value, not stored yet, that a person stands for."""
    return FieldValue(
        document=document,
        entered_by=acting_user,
        name=name,
        raw=raw,
        value=value,
        confidence=1.0,
        reader=PERSON,
        page=page,
        box=box,
    )


def replace(
    document: Document, values: Values, after: FieldValue, acting_user: User, *, undoes: Correction | None = None
) -> FieldValue:
    """Store the new value and all that follows from it: the invoice, the checks, the event."""
    name, before = after.name, values.get(after.name)
    after.save(force_insert=True)
    Correction.objects.create(document=document, name=name, before=before, after=after, undoes=undoes, by=acting_user)
    grow(document)
    project(document, {**values, name: after})
    keep_urgency(document)
    bar(document, acting_user)
    check_document(document)
    gates.follow(document, timezone.now())
    confirmed = undoes is None and before is not None and before.value == after.value
    log(
        "document.confirmed" if confirmed else "document.corrected",
        document,
        acting_user,
        before={name: _plain(before)},
        after={name: _plain(after)},
        because={"undoes": undoes.pk} if undoes else None,
    )
    return after


def _plain(value: FieldValue | None) -> object:
    """A value as the log keeps it: tables without the source of each cell."""
    if value is None or value.name not in TABLES:
        return value.value if value else None
    return [{cell: content["value"] for cell, content in row.items()} for row in value.value]
