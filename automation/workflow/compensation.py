"""Ending a run without success: completed steps are undone first, last one first, each undoing a durable step."""

import uuid
from collections.abc import Mapping

from django.db import transaction

from audit.record import record
from automation.errors import Invalid
from automation.workflow import definition, store, wakeup
from automation.workflow.crash_points import crash_point
from automation.workflow.definition import Step, Workflow
from automation.workflow.models import RunState, StepResult
from automation.workflow.results import Context, Waiting, nothing
from automation.workflow.store import Claimed


def finish(
    run_id: uuid.UUID,
    claim: int,
    workflow: Workflow,
    state: RunState,
    *,
    at_step: str,
    error: Mapping[str, str],
    undone: bool = False,
) -> None:
    """End a run as failed or cancelled, inside a transaction, or turn it round where a completed step can be undone.

    `undone`: a compensation itself failed; the run stops where it is until an operator retries it.
    """
    last = None if undone else _to_undo(run_id, workflow)
    store.end(
        run_id,
        claim,
        state=RunState.READY if last else state,
        step=last.name if last else at_step,
        queue=last.queue if last else None,
        unwinding=state if last or undone else None,
        error=error,
    )
    if state == RunState.FAILED:
        record("run.failed", actor="system:workflow", subject=f"run:{run_id}", after=error)
    if last:
        wakeup.after_commit(last.queue)


def undo(run: Claimed, workflow: Workflow, step: Step) -> None:
    """Run one compensation, then turn to the completed step before it; end when none is left."""
    commit = nothing
    if step.compensate is not None:
        context = Context(run.id, step.name, run.attempt, run.input, run.outputs, key_suffix=":undo")
        result = definition.function(step.compensate)(context)
        crash_point("executed")
        if isinstance(result, Waiting):
            raise Invalid(f"The compensation of {step.name} asked to wait.", code="compensation_waits")
        commit = result.commit
    with transaction.atomic():
        StepResult.objects.filter(run_id=run.id, step=step.name).update(compensated_at=store.NOW)
        record("run.compensated", actor="system:workflow", subject=f"run:{run.id}", after={"step": step.name})
        commit()
        before = _to_undo(run.id, workflow)
        store.end(
            run.id,
            run.claim,
            state=RunState.READY if before else RunState(str(run.unwinding)),
            step=before.name if before else step.name,
            queue=before.queue if before else None,
            unwinding=run.unwinding if before else None,
        )
        if before:
            wakeup.after_commit(before.queue)
    crash_point("compensated")


def _to_undo(run_id: uuid.UUID, workflow: Workflow) -> Step | None:
    """The last completed step that has a compensation still to run."""
    completed = set(
        StepResult.objects.filter(run_id=run_id, skipped=False, compensated_at=None).values_list("step", flat=True)
    )
    return next((s for s in reversed(workflow.steps) if s.compensate and s.name in completed), None)
