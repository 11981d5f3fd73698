"""Who saw what. A read is an event too, but looking again at the same thing within ten minutes is not said twice."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.models import Event
from audit.record import record

AGAIN_AFTER = timedelta(minutes=10)


def record_read(action: str, *, actor: str, subject: str, after: object = None) -> Event | None:
    """In a transaction of its own or the caller's. None where the actor did exactly this a moment ago.

    Two reads at the same moment may both be recorded: nobody waits for a lock to look at something.
    """
    recent = Event.objects.filter(subject=subject, action=action, actor=actor, at__gt=timezone.now() - AGAIN_AFTER)
    before = recent.order_by("-id").first()
    if before is not None and before.after == after:
        return None
    with transaction.atomic():
        return record(action, actor=actor, subject=subject, after=after)
