"""Correct or confirm what a field says. Every change is a new row beside the old one, and the checks run again."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document, FieldValue
from automation.documents.values import current_values
from automation.errors import Invalid
from inference.fields import FORM, Kind, to_text
from review.actions.replace import PERSON, TABLES, by_person, open_for_correction, replace
from review.typed_input import Hints, hints_of, understand

MAX_ROWS = 1000
Box = Sequence[float]


def correct_field(
    document_id: uuid.UUID,
    name: str,
    text: str,
    *,
    expected_version: int,
    acting_user: User,
    page: int | None = None,
    box: Box | None = None,
) -> FieldValue:
    """Enter what a header field says; an empty text means that it is not on the document.

    `page` and `box` (fractions of the page) say where it was picked. Raises Invalid with what is expected, NotAllowed,
    Stale and Conflict.
    """
    if name not in FORM:
        raise Invalid(f"There is no field named {name!r}.")
    with transaction.atomic():
        document = open_for_correction(document_id, expected_version, acting_user)
        values = current_values(document_id)
        value = _text(FORM[name].kind, text, hints_of(document.entity.country, values)) if text.strip() else ""
        place = _place(document, page, box)
        after = by_person(document, name, value, acting_user, raw=text.strip(), page=page, box=place)
        return replace(document, values, after, acting_user)


def correct_lines(
    document_id: uuid.UUID,
    name: str,
    rows: Sequence[Mapping[str, str]],
    *,
    expected_version: int,
    acting_user: User,
) -> FieldValue:
    """Enter all rows of `line_items` or `tax_lines`, each cell name to text. Empty cells and empty rows are left out.

    A cell that says what it said before keeps its source. Raises as `correct_field`; Invalid names row and cell.
    """
    if name not in TABLES:
        raise Invalid(f"There is no table named {name!r}.")
    if len(rows) > MAX_ROWS:
        raise Invalid(f"At most {MAX_ROWS} rows can be entered.")
    with transaction.atomic():
        document = open_for_correction(document_id, expected_version, acting_user)
        values = current_values(document_id)
        before = values[name].value if name in values else []
        habits = hints_of(document.entity.country, values)
        cells = [_row(name, number, row, before, habits) for number, row in enumerate(rows, 1)]
        after = by_person(document, name, [row for row in cells if row], acting_user)
        return replace(document, values, after, acting_user)


def confirm_field(document_id: uuid.UUID, name: str, *, expected_version: int, acting_user: User) -> FieldValue:
    """Say that the present value of a field is right: it is a person's from now on. Doing so twice changes nothing."""
    with transaction.atomic():
        document = open_for_correction(document_id, expected_version, acting_user)
        values = current_values(document_id)
        present = values.get(name)
        if present is None:
            raise Invalid("This field has no value to confirm. Type one.")
        if present.reader == PERSON:
            return present
        after = by_person(
            document, name, present.value, acting_user, raw=present.raw, page=present.page, box=present.box
        )
        return replace(document, values, after, acting_user)


def _text(kind: Kind, text: str, habits: Hints) -> str:
    return to_text(understand(kind, text, decimal_hint=habits.decimal, date_order_hint=habits.order))


def _place(document: Document, page: int | None, box: Box | None) -> list[float] | None:
    """The box to store. Raises Invalid for a page that is not there or a box that is none."""
    if page is not None and not 1 <= page <= (document.page_count or 0):
        raise Invalid("That page is not in this document.")
    if box is None:
        return None
    x0, y0, x1, y1 = box if len(box) == 4 else (1, 1, 0, 0)
    if page is None or not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise Invalid("A box is four fractions of its page: x0, y0, x1, y1.")
    return list(box)


def _row(
    name: str, number: int, row: Mapping[str, str], before: Sequence[Mapping[str, Any]], habits: Hints
) -> dict[str, dict[str, Any]]:
    old = before[number - 1] if number <= len(before) else {}
    cells: dict[str, dict[str, Any]] = {}
    for cell, text in row.items():
        kind = TABLES[name].get(cell)
        if kind is None:
            raise Invalid(f"There is no column named {cell!r}.")
        if not text.strip():
            continue
        try:
            value = text if cell in old and old[cell]["value"] == text else _text(kind, text, habits)
        except Invalid as error:
            raise Invalid(f"Row {number}, {cell.replace('_', ' ')}: {error.message}") from error
        same = cell in old and old[cell]["value"] == value
        cells[cell] = old[cell] if same else _cell(value, text.strip())
    return cells


def _cell(value: str, raw: str) -> dict[str, Any]:
    return {"value": value, "raw": raw, "confidence": 1.0, "page": None, "box": None, "reader": PERSON}
