"""A gate's clock: due by the policy, warned, escalated, and the queue says how long there is."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from audit.personal import opened
from automation.documents.models import Document
from automation.ledger.models import LegalEntity
from automation.policy.calendar import add_working_time, calendar_of, working_time
from automation.policy.publish import FIRST, publish
from automation.workflow.models import Run, RunState
from review import queries
from review.access import grant_role
from review.actions import lease
from review.actions.absence import appoint
from review.actions.postpone import postpone
from review.actions.verify import verify
from review.formatting import time_left
from review.models import Letter, Task
from tests.review.waiting import fresh, go_on, make_waiting, run_of

GERMANY = calendar_of("DE")


def told(document: Document) -> list[str]:
    events = Event.objects.filter(subject=f"document:{document.pk}", action__startswith="document.sla")
    return list(events.order_by("id").values_list("action", flat=True))


def task_of(document: Document) -> Task:
    return Task.objects.get(document=document)


def fire(document: Document, at: datetime | None = None) -> None:
    """Let the run's timer come now; `at`: the task was opened so long ago that it is due then."""
    if at is not None:
        opened = at - timedelta(days=14)
        Task.objects.filter(document=document).update(opened_at=opened, due_at=at)
    assert run_of(document).due_at is not None
    Run.objects.filter(pk=run_of(document).pk).update(due_at="2000-01-01T00:00Z")
    go_on(document)


def test_a_gate_is_due_after_the_policys_working_hours(to_verify: Document) -> None:
    task = task_of(to_verify)
    assert task.due_at is not None
    assert working_time(task.opened_at, task.due_at, GERMANY) == timedelta(hours=FIRST["hours"]["verify"])
    assert run_of(to_verify).due_at == add_working_time(task.opened_at, timedelta(hours=12), GERMANY)


def test_first_it_warns_then_it_escalates_once_each(to_verify: Document, clerk: User) -> None:
    now = timezone.now()
    fire(to_verify, add_working_time(now, timedelta(hours=1), GERMANY))
    assert told(to_verify) == ["document.sla_warned"]
    assert run_of(to_verify).due_at == task_of(to_verify).due_at
    lease.take(to_verify.pk, acting_user=clerk)
    fire(to_verify, now - timedelta(minutes=1))
    task = task_of(to_verify)
    assert told(to_verify) == ["document.sla_warned", "document.sla_escalated"]
    assert (task.leased_by, task.closed_at, task.escalated_at is not None) == (None, None, True)
    run = run_of(to_verify)
    assert (run.state, run.awaited_signal, run.due_at) == (RunState.WAITING, "verify", None)


def test_what_was_not_decided_in_time_is_given_to_another_person(
    to_verify: Document, clerk: User, entity: LegalEntity
) -> None:
    def offered(person: User) -> bool:
        return bool(queries.queue(User.objects.get(pk=person.pk)).rows)

    others = [User.objects.create_user(name, f"{name}@example.com", "correct horse battery") for name in ("ida", "jo")]
    for person in others:
        grant_role(person, "clerk", entity, acting_user=None)
    ida, jo = others
    appoint(ida, clerk, timezone.now().date(), timezone.now().date())
    lease.take(to_verify.pk, acting_user=clerk)
    fire(to_verify, timezone.now() - timedelta(minutes=1))
    assert task_of(to_verify).assigned_to == jo
    assert (offered(clerk), offered(ida), offered(jo)) == (False, False, True)
    (event,) = opened(list(Event.objects.filter(action="document.reassigned")))
    assert (event.before, event.after) == ({"holder": "carla"}, {"gate": "verify", "assigned_to": "jo"})
    assert "It is yours now." in Letter.objects.get(recipient=jo.email).text
    assert "It is yours now." not in Letter.objects.get(recipient=clerk.email).text
    (row,) = queries.queue(clerk, tab="team").rows
    assert row.assigned == "jo"


def test_an_overdue_document_is_still_decided_as_usual(to_verify: Document, clerk: User) -> None:
    fire(to_verify, timezone.now() - timedelta(minutes=1))
    verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    assert go_on(to_verify).state == "to_approve"
    assert Task.objects.get(document=to_verify, gate="approve").due_at is not None


def test_a_decision_before_its_time_says_nothing(to_verify: Document, clerk: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    go_on(to_verify)
    assert told(to_verify) == []


def test_what_was_put_off_comes_back_when_it_is_overdue(to_verify: Document, clerk: User, controller: User) -> None:
    later = timezone.now() + timedelta(days=30)
    postpone(to_verify.pk, later, expected_version=to_verify.version, acting_user=clerk)
    assert queries.queue(controller).rows == []
    fire(to_verify, timezone.now() - timedelta(minutes=1))
    for person in (clerk, controller):
        assert [row.document.pk for row in queries.queue(person, tab="team").rows] == [to_verify.pk]
    (own,) = (queries.queue(person).rows for person in (clerk, controller) if person == task_of(to_verify).assigned_to)
    assert [row.document.pk for row in own] == [to_verify.pk]


def test_a_policy_without_hours_sets_no_time(entity: LegalEntity) -> None:
    publish({name: value for name, value in FIRST.items() if name != "hours"}, acting_user=None)
    document = make_waiting(entity)
    assert (task_of(document).due_at, run_of(document).due_at) == (None, None)


def test_the_queue_shows_the_clock(to_verify: Document, clerk: User) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    (row,) = queries.queue(clerk).rows
    assert row.left is not None
    assert timedelta(hours=15) < row.left <= timedelta(hours=16)
    assert f"{time_left(row.left)}</span>" in client.get(reverse("queue")).content.decode()
    Task.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert 'overdue">overdue</span>' in client.get(reverse("queue")).content.decode()


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(0), "overdue"),
        (timedelta(seconds=20), "1 min left"),
        (timedelta(minutes=45), "45 min left"),
        (timedelta(hours=5, minutes=59), "5 h left"),
        (timedelta(hours=40), "40 h left"),
    ],
)
def test_time_left_in_words(left: timedelta, text: str) -> None:
    assert time_left(left) == text
