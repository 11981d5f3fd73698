"""The engine: start, advance, signal. PostgreSQL is the only state; Celery says when, never what.

A worker claims a run by compare-and-set: one UPDATE takes it from ready, or from a lease or timer that ran out, to
running, adds one to its claim number and sets a lease. The step runs outside any transaction. Its result, the domain
changes it brought (`commit`) and the run's next state are stored together, and only while the claim number is still
ours. Lock order everywhere: the run first, then what belongs to it, then domain rows.
"""

import json
import logging
import random
import time
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from automation.errors import Conflict, CountersignError, Invalid
from automation.workflow import definition, heartbeat, store, wakeup
from automation.workflow.crash_points import crash_point
from automation.workflow.definition import Step, Workflow
from automation.workflow.models import Attempt, Definition, Run, RunState, Signal, StepResult
from automation.workflow.results import Context, Done, Json, ReceivedSignal, Waiting, nothing
from automation.workflow.store import Claimed

log = logging.getLogger(__name__)

MAX_OUTPUT_BYTES = 1_000_000
TURN_SECONDS = 0.5
OPEN = (RunState.READY, RunState.RUNNING, RunState.WAITING)


class LeaseLost(CountersignError):
    """Another worker took the run over while this one was busy; what this one did is discarded."""

    code = "lease_lost"


def start(name: str, subject: str, input: Mapping[str, Json], *, wake: bool = True) -> Run:
    """Start a run of the newest version of a workflow, inside the caller's transaction."""
    version = Definition.objects.filter(name=name).order_by("-version").first()
    if version is None:
        raise Invalid(f"No workflow named {name!r} is published")
    first = definition.load(version.pk, version.digest).steps[0]
    run = Run.objects.create(definition=version, subject=subject, input=dict(input), step=first.name, queue=first.queue)
    if wake:
        wakeup.after_commit(first.queue)
    return run


def advance(run_id: uuid.UUID) -> None:
    """Execute the run's steps, whatever their queue, until it waits, ends or fails.

    Returns at once when somebody else holds the run or nothing is due.
    """
    run = store.claim(run_id)
    if run is not None:
        _hold(run, queue=None)


def work(queue: str) -> None:
    """Execute what is due in one queue, longest due first, for a while; then others that share the worker have a turn.

    What is left has wake-ups of its own, or the sweeper's.
    """
    until = time.monotonic() + TURN_SECONDS
    while (run := store.claim_oldest(queue)) is not None:
        _hold(run, queue)
        if time.monotonic() > until:
            return


def _hold(run: Claimed, queue: str | None) -> None:
    """Execute the steps of a claimed run until it leaves this worker. `queue=None` takes steps of every queue."""
    crash_point("claimed")
    workflow = definition.load(run.definition_id, run.digest)
    if run.worker_lost:
        Attempt.objects.create(
            run_id=run.id,
            step=run.step,
            number=run.attempt - 1,
            code="worker_lost",
            message="The worker ended in mid-step.",
        )
    with heartbeat.holding(run):
        try:
            while _next(run, workflow, queue):
                run.worker_lost = run.timed_out = False
        except LeaseLost:
            log.warning("run %s: lease lost at step %s; another worker goes on", run.id, run.step)


def signal(run_id: uuid.UUID, name: str, payload: Mapping[str, Json], *, dedupe_key: str) -> bool:
    """Send a signal to the step `name`, inside the caller's transaction. False when this dedupe key already came.

    Raises Conflict when the run has ended, Invalid when it has no such step.
    """
    run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state not in OPEN:
        raise Conflict(f"The run has already ended ({run.state}).")
    step = step_of(run, name)
    _, created = Signal.objects.get_or_create(
        run_id=run_id, name=name, dedupe_key=dedupe_key, defaults={"payload": dict(payload)}
    )
    if created and run.state == RunState.WAITING and run.awaited_signal == name:
        Run.objects.filter(pk=run_id).update(state=RunState.READY, due_at=store.NOW, awaited_signal=None)
        wakeup.after_commit(step.queue)
    return created


