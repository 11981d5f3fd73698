"""The engine through its public doors: start, advance, signal."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Event
from audit.queries import trail
from automation.errors import Conflict, Invalid
from automation.workflow import engine, store
from automation.workflow.definition import Retry, Workflow, parse, publish
from automation.workflow.models import Attempt, Definition, Run, RunState, Signal, StepResult
from automation.workflow.sweeper import sweep
from automation.workflow.wakeup import ENOUGH
from tests.workflow import steps
from tests.workflow.steps import workflow

pytestmark = pytest.mark.django_db(transaction=True)


def begin(definition: Workflow, **input: object) -> uuid.UUID:
    publish(definition)
    with transaction.atomic():
        return engine.start(definition.name, "thing", input, wake=False).pk


def go_on(run_id: uuid.UUID) -> Run:
    """Let time pass for a run that waits for its retry or timer, and advance it."""
    Run.objects.filter(pk=run_id, due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
    engine.advance(run_id)
    return Run.objects.get(pk=run_id)


def test_steps_run_in_order_and_commit_with_their_checkpoint() -> None:
    run_id = begin(workflow("note", "note", "note"))
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.subject) == (RunState.DONE, "thing.s1.s2.s3")
    assert [r.step for r in StepResult.objects.filter(run=run).order_by("id")] == ["s1", "s2", "s3"]


def test_a_condition_skips_a_step() -> None:
    run_id = begin(workflow("note", "note", "note", when={2: "steps.s1.attempt == 2", 3: "steps.s1.attempt == 1"}))
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).subject == "thing.s1.s3"
    assert StepResult.objects.get(run_id=run_id, step="s2").skipped


def test_a_temporary_failure_is_tried_again_later_and_recorded() -> None:
    run_id = begin(workflow("flaky"))
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert run.state == RunState.READY
    assert run.due_at is not None
    assert run.error == {"step": "s1", "code": "temporary_failure", "message": "the other side is busy"}
    go_on(run_id)
    assert go_on(run_id).state == RunState.DONE
    assert StepResult.objects.get(run_id=run_id).attempts == 3
    assert list(Attempt.objects.filter(run_id=run_id).values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("function", "code"),
    [("broken", "cannot_work"), ("unserialisable", "output_not_json"), ("oversize", "output_too_large")],
)
def test_a_permanent_failure_ends_the_run_and_says_why(function: str, code: str) -> None:
    steps.failures.clear()
    run_id = begin(workflow("note", function))
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert run.state == RunState.FAILED
    assert run.error is not None
    assert run.error["code"] == code
    assert steps.failures == [("thing", code)]
    assert [(e.action, e.after) for e in trail(f"run:{run_id}")] == [("run.failed", run.error)]


def test_a_bug_is_retried_and_then_ends_the_run_with_its_name() -> None:
    run_id = begin(workflow("bug", retry=Retry(attempts=2, base=0.01)))
    engine.advance(run_id)
    run = go_on(run_id)
    assert run.state == RunState.FAILED
    assert run.error is not None
    assert run.error["code"] == "ZeroDivisionError"


def test_a_waiting_run_goes_on_when_its_signal_comes() -> None:
    run_id = begin(workflow("gate", "note"))
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.WAITING
    with transaction.atomic():
        assert engine.signal(run_id, "s1", {"n": 1}, dedupe_key="a")
    with transaction.atomic():
        assert not engine.signal(run_id, "s1", {"n": 2}, dedupe_key="a")
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.DONE
    assert StepResult.objects.get(run_id=run_id, step="s1").output == {"got": [{"n": 1}]}
    assert not Signal.objects.filter(run_id=run_id, consumed_by=None).exists()


def test_a_signal_that_comes_early_is_kept() -> None:
    run_id = begin(workflow("gate"))
    with transaction.atomic():
        engine.signal(run_id, "s1", {"early": True}, dedupe_key="a")
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.DONE


def test_a_signal_for_an_ended_run_is_refused() -> None:
    run_id = begin(workflow("note"))
    engine.advance(run_id)
    with pytest.raises(Conflict), transaction.atomic():
        engine.signal(run_id, "s1", {}, dedupe_key="late")
    assert not Signal.objects.exists()


def test_a_timer_brings_a_run_back() -> None:
    run_id = begin(workflow("until_time", "note"), seconds=60)
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert run.state == RunState.WAITING
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.WAITING
    assert go_on(run_id).state == RunState.DONE


def test_a_step_may_end_the_run() -> None:
    run_id = begin(workflow("reject", "note"))
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.subject) == (RunState.DONE, "thing")


def test_a_lost_worker_counts_as_an_attempt_and_its_late_result_is_discarded() -> None:
    run_id = begin(workflow("note"))
    stale = store.claim(run_id)
    assert stale is not None
    assert store.claim(run_id) is None, "a leased run cannot be claimed"
    run = go_on(run_id)
    assert run.state == RunState.DONE
    assert Attempt.objects.get(run_id=run_id).code == "worker_lost"
    with pytest.raises(store.LeaseLost):
        store.put_off(stale, code="late", message="too late", delay=0)


def test_a_step_that_kills_its_worker_every_time_does_not_go_on_forever() -> None:
    run_id = begin(workflow("note", retry=Retry(attempts=2)))
    for _ in range(2):
        Run.objects.filter(pk=run_id).update(due_at=timezone.now())
        assert store.claim(run_id) is not None
    run = go_on(run_id)
    assert run.state == RunState.FAILED
    assert run.error is not None
    assert run.error["code"] == "attempts_exhausted"


def test_a_run_keeps_its_version_and_a_vanished_function_is_an_error_a_person_sees() -> None:
    run_id = begin(workflow("gate", "note"))
    engine.advance(run_id)
    publish(workflow("gate", "broken"))
    definition = Run.objects.get(pk=run_id).definition
    assert definition.version == 1
    with transaction.atomic():
        engine.signal(run_id, "s1", {}, dedupe_key="a")
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.DONE


def test_publishing_the_same_twice_is_one_version() -> None:
    assert publish(workflow("note")).pk == publish(workflow("note")).pk
    second = publish(workflow("note", "note"), actor="user:greta")
    assert second.version == 2
    event = Event.objects.filter(action="workflow.published", subject="workflow:example").latest("pk")
    assert (event.actor, event.after) == ("user:greta", {"version": 2, "digest": second.digest})


def test_a_published_version_cannot_be_changed() -> None:
    published = publish(workflow("note"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Definition.objects.filter(pk=published.pk).update(body={})


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (workflow("no_such_function"), "no_such_function"),
        (workflow("note", when={1: "input.a\n && steps. =="}), "step s1: the condition .* line 2, column 12"),
        (workflow("note", "note", when={1: "steps.s2.attempt == 1"}), "step s1: .* waits for step s2, .* a circle"),
        (workflow("note", "note", when={2: 'steps["s9"].attempt == 1'}), "step s2: .* step s9, which does not exist"),
        (workflow("note", "note", when={2: "1 > 2"}), "step s2: it is never reached"),
        (workflow("note", retry=Retry(attempts=0)), "step s1: .* positive"),
        (Workflow("far", tuple(replace(s, queue="mars") for s in workflow("note").steps)), "no worker takes .*mars"),
        (Workflow("empty", ()), "needs a step"),
        (Workflow("twice", workflow("note").steps * 2), "twice"),
    ],
)
def test_a_definition_that_cannot_work_is_refused(bad: Workflow, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        publish(bad)
    assert not Definition.objects.filter(name=bad.name).exists()


def test_a_body_says_which_step_has_what_it_may_not() -> None:
    body = workflow("note").body()
    assert parse("example", body) == replace(workflow("note"), name="example")
    body["steps"][0]["colour"] = "red"
    with pytest.raises(Invalid, match=r"example, step s1: .*colour"):
        parse("example", body)


def test_the_sweeper_wakes_what_is_due_and_executes_nothing() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    run_id = begin(workflow("note"))
    assert sweep(grace=0) == 1
    assert Run.objects.get(pk=run_id).state == RunState.READY


def test_the_sweeper_does_not_ring_twice_while_nobody_answers() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    for _ in range(30):
        begin(workflow("note"))
    assert [sweep(grace=0), sweep(grace=0)] == [ENOUGH, 0]


def test_a_queue_is_worked_off_longest_due_first_and_others_are_left_alone() -> None:
    first, second = begin(workflow("note")), begin(workflow("note"))
    Run.objects.filter(pk=second).update(due_at=timezone.now() - timedelta(minutes=1))
    other = begin(workflow("note"))
    Run.objects.filter(pk=other).update(queue="delivery")
    engine.work("default")
    ended = list(Run.objects.filter(state=RunState.DONE).order_by("finished_at").values_list("pk", flat=True))
    assert ended == [second, first]


def test_a_checkpoint_whose_answer_got_lost_leaves_the_worker_without_a_claim() -> None:
    run_id = begin(workflow("note", "note"))
    held = store.claim(run_id)
    assert held is not None
    uninformed = replace(held)
    assert store.checkpoint(
        held, output="{}", next_step="s2", queue="default", stay=True, skipped=False, seconds=0, signals=[]
    )
    with pytest.raises(store.LeaseLost):
        store.put_off(uninformed, code="reset", message="connection lost", delay=0)
    assert go_on(run_id).state == RunState.DONE


def test_a_claim_that_the_server_forgot_stores_nothing_at_another_step() -> None:
    """A crash of the server may take a repeatable checkpoint back; the next worker then gets the same claim number."""
    run_id = begin(workflow("note", "note"))
    taken = store.claim(run_id)
    assert taken is not None
    with pytest.raises(store.LeaseLost):
        store.checkpoint(
            replace(taken, step="s2"),
            output="{}",
            next_step=None,
            queue=None,
            stay=False,
            skipped=False,
            seconds=0,
            signals=[],
        )
    assert Run.objects.get(pk=run_id).step == "s1"


def test_runs_open_at_a_deploy_finish_on_their_version() -> None:
    publish(workflow("gate", "note"))
    with transaction.atomic():
        old = [engine.start("example", "old", {}, wake=False).pk for _ in range(1000)]
    while store.overdue(1, 0):
        engine.work("default")
    assert Run.objects.filter(state=RunState.WAITING).count() == 1000
    publish(workflow("gate", "broken"))
    with transaction.atomic():
        new = engine.start("example", "new", {}, wake=False).pk
        for run_id in [*old, new]:
            engine.signal(run_id, "s1", {}, dedupe_key="go")
    while store.overdue(1, 0):
        engine.work("default")
    assert Run.objects.filter(pk__in=old, state=RunState.DONE, subject="old.s2").count() == 1000
    assert Run.objects.get(pk=new).state == RunState.FAILED
