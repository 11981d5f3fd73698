"""The engine: start, advance, signal, cancel. PostgreSQL is the only state; every function here is one mutation.

A run is claimed by compare-and-set: one UPDATE takes it from ready (or from a lease or timer that ran out) to running,
adds one to its claim number and sets a lease in `due_at`. The step then runs outside any transaction. Its result, the
domain changes it brought (`commit`) and the run's next state are stored in one transaction, which succeeds only while
the claim number is still ours. Lock order everywhere: the run first, then what belongs to it, then domain rows.
"""

import json
import logging
import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string

from automation.errors import Conflict, CountersignError, Invalid
from automation.workflow import definition, heartbeat, wakeup
from automation.workflow.crash_points import crash_point
from automation.workflow.definition import Step, Workflow
from automation.workflow.models import Attempt, Definition, Run, RunState, Signal, StepResult
from automation.workflow.results import Context, Done, ReceivedSignal, Waiting

log = logging.getLogger(__name__)

MAX_OUTPUT_BYTES = 1_000_000
OPEN = (RunState.READY, RunState.RUNNING, RunState.WAITING)


class LeaseLost(CountersignError):
    """Another worker took the run over while this one was busy; what this one did is discarded."""

    code = "lease_lost"


def start(name: str, subject: str, input: Mapping[str, Any], *, wake: bool = True) -> Run:
    """Start a run of the newest version of a workflow, inside the caller's transaction."""
    version = Definition.objects.filter(name=name).order_by("-version").first()
    if version is None:
        raise Invalid(f"No workflow named {name!r} is published")
    first = definition.parse(name, version.body).steps[0]
    run = Run.objects.create(definition=version, subject=subject, input=dict(input), step=first.name, due_at=_now())
    if wake:
        wakeup.after_commit(run.id, first.queue)
    return run


def advance(run_id: uuid.UUID, *, queue: str | None = None) -> None:
    """Execute the run's steps until it waits, ends, fails, or its next step belongs to another queue.

    Returns at once when somebody else holds the run or nothing is due. `queue=None` takes steps of every queue.
    """
    run = _claim(run_id)
    if run is None:
        return
    workflow = definition.parse(run.definition.name, run.definition.body)
    steps = {step.name: step for step in workflow.steps}
    with heartbeat.holding(run):
        while run.state == RunState.RUNNING:
            step = steps[run.step]
            if queue is not None and step.queue != queue:
                _release(run, step)
                return
            try:
                _execute(run, workflow, step)
            except LeaseLost:
                log.warning("run %s: lease lost at step %s; the other worker goes on", run.id, step.name)
                return


def signal(run_id: uuid.UUID, name: str, payload: Mapping[str, Any], *, dedupe_key: str) -> bool:
    """Send a signal, inside the caller's transaction. False when this dedupe key already came.

    Raises Conflict when the run has ended.
    """
    run = Run.objects.select_for_update(no_key=True).select_related(None).get(pk=run_id)
    if run.state not in OPEN:
        raise Conflict(f"The run has already ended ({run.state}).")
    _, created = Signal.objects.get_or_create(
        run_id=run_id, name=name, dedupe_key=dedupe_key, defaults={"payload": dict(payload)}
    )
    if created and run.state == RunState.WAITING and run.awaited_signal == name:
        Run.objects.filter(pk=run_id).update(state=RunState.READY, due_at=_now(), awaited_signal=None)
        wakeup.after_commit(run_id, _step(run).queue)
    return created


def _now() -> datetime:
    return datetime.now(UTC)


def _lease() -> datetime:
    return _now() + timedelta(seconds=settings.WORKFLOW_LEASE_SECONDS)


def _step(run: Run) -> Step:
    workflow = definition.parse(run.definition.name, run.definition.body)
    return next(step for step in workflow.steps if step.name == run.step)


def _claim(run_id: uuid.UUID) -> Run | None:
    """Take a run that is due; None when it is not ours to take. A lease that ran out counts as a lost attempt."""
    now = _now()
    due = Q(state=RunState.READY, due_at__lte=now) | Q(state__in=[RunState.RUNNING, RunState.WAITING], due_at__lte=now)
    was_running = Run.objects.filter(pk=run_id, state=RunState.RUNNING, due_at__lte=now).exists()
    claimed = Run.objects.filter(due, pk=run_id).update(
        state=RunState.RUNNING, claim=F("claim") + 1, attempt=F("attempt") + 1, due_at=_lease(), awaited_signal=None
    )
    if not claimed:
        return None
    run = Run.objects.select_related("definition").get(pk=run_id)
    if was_running:
        Attempt.objects.create(
            run=run, step=run.step, number=run.attempt - 1, code="worker_lost", message="The worker ended in mid-step."
        )
    crash_point("claimed")
    return run


def _release(run: Run, step: Step) -> None:
    """Hand a claimed run to the workers of its next step's queue."""
    with transaction.atomic():
        _store(run, state=RunState.READY, due_at=_now(), attempt=run.attempt - 1)
        wakeup.after_commit(run.id, step.queue)