def step_of(run: Run, name: str) -> Step:
    """The step `name` of the run's version; Invalid when it has none."""
    for step in definition.load(run.definition_id, run.definition.digest).steps:
        if step.name == name:
            return step
    raise Invalid(f"{run.definition} has no step {name!r}.", code="unknown_step")


def _next(run: Claimed, workflow: Workflow, queue: str | None) -> bool:
    """Execute the run's present step; True when this worker still holds the run and goes on with the next."""
    try:
        step = workflow.step(run.step)
        if run.attempt > step.retry.attempts:
            raise CountersignError(f"Tried {run.attempt - 1} times without success.", code="attempts_exhausted")
        heartbeat.expect(run, step.timeout)
        if run.unwinding:
            return _undo(run, workflow, step, queue)
        return _execute(run, workflow, step, queue)
    except LeaseLost:
        raise
    except CountersignError as error:
        _failed(
            run,
            workflow,
            error.code,
            error.message,
            retryable=error.retryable,
            wait=error.retry_after,
            counts=error.counts,
        )
    except Exception as error:
        # Recorded with the run and shown to a person. A bug may be a passing one; a missing function is not.
        log.exception("run %s: step %s failed", run.id, run.step)
        _failed(run, workflow, type(error).__name__, str(error), retryable=not isinstance(error, ImportError))
    return False


def _execute(run: Claimed, workflow: Workflow, step: Step, queue: str | None) -> bool:
    started = time.monotonic()
    variables = {"input": run.input, "steps": run.outputs}
    received = [s for s in run.signals if s["name"] == step.name]
    if run.item is None and step.when is not None and not definition.holds(step.when, variables):
        return _complete(run, workflow, step, Done(), started, [], queue, skipped=True)
    if run.item is None and step.each is not None:
        return _fan_out(run, workflow, step, definition.evaluate(step.each, variables), started, queue)
    signals = tuple(ReceivedSignal(s["name"], s["payload"], s["received_at"]) for s in received)
    context = Context(run.id, step.name, run.attempt, run.input, run.outputs, signals, run.timed_out, run.item)
    result = definition.function(step.function)(context)
    crash_point("executed")
    if isinstance(result, Waiting):
        with transaction.atomic():
            state = store.park(run, signal=result.for_signal, until=result.until)
            _still_ours(state)
            result.commit()
            if state == RunState.READY:
                wakeup.after_commit(step.queue)
        crash_point("waiting")
        return False
    return _complete(run, workflow, step, result, started, [s["id"] for s in received], queue)


def _complete(
    run: Claimed,
    workflow: Workflow,
    step: Step,
    result: Done,
    started: float,
    signals: list[int],
    queue: str | None,
    *,
    skipped: bool = False,
) -> bool:
    """Checkpoint a step: its result, its domain changes and the next state, all or nothing."""
    output = _encoded(step, result.output)
    following = None if result.end or run.item is not None else workflow.after(step)
    stay = following is not None and (queue is None or following.queue == queue)
    if result.commit is nothing and run.parent is None:
        state = _checkpointed(run, output, following, stay, skipped, started, signals)
    else:
        held = run.claim
        try:
            with transaction.atomic():
                store.lock_parent(run)
                state = _checkpointed(run, output, following, stay, skipped, started, signals)
                result.commit()
                crash_point("before_checkpoint")
                if run.parent is not None and store.child_done(run.parent):
                    wakeup.after_commit(step.queue)
        except Exception:
            run.claim = held  # the checkpoint was rolled back, and its claim number with it
            raise
    crash_point("checkpointed")
    if following is None:
        return False
    run.outputs[step.name] = json.loads(output)
    run.step, run.attempt = following.name, 1
    if state == RunState.READY:
        wakeup.ring(following.queue)
    return state == RunState.RUNNING


