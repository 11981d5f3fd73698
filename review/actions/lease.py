"""Who is working on a document right now. Whoever has it open is the only one who changes it, until they let go.

A lease ends by itself when its screen is gone. Leases change nothing that is decided, so only taking a document over
from a colleague is in the audit log.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from automation.errors import Conflict
from review.access import allowed_entities
from review.actions.opening import log
from review.four_eyes import RIGHT, task_of
from review.models import Task

HELD_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds the document, since and until when. `mine`: the person who asked does."""

    holder: str
    name: str
    since: datetime | None
    until: datetime
    mine: bool


def take(document_id: uuid.UUID, *, acting_user: User) -> Lease:
    """Take or renew the lease; when another person holds it, say who. Raises Conflict without an open task."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_by=acting_user)
    for _ in range(2):
        task = _task(document_id, acting_user)
        if task is not None and _hold(Task.objects.filter(free, pk=task.pk, closed_at=None), acting_user, now):
            return _lease(task, acting_user)
        if task is not None and task.leased_by is not None and task.leased_until is not None:
            return _of(task, acting_user)
    raise Conflict("This document waits for nobody, or not for you.")


def take_over(document_id: uuid.UUID, *, acting_user: User) -> Lease:
    """Take the lease from whoever holds it; they see who has it now. Raises Conflict without an open task."""
    with transaction.atomic():
        found = _task(document_id, acting_user)
        tasks = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("leased_by", "document")
        task = tasks.filter(pk=found.pk, closed_at=None).first() if found is not None else None
        if task is None:
            raise Conflict("This document waits for nobody, or not for you.")
        before = task.leased_by
        _hold(Task.objects.filter(pk=task.pk), acting_user, timezone.now())
        if before is not None and before != acting_user:
            log("document.taken_over", task.document, acting_user, before={"holder": before.username})
    return _lease(task, acting_user)


def release(document_id: uuid.UUID, *, acting_user: User) -> None:
    """Give one's lease back; somebody else's stays."""
    Task.objects.filter(document=document_id, closed_at=None, leased_by=acting_user).update(
        leased_by=None, leased_since=None, leased_until=None
    )


def _hold(tasks: QuerySet[Task], user: User, now: datetime) -> int:
    """Renewing keeps the time since which it is held; a lease that ran out begins anew."""
    going_on = When(leased_by=user, leased_until__gt=now, then=F("leased_since"))
    return tasks.update(leased_since=Case(going_on, default=Value(now)), leased_by=user, leased_until=now + HELD_FOR)


def _lease(task: Task, user: User) -> Lease:
    return _of(Task.objects.select_related("leased_by").get(pk=task.pk), user)


def _of(task: Task, user: User) -> Lease:
    if task.leased_by is None or task.leased_until is None:
        raise Conflict("It was let go this moment. Try again.")
    holder = task.leased_by
    name = holder.get_full_name() or holder.username
    return Lease(holder.username, name, task.leased_since, task.leased_until, mine=holder == user)


def _task(document_id: uuid.UUID, user: User) -> Task | None:
    """The open task that counts for the person, at a gate where they work."""
    mine = Q(pk=None)
    for gate, right in RIGHT.items():
        mine |= Q(gate=gate, entity__in=allowed_entities(user, right))
    tasks = Task.objects.filter(mine, document=document_id, closed_at=None).select_related("document", "leased_by")
    found = list(tasks.order_by("gate"))
    return task_of(found[0].document, user, found) if found else None
