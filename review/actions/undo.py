"""Take a correction back."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import FieldValue
from automation.documents.values import current_values
from automation.errors import Conflict
from review.actions.replace import TABLES, by_person, open_for_correction, replace
from review.models import Correction


def undo_correction(document_id: uuid.UUID, *, expected_version: int, acting_user: User) -> FieldValue:
    """Take back one's newest correction or confirmation that still stands: a new row restores the value before it.

    Raises Conflict when there is none, or when somebody changed the field since.
    """
    with transaction.atomic():
        document = open_for_correction(document_id, expected_version, acting_user)
        own = Correction.objects.filter(document=document, by=acting_user, undoes=None, undone_by=None)
        last = own.select_related("before", "after").order_by("-pk").first()
        if last is None:
            raise Conflict("There is nothing of yours to undo on this document.")
        values = current_values(document_id)
        if values[last.name].pk != last.after_id and not _restored(values[last.name], last.after):
            raise Conflict("Somebody changed this field after you. Correct it instead.")
        return replace(document, values, _restore(last, acting_user), acting_user, undoes=last)


def _restore(last: Correction, acting_user: User) -> FieldValue:
    """The value before the correction: a reader's with its own source and doubt, a person's as the undoing person's."""
    before = last.before
    if before is None:
        empty = [] if last.name in TABLES else ""
        return by_person(last.document, last.name, empty, acting_user)
    copied = ("document_id", "extraction_id", "name", "raw", "value", "confidence", "reader", "page", "box")
    kept = {field: getattr(before, field) for field in (*copied, "alternatives", "reasons")}
    return FieldValue(**kept, entered_by=None if before.extraction_id else acting_user)


def _restored(now: FieldValue, then: FieldValue) -> bool:
    """Whether an undo put this very value back, so that the correction before it can be undone in turn."""
    undone = Correction.objects.filter(after=now, undoes__isnull=False).exists()
    return undone and (now.value, now.reader) == (then.value, then.reader)
