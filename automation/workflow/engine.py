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

from django.db import transaction
from django.utils.module_loading import import_string

from automation.errors import Conflict, CountersignError, Invalid, PermanentFailure, TemporaryFailure
from automation.workflow import compensation, definition, heartbeat, items, store, wakeup
from automation.workflow.crash_points import crash_point
from automation.workflow.definition import Step, Workflow
from automation.workflow.models import OPEN, Attempt, Definition, Run, RunState, Signal
from automation.workflow.results import Context, Done, Json, ReceivedSignal, Waiting, nothing
from automation.workflow.store import Claimed, LeaseLost

log = logging.getLogger(__name__)

MAX_OUTPUT_BYTES = 1_000_000
TURN_SECONDS = 0.5
SKIPPED = Done(repeatable=True)


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


def signal(run_id: uuid.UUID, name: str, payload: Mapping[str, Json], *, dedupe_key: str) -> bool:
    """Send a signal to the step `name`, inside the caller's transaction. False when this dedupe key already came.

    Raises Conflict when the run has ended, Invalid when it has no such step.
    """
    run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state not in OPEN:
        raise Conflict(f"The run has already ended ({run.state}).")
    step = definition.of(run).step(name)
    _, created = Signal.objects.get_or_create(
        run_id=run_id, name=name, dedupe_key=dedupe_key, defaults={"payload": dict(payload)}
    )
    if created and run.state == RunState.WAITING and run.awaited_signal == name:
        Run.objects.filter(pk=run_id).update(state=RunState.READY, due_at=store.NOW, awaited_signal=None)
        wakeup.after_commit(step.queue)
    return created


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
    if run.worker_lost:
        Attempt.objects.create(
            run_id=run.id,
            step=run.step,
            number=run.attempt - 1,
            code="worker_lost",
            message="The worker ended in mid-step.",
        )
    workflow = definition.load(run.definition_id, run.digest)
    with heartbeat.holding(run):
        try:
            while _next(run, workflow, queue):
                run.worker_lost = run.timed_out = False
        except LeaseLost:
            log.warning("run %s: lease lost at step %s; another worker goes on", run.id, run.step)


def _next(run: Claimed, workflow: Workflow, queue: str | None) -> bool:
    """Take the run's present step; True when this worker still holds the run and goes on with the next."""
    try:
        step = workflow.step(run.step)
        if run.attempt > step.retry.attempts:
            raise CountersignError(f"Tried {run.attempt - 1} times without success.", code="attempts_exhausted")
        heartbeat.expect(run, step.timeout)
        if run.unwinding:
            compensation.undo(run, workflow, step)
            return False
        started = time.monotonic()
        result = _execute(run, step)
        if isinstance(result, Done):
            return _complete(run, workflow, step, result, time.monotonic() - started, queue)
        if result is not None:
            _wait(run, step, result)
        crash_point("waiting")
    except LeaseLost:
        raise
    except CountersignError as error:
        _failed(run, workflow, error)
    except Exception as error:
        # Recorded with the run and shown to a person. A bug may be a passing one; a missing function is not.
        log.exception("run %s: step %s failed", run.id, run.step)
        kind = PermanentFailure if isinstance(error, ImportError) else TemporaryFailure
        _failed(run, workflow, kind(str(error), code=type(error).__name__))
    return False


def _execute(run: Claimed, step: Step) -> Done | Waiting | None:
    """What the step answers; None where the run already waits for its items."""
    if run.item is None:
        variables = {"input": run.input, "steps": run.outputs}
        if step.when is not None and not definition.holds(step.when, variables):
            return SKIPPED
        if step.each is not None:
            outputs = items.gather(run, step, definition.listed(step.each, variables))
            return None if outputs is None else Done({"items": outputs})
    signals = tuple(
        ReceivedSignal(s["name"], s["payload"], s["received_at"]) for s in run.signals if s["name"] == step.name
    )
    context = Context(run.id, step.name, run.attempt, run.input, run.outputs, signals, run.timed_out, run.item)
    result = definition.function(step.function)(context)
    crash_point("executed")
    return result


def _wait(run: Claimed, step: Step, wish: Waiting) -> None:
    with transaction.atomic():
        state = store.park(run, signal=wish.for_signal, until=wish.until)
        wish.commit()
        if state == RunState.READY:
            wakeup.after_commit(step.queue)


def _complete(run: Claimed, workflow: Workflow, step: Step, result: Done, seconds: float, queue: str | None) -> bool:
    """Checkpoint a step: its result, its domain changes and the next state, all or nothing."""
    output = _encoded(step, result.output)
    following = None if result.end or run.item is not None else workflow.after(step)
    following_queue = following.queue if following else None

    def checkpoint() -> RunState:
        return store.checkpoint(
            run,
            output=output,
            next_step=following.name if following else None,
            queue=following_queue,
            stay=following is not None and queue in (None, following_queue),
            skipped=result is SKIPPED,
            repeatable=result.repeatable,
            seconds=seconds,
            signals=[s["id"] for s in run.signals if s["name"] == step.name],
        )

    if result.commit is nothing and run.parent is None:
        state = checkpoint()
    else:
        held = run.claim
        try:
            with transaction.atomic():
                store.lock_parent(run)
                state = checkpoint()
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


def _failed(run: Claimed, workflow: Workflow, error: CountersignError) -> None:
    """An attempt failed: try again after a backoff with full jitter, or end the run.

    An attempt that does not count is repeated for as long as it takes, at the widest spacing.
    """
    step = workflow.find(run.step)
    if step is not None and error.retryable and (run.attempt < step.retry.attempts or not error.counts):
        exponential = step.retry.base * 2 ** (run.attempt - 1)
        ceiling = min(step.retry.maximum, exponential) if error.counts else step.retry.maximum
        delay = error.retry_after + random.uniform(0, ceiling)  # noqa: S311 - jitter, not a secret
        store.put_off(run, code=error.code, message=error.message, delay=delay, counts=error.counts)
        return
    reason = {"step": run.step, "code": error.code, "message": error.message}
    with transaction.atomic():
        store.lock_parent(run)
        Attempt.objects.create(run_id=run.id, step=run.step, number=run.attempt, code=error.code, message=error.message)
        compensation.finish(
            run.id,
            run.claim,
            workflow,
            RunState.FAILED,
            at_step=run.step,
            error=reason,
            undone=run.unwinding is not None,
        )
        if run.parent is not None:
            items.fail(run.parent, workflow, reason)
        elif workflow.on_failure and run.unwinding is None:
            import_string(workflow.on_failure)(run.id, run.subject, reason)
    crash_point("failed")


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
