"""What an operator may do to a run: one function per action, one transaction, one audit event.

Each compares the run's state first and refuses with a clear Conflict when two operators act at once or the run has
moved on; nothing is changed then.
"""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from audit.record import record
from automation.errors import Conflict, Invalid
from automation.workflow import compensation, definition, items, store, wakeup
from automation.workflow.definition import Step
from automation.workflow.models import OPEN, Attempt, Run, RunState, StepResult


def pause(run_id: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Hold the run before its next step. A step in progress ends and is kept."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state not in OPEN or run.held:
            raise Conflict(f"The run cannot be paused: it is {'already paused' if run.held else run.state}.")
        Run.objects.filter(pk=run.pk).update(held=True)
        _record("run.paused", run, actor, because)


def resume(run_id: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Let a paused run go on."""
    with transaction.atomic():
        run = _locked(run_id)
        if not run.held:
            raise Conflict("The run is not paused.")
        Run.objects.filter(pk=run.pk).update(held=False)
        wakeup.after_commit(run.queue)
        _record("run.resumed", run, actor, because)


def cancel(run_id: uuid.UUID, *, actor: str, because: str) -> None:
    """Stop the run; its completed steps are compensated in reverse. A step in progress may store nothing more."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state not in OPEN or run.unwinding:
            raise Conflict(f"The run cannot be cancelled: it is {'already unwinding' if run.unwinding else run.state}.")
        items.cancel(run.pk)
        error = {"step": run.step, "code": "cancelled", "message": because}
        Run.objects.filter(pk=run.pk).update(held=False)
        workflow = definition.of(run)
        compensation.finish(run.pk, run.claim, workflow, RunState.CANCELLED, at_step=run.step, error=error)
        _record("run.cancelled", run, actor, because)


def retry(run_id: uuid.UUID, *, actor: str, from_step: str | None = None, because: str = "") -> None:
    """Start a failed run again at the step it failed in, or from an earlier one whose results are then set aside."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state != RunState.FAILED:
            raise Conflict(f"Only a failed run can be retried; this one is {run.state}.")
        step = definition.of(run).step(from_step or run.step)
        if not run.unwinding and StepResult.objects.filter(run=run, compensated_at__isnull=False).exists():
            # Under the same idempotency key a receiver would take the effect for one it has already applied.
            raise Conflict("The run's completed steps were undone, so it cannot go on; start a new run.")
        if run.unwinding and from_step is not None:
            raise Conflict("The run failed while undoing its steps; only that can be retried.")
        if not run.unwinding:
            _set_aside(run, step)
        Run.objects.filter(pk=run.pk).update(
            state=RunState.READY,
            step=step.name,
            queue=step.queue,
            attempt=0,
            claim=store.NEXT_CLAIM,
            due_at=store.NOW,
            finished_at=None,
        )
        wakeup.after_commit(step.queue)
        _record("run.retried", run, actor, because, {"from_step": step.name})


def skip(run_id: uuid.UUID, *, actor: str, because: str, output: Mapping[str, object] | None = None) -> None:
    """Pass over the step a run waits at or failed in, giving `output` in its place."""
    if not because.strip():
        raise Invalid("A step is skipped only with a reason.", code="reason_missing")
    with transaction.atomic():
        run = _locked(run_id)
        if run.state not in (RunState.FAILED, RunState.WAITING, RunState.READY) or run.unwinding:
            raise Conflict(
                f"The run's step cannot be skipped: the run is {'unwinding' if run.unwinding else run.state}."
            )
        step = definition.of(run).step(run.step)
        following = definition.of(run).after(step)
        StepResult.objects.create(
            run=run,
            step=step.name,
            output=dict(output or {}),
            skipped=True,
            attempts=run.attempt,
            started_at=store.NOW,
            finished_at=store.NOW,
        )
        Run.objects.filter(pk=run.pk).update(
            state=RunState.READY if following else RunState.DONE,
            step=following.name if following else step.name,
            queue=following.queue if following else step.queue,
            attempt=0,
            claim=store.NEXT_CLAIM,
            due_at=store.NOW if following else None,
            finished_at=None if following else store.NOW,
            awaited_signal=None,
            error=None,
        )
        if following:
            wakeup.after_commit(following.queue)
        _record("run.step_skipped", run, actor, because, {"step": step.name})


def _locked(run_id: uuid.UUID) -> Run:
    return Run.objects.select_for_update(no_key=True, of=("self",)).select_related("definition").get(pk=run_id)


def _set_aside(run: Run, step: Step) -> None:
    """Keep the results of this step and all after it as attempts, so that history stays whole, and free their place.

    The items of a step over several count as cancelled until the step begins them anew.
    """
    workflow = definition.of(run)
    names = [s.name for s in workflow.steps[workflow.steps.index(step) :]]
    completed = [name for name in names if StepResult.objects.filter(run=run, step=name).exists()]
    Run.objects.filter(parent=run, step__in=completed).update(state=RunState.CANCELLED)
    results = StepResult.objects.filter(Q(run=run) | Q(run__parent=run), step__in=names).exclude(
        run__parent=run, run__state=RunState.DONE
    )
    Attempt.objects.bulk_create(
        Attempt(
            run_id=r.run_id,
            step=r.step,
            number=r.attempts,
            code="set_aside",
            message="Done again at an operator's request.",
        )
        for r in results
    )
    results.delete()


def _record(action: str, run: Run, actor: str, because: str, after: Mapping[str, str] | None = None) -> None:
    record(
        action,
        actor=actor,
        subject=f"run:{run.pk}",
        before={"state": run.state, "step": run.step},
        after=after,
        because=because or None,
    )