def _checkpointed(
    run: Claimed, output: str, following: Step | None, stay: bool, skipped: bool, started: float, signals: list[int]
) -> str:
    return _still_ours(
        store.checkpoint(
            run,
            output=output,
            next_step=following.name if following else None,
            queue=following.queue if following else None,
            stay=stay,
            skipped=skipped,
            seconds=time.monotonic() - started,
            signals=signals,
        )
    )


def _fan_out(run: Claimed, workflow: Workflow, step: Step, items: Any, started: float, queue: str | None) -> bool:
    """Run the step once for each item, in parallel, as child runs; go on when the last is done."""
    if not isinstance(items, list):
        raise Invalid(f"Step {step.name}: {step.each!r} is not a list.", code="not_a_list")
    with transaction.atomic():
        if not store.lock(run):  # before counting: a child that ends waits for this lock, so none is missed
            raise LeaseLost("Another worker holds this run.")
        children = Run.objects.filter(parent_id=run.id, step=step.name, item__lt=len(items))
        states = dict(children.values_list("item", "state"))
        pending = [number for number in range(len(items)) if states.get(number) != RunState.DONE]
        if pending:
            _start_children(run, step, items, [n for n in pending if states.get(n) not in OPEN], set(states))
            store.park(run, signal=None, until=None, pending=len(pending))
    if pending:
        crash_point("waiting")
        return False
    results = StepResult.objects.filter(run__in=children).select_related("run").only("output", "run__item")
    outputs = {result.run.item: result.output for result in results}
    gathered = [outputs[number] for number in range(len(items))]
    return _complete(run, workflow, step, Done({"items": gathered}), started, [], queue)


def _start_children(run: Claimed, step: Step, items: list[Any], numbers: list[int], present: set[int | None]) -> None:
    """Make the child runs of these items; one that already ended without success begins anew and keeps its id."""
    for number in numbers:
        fresh = {"input": {**run.input, "item": items[number]}, "queue": step.queue}
        if number in present:
            Run.objects.filter(parent_id=run.id, step=step.name, item=number).update(
                **fresh, state=RunState.READY, attempt=0, claim=store.NEXT_CLAIM, due_at=store.NOW, finished_at=None
            )
        wakeup.after_commit(step.queue)
    Run.objects.bulk_create(
        Run(
            definition_id=run.definition_id,
            subject=run.subject,
            input={**run.input, "item": items[number]},
            step=step.name,
            queue=step.queue,
            parent_id=run.id,
            item=number,
        )
        for number in numbers
        if number not in present
    )


def _undo(run: Claimed, workflow: Workflow, step: Step, queue: str | None) -> bool:
    """Run one compensation, then turn to the completed step before it; end when none is left."""
    context = Context(run.id, step.name, run.attempt, run.input, run.outputs, key_suffix=":undo")
    if step.compensate is not None:
        result = definition.function(step.compensate)(context)
        crash_point("executed")
        if isinstance(result, Waiting):
            raise Invalid(f"The compensation of {step.name} asked to wait.", code="compensation_waits")
        commit = result.commit
    else:
        commit = nothing
    with transaction.atomic():
        StepResult.objects.filter(run_id=run.id, step=step.name).update(compensated_at=store.NOW)
        commit()
        before = to_undo(run.id, workflow)
        state = RunState.READY if before else RunState(str(run.unwinding))
        error = Run.objects.values_list("error", flat=True).get(pk=run.id)
        if not store.end(
            run.id,
            run.claim,
            state=state,
            step=before.name if before else step.name,
            queue=before.queue if before else None,
            unwinding=run.unwinding,
            error=error,
        ):
            raise LeaseLost("Another worker holds this run.")
        if before:
            wakeup.after_commit(before.queue)
    crash_point("compensated")
    return False