def _execute(run: Run, workflow: Workflow, step: Step) -> None:
    context, open_signals = _context(run, step)
    started = _now()
    if run.attempt > step.retry.attempts:
        _fail(run, workflow, "attempts_exhausted", f"Step {step.name} was tried {run.attempt - 1} times without success.")
        return
    variables = {"input": dict(context.input), "steps": dict(context.outputs)}
    try:
        if step.when is not None and not definition.holds(step.when, variables):
            _complete(run, workflow, step, Done(), started, open_signals, skipped=True)
            return
        heartbeat.expect(run, step.timeout)
        result = definition.function(step.function)(context)
        crash_point("executed")
        if isinstance(result, Waiting):
            _wait(run, step, result)
        else:
            _complete(run, workflow, step, result, started, open_signals)
    except LeaseLost:
        raise
    except CountersignError as error:
        _failed_attempt(run, workflow, step, error.code, error.message, retryable=error.retryable)
    except Exception as error:
        # Recorded with the run and shown to a person; an unknown error may be a passing one, so it is tried again.
        log.exception("run %s: step %s failed", run.id, step.name)
        _failed_attempt(run, workflow, step, type(error).__name__, str(error), retryable=not isinstance(error, ImportError))


def _context(run: Run, step: Step) -> tuple[Context, list[int]]:
    outputs = dict(StepResult.objects.filter(run=run).values_list("step", "output"))
    waiting = list(Signal.objects.filter(run=run, name=step.name, consumed_by=None).order_by("id"))
    received = tuple(ReceivedSignal(s.name, s.payload, s.received_at) for s in waiting)
    return Context(run.id, step.name, run.attempt, run.input, outputs, received), [s.pk for s in waiting]


def _complete(
    run: Run,
    workflow: Workflow,
    step: Step,
    result: Done,
    started: datetime,
    open_signals: list[int],
    *,
    skipped: bool = False,
) -> None:
    """Checkpoint a step: its result, its domain changes and the next state, all or nothing."""
    _check_output(step, result.output)
    position = workflow.steps.index(step)
    last = result.end or position + 1 == len(workflow.steps)
    attempts = run.attempt
    with transaction.atomic():
        if last:
            _store(run, state=RunState.DONE, due_at=None, finished_at=_now(), error=None)
        else:
            _store(run, step=workflow.steps[position + 1].name, attempt=1, due_at=_lease(), error=None)
        StepResult.objects.create(
            run=run,
            step=step.name,
            output=result.output,
            skipped=skipped,
            attempts=attempts,
            started_at=started,
            finished_at=_now(),
        )
        if open_signals:
            Signal.objects.filter(pk__in=open_signals).update(consumed_by=step.name)
        result.commit()
        crash_point("before_checkpoint")
    crash_point("checkpointed")


def _wait(run: Run, step: Step, result: Waiting) -> None:
    """Park the run. A signal that came in the meantime makes it ready at once: the row lock orders the two."""
    with transaction.atomic():
        _store(run, state=RunState.WAITING, due_at=result.until, attempt=0, awaited_signal=result.for_signal)
        result.commit()
        seen = Signal.objects.filter(run=run, name=result.for_signal or "", consumed_by=None)
        if result.for_signal and seen.exists():
            _store(run, state=RunState.READY, due_at=_now(), awaited_signal=None)
            wakeup.after_commit(run.id, step.queue)
    crash_point("waiting")


def _failed_attempt(
    run: Run, workflow: Workflow, step: Step, code: str, message: str, *, retryable: bool
) -> None:
    if not retryable or run.attempt >= step.retry.attempts:
        _fail(run, workflow, code, message)
        return
    ceiling = min(step.retry.maximum, step.retry.base * 2 ** (run.attempt - 1))
    retry_at = _now() + timedelta(seconds=random.uniform(0, ceiling))  # noqa: S311 - jitter, not a secret
    with transaction.atomic():
        _store(run, state=RunState.READY, due_at=retry_at, error={"step": step.name, "code": code, "message": message})
        Attempt.objects.create(
            run=run, step=step.name, number=run.attempt, code=code, message=message, retry_at=retry_at
        )


def _fail(run: Run, workflow: Workflow, code: str, message: str) -> None:
    with transaction.atomic():
        error = {"step": run.step, "code": code, "message": message}
        Attempt.objects.create(run=run, step=run.step, number=run.attempt, code=code, message=message)
        _store(run, state=RunState.FAILED, due_at=None, finished_at=_now(), error=error)
        if workflow.on_failure:
            import_string(workflow.on_failure)(run.id, run.subject, error)


def _store(run: Run, **changes: Any) -> None:
    """Write the run's next state if its claim is still ours; keep the object in step."""
    if not Run.objects.filter(pk=run.pk, claim=run.claim).exclude(state__in=["done", "failed", "cancelled"]).update(**changes):
        raise LeaseLost("Another worker holds this run.")
    for name, value in changes.items():
        setattr(run, name, value)


def _check_output(step: Step, output: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(output))
    except (TypeError, ValueError) as error:
        raise Invalid(f"Step {step.name} returned what JSON cannot hold: {error}", code="output_not_json") from error
    if size > MAX_OUTPUT_BYTES:
        raise Invalid(f"Step {step.name} returned {size} bytes; store it and return a reference.", code="output_too_large")
