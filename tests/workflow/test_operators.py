"""What operators may do, what undoing does, and steps over several items."""

import uuid
from dataclasses import replace

import pytest
from django.db import transaction

from audit.queries import trail
from automation.errors import Conflict, Invalid
from automation.workflow import engine, operators, store
from automation.workflow.models import OPEN, Attempt, Run, RunState, StepResult
from tests.workflow import steps
from tests.workflow.steps import fanned, undoable, workflow
from tests.workflow.test_engine import begin

pytestmark = pytest.mark.django_db(transaction=True)


def state(run_id: uuid.UUID) -> str:
    return Run.objects.get(pk=run_id).state


def finish(run_id: uuid.UUID) -> Run:
    """Advance the run and its children as often as they ask for it."""
    for _ in range(20):
        before = list(Run.objects.order_by("pk").values_list("claim", flat=True))
        for pk in Run.objects.values_list("pk", flat=True):
            engine.advance(pk)
        if list(Run.objects.order_by("pk").values_list("claim", flat=True)) == before:
            break
    return Run.objects.get(pk=run_id)


def test_a_failure_undoes_the_completed_steps_in_reverse() -> None:
    run_id = begin(undoable("note", "note", "note", "broken", compensate={1: "undo", 3: "undo"}))
    run = finish(run_id)
    assert (run.state, run.subject) == (RunState.FAILED, "thing.s1.s2.s3.-s3.-s1")
    assert run.error is not None
    assert run.error["code"] == "cannot_work"
    assert StepResult.objects.filter(run=run, compensated_at__isnull=False).count() == 2


def test_a_failed_compensation_stops_there_and_can_be_retried() -> None:
    steps.AWAY.clear()
    run_id = begin(undoable("note", "note", "broken", compensate={1: "undo", 2: "broken_undo"}))
    run = finish(run_id)
    assert (run.state, run.unwinding, run.step) == (RunState.FAILED, RunState.FAILED, "s2")
    steps.AWAY.set()
    operators.retry(run_id, actor="user:olga", because="the other side is back")
    run = finish(run_id)
    assert (run.state, run.subject) == (RunState.FAILED, "thing.s1.s2.-s2.-s1")


def test_a_run_whose_steps_were_undone_does_not_go_on() -> None:
    run_id = begin(undoable("note", "broken", compensate={1: "undo"}))
    run = finish(run_id)
    assert (run.state, run.unwinding, run.subject) == (RunState.FAILED, None, "thing.s1.-s1")
    for step in (None, "s1"):
        with pytest.raises(Conflict, match="were undone"):
            operators.retry(run_id, actor="user:olga", from_step=step)
    assert Run.objects.get(pk=run_id).claim == run.claim


def test_cancel_undoes_and_ends() -> None:
    run_id = begin(undoable("note", "gate", compensate={1: "undo"}))
    engine.advance(run_id)
    operators.cancel(run_id, actor="user:olga", because="ordered twice")
    run = finish(run_id)
    assert (run.state, run.subject) == (RunState.CANCELLED, "thing.s1.-s1")
    undone, cancelled = trail(f"run:{run_id}")
    assert (undone.action, undone.after) == ("run.compensated", {"step": "s1"})
    assert (cancelled.action, cancelled.actor, cancelled.because) == ("run.cancelled", "user:olga", "ordered twice")


def test_a_paused_run_keeps_its_signal_and_goes_on_when_resumed() -> None:
    run_id = begin(workflow("gate", "note"))
    engine.advance(run_id)
    operators.pause(run_id, actor="user:olga")
    with transaction.atomic():
        engine.signal(run_id, "s1", {}, dedupe_key="a")
    engine.advance(run_id)
    assert state(run_id) == RunState.READY
    operators.resume(run_id, actor="user:olga")
    engine.advance(run_id)
    assert state(run_id) == RunState.DONE


def test_retry_from_an_earlier_step_keeps_what_was_done_as_history() -> None:
    run_id = begin(workflow("note", "note", "broken"))
    engine.advance(run_id)
    operators.retry(run_id, from_step="s2", actor="user:olga", because="fixed")
    engine.advance(run_id)
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.subject) == (RunState.FAILED, "thing.s1.s2.s2")
    assert Attempt.objects.filter(run=run, code="set_aside").get().step == "s2"


