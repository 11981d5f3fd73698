"""Work that was not decided in time gets another person: of those who may decide it, whoever has the least given so."""

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils import timezone

from audit.record import record, subject_of
from automation.documents.models import Document
from review import reminders
from review.models import Gate, StandIn, Task


def give_to_another(task: Task, document: Document) -> User | None:
    """Give the task to a person who has not had it open, in the caller's transaction; to nobody where there is none.

    It leaves the queue "For you" of everybody else. `task` as it was before it was taken away.
    """
    today = timezone.now().date()
    away = StandIn.objects.filter(first_day__lte=today, last_day__gte=today, ended_at=None).values("absent")
    before = {task.leased_by_id, task.assigned_to_id}
    able = [one for one in reminders.able(document, Gate(task.gate)) if one.pk not in before]
    load = Count("assigned_tasks", filter=Q(assigned_tasks__closed_at=None))
    present = User.objects.filter(pk__in=[one.pk for one in able]).exclude(pk__in=away)
    chosen = present.annotate(load=load).order_by("load", "pk").first()
    if chosen is not None:
        Task.objects.filter(pk=task.pk).update(assigned_to=chosen)
        after = {"gate": task.gate, "assigned_to": chosen.username}
        held = {"holder": task.leased_by.username} if task.leased_by is not None else None
        record("document.reassigned", actor="system:workflow", subject=subject_of(document), before=held, after=after)
    return chosen
