"""The operator's pages: who sees which runs, what a timeline says, and what the buttons do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from audit.queries import trail
from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.definition import publish
from automation.workflow.models import QUEUES, Run, RunState
from automation.workflow.queues import queues
from review.access import grant_role
from tests.review.waiting import fresh, make_waiting, run_of
from tests.workflow.steps import fanned, workflow

LIST_QUERIES = 12  # four of them count the tabs
RUN_QUERIES = 10


@pytest.fixture
def operator(entity: LegalEntity) -> User:
    person = User.objects.create_user("olga", "olga@example.com", "correct horse battery")
    grant_role(person, "operator", entity, acting_user=None)
    return person


@contextmanager
def signed_in(user: User) -> Iterator[Client]:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    yield client


def get(user: User, name: str, *args: object, status: int = 200, **asked: str) -> str:
    with signed_in(user) as client:
        answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == status
    return answer.content.decode()


def act(user: User, run: Run, action: str, *, status: int = 302, **given: str) -> str:
    with signed_in(user) as client:
        answer = client.post(reverse("operate-run", args=[run.pk, action]), given)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def shown(html: str) -> list[str]:
    return re.findall(r'id="run-([0-9a-f-]{36})"', html)


def other_run(*functions: str) -> Run:
    """A run that is about no document."""
    publish(workflow(*functions))
    with transaction.atomic():
        run = engine.start("example", "thing", {}, wake=False)
    engine.advance(run.pk)
    return Run.objects.get(pk=run.pk)


def test_an_operator_sees_the_runs_of_their_entities_only(to_verify: Document, operator: User) -> None:
    elsewhere = make_waiting(LegalEntity.objects.create(name="Another Company SARL", country="FR"))
    nothing = other_run("broken")
    assert shown(get(operator, "runs", tab="all")) == [str(to_verify.run_id)]
    for run in (run_of(elsewhere), nothing):
        get(operator, "run", run.pk, status=404)
        assert act(operator, run, "pause", status=404, because="no")
    chief = User.objects.create_user("otto", "otto@example.com", "correct horse battery")
    grant_role(chief, "operator", None, acting_user=None)
    assert set(shown(get(chief, "runs", tab="all"))) == {
        str(r) for r in (to_verify.run_id, elsewhere.run_id, nothing.pk)
    }


def test_only_operators_have_these_pages(to_verify: Document, clerk: User, auditor: User) -> None:
    for person in (clerk, auditor):
        get(person, "runs", status=403)
        get(person, "run", to_verify.run_id, status=403)
        act(person, run_of(to_verify), "cancel", status=403, because="no")
    assert "Its run" not in get(clerk, "document", to_verify.pk)


def test_a_document_leads_to_its_run(to_verify: Document, operator: User) -> None:
    assert reverse("run", args=[to_verify.run_id]) in get(operator, "document", to_verify.pk)


def test_runs_are_found_by_state_text_and_id(to_verify: Document, operator: User) -> None:
    found = [str(to_verify.run_id)]
    assert shown(get(operator, "runs", tab="waiting")) == found
    assert shown(get(operator, "runs", tab="failed")) == []
    for q in ("nordwind", "RE-2026", "invoice.pdf", str(to_verify.pk), str(to_verify.run_id)):
        assert shown(get(operator, "runs", q=q)) == found
    assert shown(get(operator, "runs", q="südwind")) == []
    get(operator, "runs", status=302, tab="asleep")
    get(operator, "runs", status=302, page="nowhere")


def test_the_list_goes_on_page_by_page(entity: LegalEntity, operator: User) -> None:
    made = [str(make_waiting(entity).run_id) for _ in range(51)][::-1]
    first = get(operator, "runs", tab="all")
    assert shown(first) == made[:50]
    assert shown(get(operator, "runs", tab="all", page=made[49])) == made[50:]


def test_a_timeline_says_what_failed_and_when_it_is_tried_again(operator: User) -> None:
    grant_role(operator, "operator", None, acting_user=None)
    run = other_run("note", "flaky", "broken", "note")
    html = get(operator, "run", run.pk)
    assert "Try 1: the other side is busy" in html
    Run.objects.filter(pk=run.pk).update(due_at="2000-01-01T00:00Z")
    engine.advance(run.pk)
    Run.objects.filter(pk=run.pk).update(due_at="2000-01-01T00:00Z")
    engine.advance(run.pk)
    html = get(operator, "run", run.pk)
    assert "Stopped at s3: this cannot work" in html
    states = re.findall(r'<div class="line"><strong>(s\d)</strong> <span class="state run-([\w-]+)', html)
    assert states == [("s1", "done"), ("s2", "done"), ("s3", "failed"), ("s4", "to-come")]
    assert re.findall(r'<option value="(s\d)"', html) == ["s3", "s2", "s1"]


def test_a_timeline_names_who_is_waited_for(to_verify: Document, operator: User) -> None:
    assert "Waits for a clerk to verify" in get(operator, "run", to_verify.run_id)


def test_a_step_over_items_shows_how_far_they_are(operator: User) -> None:
    grant_role(operator, "operator", None, acting_user=None)
    publish(fanned("square_of_even"))
    with transaction.atomic():
        run = engine.start("fanned", "thing", {"items": [2, 3]}, wake=False)
    for _ in range(2):
        for pk in list(Run.objects.values_list("pk", flat=True)):
            engine.advance(pk)
    html = get(operator, "run", run.pk)
    assert "1 done, 1 failed" in html
    assert "Item 1: odd" in html
    child = Run.objects.filter(parent=run).first()
    assert child is not None
    assert f"Run {run.pk}" in get(operator, "run", child.pk)


def test_the_buttons_do_what_they_say_and_it_is_on_record(to_verify: Document, operator: User) -> None:
    run = run_of(to_verify)
    act(operator, run, "pause", because="the printer burns")
    assert Run.objects.get(pk=run.pk).held
    assert "already paused" in act(operator, run, "pause", status=409, because="twice")
    act(operator, run, "resume", because="put out")
    assert "reason is kept" in act(operator, run, "cancel", status=422, because=" ")
    act(operator, run, "cancel", because="not ours")
    assert (Run.objects.get(pk=run.pk).state, fresh(to_verify).state) == (RunState.CANCELLED, State.FAILED)
    html = get(operator, "run", run.pk)
    assert "cancelled it" in html and "not ours" in html
    told = [(event.action, event.actor) for event in reversed(trail(f"run:{run.pk}"))]
    assert told == [
        ("run.paused", "user:olga"),
        ("run.action_refused", "user:olga"),
        ("run.resumed", "user:olga"),
        ("run.action_refused", "user:olga"),
        ("run.cancelled", "user:olga"),
    ]


def test_a_forged_form_does_nothing(to_verify: Document, operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("operate-run", args=[to_verify.run_id, "cancel"]), {"because": "forged"})
    assert (answer.status_code, run_of(to_verify).state) == (403, RunState.WAITING)
    assert client.get(reverse("operate-run", args=[to_verify.run_id, "cancel"])).status_code == 405
    act(operator, run_of(to_verify), "explode", status=404)


def test_queues_are_counted(to_verify: Document, operator: User) -> None:
    found = {queue.name: queue for queue in queues()}
    assert list(found) == list(QUEUES)
    assert (found["default"].waiting, found["default"].running, found["delivery"].waiting) == (1, 0, 0)
    assert 'aria-labelledby="queues-title"' in get(operator, "run-queues")


def test_without_redis_the_page_says_so(to_verify: Document, operator: User, settings: object) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"  # type: ignore[attr-defined]
    assert queues()[0].messages is None
    assert "Redis is away" in get(operator, "run-queues")


def test_pages_cost_the_same_for_one_and_for_many(
    entity: LegalEntity, operator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 5):
        for _ in range(count):
            document = make_waiting(entity)
        with signed_in(operator) as client:
            with django_assert_num_queries(LIST_QUERIES):
                client.get(reverse("runs"), {"tab": "all"})
            with django_assert_num_queries(RUN_QUERIES):
                client.get(reverse("run", args=[document.run_id]))