def test_skip_passes_over_a_step_with_a_reason() -> None:
    run_id = begin(workflow("broken", "note"))
    engine.advance(run_id)
    with pytest.raises(Invalid):
        operators.skip(run_id, actor="user:olga", because=" ")
    operators.skip(run_id, actor="user:olga", because="done by hand", output={"by_hand": True})
    engine.advance(run_id)
    assert state(run_id) == RunState.DONE
    assert StepResult.objects.get(run_id=run_id, step="s1").output == {"by_hand": True}


@pytest.mark.parametrize("action", ["pause", "cancel", "retry", "resume", "skip"])
def test_an_ended_run_is_left_alone(action: str) -> None:
    run_id = begin(workflow("note"))
    engine.advance(run_id)
    with pytest.raises(Conflict):
        getattr(operators, action)(run_id, actor="user:olga", because="too late")
    assert state(run_id) == RunState.DONE
    assert trail(f"run:{run_id}") == []


def test_two_operators_at_once_is_one_action() -> None:
    run_id = begin(workflow("gate"))
    engine.advance(run_id)
    operators.cancel(run_id, actor="user:olga", because="first")
    with pytest.raises(Conflict):
        operators.cancel(run_id, actor="user:otto", because="second")
    assert len(trail(f"run:{run_id}")) == 1


def test_an_unknown_signal_is_refused() -> None:
    run_id = begin(workflow("gate"))
    with pytest.raises(Invalid), transaction.atomic():
        engine.signal(run_id, "no_such_step", {}, dedupe_key="a")


def test_a_step_over_items_runs_once_for_each_and_keeps_their_order() -> None:
    run_id = begin(fanned("square"), items=[3, 1, 2])
    run = finish(run_id)
    assert (run.state, run.subject) == (RunState.DONE, "thing.s1.s3")
    output = StepResult.objects.get(run=run, step="s2").output
    assert output == {"items": [{"square": 9}, {"square": 1}, {"square": 4}]}


def test_a_step_over_no_items_is_done() -> None:
    run_id = begin(fanned("square"), items=[])
    assert finish(run_id).state == RunState.DONE


def test_one_failed_item_fails_the_run_and_says_which() -> None:
    run_id = begin(fanned("square_of_even"), items=[2, 3, 4])
    run = finish(run_id)
    assert run.state == RunState.FAILED
    assert run.error is not None
    assert run.error["code"] == "odd"
    assert not Run.objects.filter(parent=run, state__in=OPEN).exists()


def test_a_failed_item_can_be_retried_and_keeps_the_id_its_effects_are_known_by() -> None:
    steps.AWAY.clear()
    run_id = begin(fanned("square_when_back"), items=[2, 3])
    assert finish(run_id).state == RunState.FAILED
    before = set(Run.objects.filter(parent=run_id).values_list("pk", flat=True))
    steps.AWAY.set()
    operators.retry(run_id, actor="user:olga", because="the other side is back")
    run = finish(run_id)
    assert run.state == RunState.DONE
    assert set(Run.objects.filter(parent=run_id).values_list("pk", flat=True)) == before


def test_an_item_that_ends_before_its_parent_looks_again_is_not_awaited_forever() -> None:
    run_id = begin(fanned("square"), items=[1, 2])
    engine.advance(run_id)
    first, second = Run.objects.filter(parent=run_id).order_by("item")
    engine.advance(first.pk)
    Run.objects.filter(pk=run_id).update(state=RunState.READY, due_at=store.NOW)
    engine.advance(run_id)
    engine.advance(second.pk)
    engine.advance(run_id)
    assert state(run_id) == RunState.DONE


def test_retry_from_before_a_step_over_items_does_its_items_again() -> None:
    run_id = begin(
        replace(fanned("square"), steps=(*fanned("square").steps, workflow(*["broken"] * 4).steps[3])), items=[5]
    )
    assert finish(run_id).state == RunState.FAILED
    operators.retry(run_id, from_step="s2", actor="user:olga", because="again")
    finish(run_id)
    child = Run.objects.get(parent=run_id)
    assert (child.state, child.claim > 2) == (RunState.DONE, True)
    assert Attempt.objects.filter(run=child, code="set_aside").count() == 1
