"""Put a document off until a later time; it waits in its queue, out of the way."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.errors import Invalid
from review.actions.opening import grow, log, open_document
from review.models import Task

LONGEST = timedelta(days=180)


def postpone(
    document_id: uuid.UUID, until: datetime, *, expected_version: int, acting_user: User, reason: str = ""
) -> Task:
    """Leave the document's task to `until` (aware, at most 180 days ahead). Raises Invalid and as `reject`."""
    now = timezone.now()
    if timezone.is_naive(until) or not now < until <= now + LONGEST:
        raise Invalid(f"Choose a time from now on, at most {LONGEST.days} days ahead.")
    with transaction.atomic():
        opened = open_document(document_id, expected_version=expected_version, acting_user=acting_user)
        task, earlier = opened.task, opened.task.postponed_until
        task.postponed_until, task.leased_by, task.leased_until = until, None, None
        task.save(update_fields=["postponed_until", "leased_by", "leased_until"])
        grow(opened.document)
        log(
            "document.postponed",
            opened.document,
            acting_user,
            before={"until": earlier} if earlier else None,
            after={"until": until},
            because=reason.strip() or None,
        )
    return task
