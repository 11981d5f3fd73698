"""Who is working on a document right now. A courtesy between people: the version check is what protects the data.

Leases run out by themselves and change nothing that is decided, so they are not in the audit log.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from automation.errors import Conflict
from review.access import allowed_entities
from review.actions.opening import RIGHT
from review.models import Task

HELD_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds the document, and until when. `mine`: the person who asked does."""

    holder: str
    until: datetime
    mine: bool


def take(document_id: uuid.UUID, *, acting_user: User) -> Lease:
    """Take or renew the lease; when another person holds it, say who. Raises Conflict without an open task."""
    now = timezone.now()
    until = now + HELD_FOR
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_by=acting_user)
    for _ in range(2):
        if _open_tasks(document_id, acting_user).filter(free).update(leased_by=acting_user, leased_until=until):
            return Lease(acting_user.username, until, mine=True)
        held = _open_tasks(document_id, acting_user).select_related("leased_by").first()
        if held is not None and held.leased_by is not None and held.leased_until is not None:
            return Lease(held.leased_by.username, held.leased_until, mine=False)
    raise Conflict("This document waits for nobody, or not for you.")


def release(document_id: uuid.UUID, *, acting_user: User) -> None:
    """Give one's lease back; somebody else's stays."""
    Task.objects.filter(document=document_id, closed_at=None, leased_by=acting_user).update(
        leased_by=None, leased_until=None
    )


def _open_tasks(document_id: uuid.UUID, user: User) -> QuerySet[Task]:
    mine = Q(pk=None)
    for gate, right in RIGHT.items():
        mine |= Q(gate=gate, entity__in=allowed_entities(user, right))
    return Task.objects.filter(mine, document=document_id, closed_at=None)