def to_undo(run_id: uuid.UUID, workflow: Workflow) -> Step | None:
    """The last completed step that has a compensation still to run."""
    completed = set(
        StepResult.objects.filter(run_id=run_id, skipped=False, compensated_at=None).values_list("step", flat=True)
    )
    return next((s for s in reversed(workflow.steps) if s.compensate and s.name in completed), None)


def _failed(
    run: Claimed,
    workflow: Workflow,
    code: str,
    message: str,
    *,
    retryable: bool,
    wait: float = 0.0,
    counts: bool = True,
) -> None:
    """An attempt failed: try again after a backoff with full jitter, at least `wait` seconds, or end the run.

    An attempt that does not count is repeated for as long as it takes, at the widest spacing.
    """
    step = workflow.find(run.step)
    if step is not None and retryable and (run.attempt < step.retry.attempts or not counts):
        exponential = step.retry.base * 2 ** (run.attempt - 1)
        ceiling = min(step.retry.maximum, exponential) if counts else step.retry.maximum
        delay = wait + random.uniform(0, ceiling)  # noqa: S311 - jitter, not a secret
        if not store.put_off(run, code=code, message=message, delay=delay, counts=counts):
            raise LeaseLost("Another worker holds this run.")
        return
    error = {"step": run.step, "code": code, "message": message}
    with transaction.atomic():
        store.lock_parent(run)
        Attempt.objects.create(run_id=run.id, step=run.step, number=run.attempt, code=code, message=message)
        finish(
            run.id,
            run.claim,
            workflow,
            RunState.FAILED,
            at_step=run.step,
            error=error,
            undone=run.unwinding is not None,
        )
        if run.parent is not None:
            _fail_parent(run.parent, workflow, error)
        elif workflow.on_failure and run.unwinding is None:
            import_string(workflow.on_failure)(run.id, run.subject, error)
    crash_point("failed")


def finish(
    run_id: uuid.UUID,
    claim: int,
    workflow: Workflow,
    state: RunState,
    *,
    at_step: str,
    error: Mapping[str, str] | None,
    undone: bool = False,
) -> None:
    """End a run as failed or cancelled, inside a transaction: first its completed steps are compensated, in reverse.

    `undone`: a compensation itself failed; the run stops where it is until an operator retries it.
    """
    last = None if undone else to_undo(run_id, workflow)
    ended = store.end(
        run_id,
        claim,
        state=RunState.READY if last else state,
        step=last.name if last else at_step,
        queue=last.queue if last else None,
        unwinding=state if last or undone else None,
        error=error,
    )
    if not ended:
        raise LeaseLost("Another worker holds this run.")
    if last:
        wakeup.after_commit(last.queue)


def _fail_parent(parent_id: uuid.UUID, workflow: Workflow, error: Mapping[str, str]) -> None:
    """One failed item fails the whole step; its siblings are cancelled."""
    parent = Run.objects.select_for_update(no_key=True).get(pk=parent_id)
    if parent.state != RunState.WAITING:
        return
    Run.objects.filter(parent=parent, state__in=OPEN).update(
        state=RunState.CANCELLED, due_at=None, finished_at=store.NOW, claim=store.NEXT_CLAIM
    )
    finish(parent.pk, parent.claim, workflow, RunState.FAILED, at_step=parent.step, error=error)
    if workflow.on_failure:
        import_string(workflow.on_failure)(parent.pk, parent.subject, error)


def _still_ours(state: str | None) -> str:
    if state is None:
        raise LeaseLost("Another worker holds this run.")
    return state


def _encoded(step: Step, output: Mapping[str, Json]) -> str:
    try:
        text = json.dumps(output, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Invalid(f"Step {step.name} returned what JSON cannot hold: {error}", code="output_not_json") from error
    if len(text) > MAX_OUTPUT_BYTES:
        raise Invalid(
            f"Step {step.name} returned {len(text)} bytes; store it and return a reference.", code="output_too_large"
        )
    return text
