"""Reading the log; personal data is opened where its key exists. Every list is newest first and paged by id: pass the
last id seen as `before`.
"""

from datetime import datetime

from django.db.models import QuerySet

from audit.models import Event
from audit.personal import opened

PAGE = 100


def trail(subject: str, *, before: int | None = None, limit: int = PAGE) -> list[Event]:
    """What happened to one subject (`kind:key`)."""
    return opened(_page(Event.objects.filter(subject=subject), before, limit))


def search(
    *,
    action: str | None = None,
    actor: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Event]:
    """Events that match everything given; `since` is included, `until` is not. `action` may be a prefix such as
    "document."."""
    events = Event.objects.all()
    if action is not None:
        events = events.filter(action__startswith=action) if action.endswith(".") else events.filter(action=action)
    if actor is not None:
        events = events.filter(actor=actor)
    if subject is not None:
        events = events.filter(subject=subject)
    if since is not None:
        events = events.filter(at__gte=since)
    if until is not None:
        events = events.filter(at__lt=until)
    return opened(_page(events, before, limit))


def _page(events: QuerySet[Event], before: int | None, limit: int) -> QuerySet[Event]:
    if before is not None:
        events = events.filter(id__lt=before)
    return events.order_by("-id")[:limit]
