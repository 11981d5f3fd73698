"""A step over several items (fan-out, fan-in): a child run for each, in parallel; the parent goes on after the last."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from automation.workflow import compensation, store, wakeup
from automation.workflow.definition import Step, Workflow
from automation.workflow.models import OPEN, Run, RunState, StepResult
from automation.workflow.results import Json
from automation.workflow.store import Claimed


def gather(run: Claimed, step: Step, items: list[Any]) -> list[Mapping[str, Json]] | None:
    """The outputs of all items in their order; None, with the run waiting for its children, while some are missing."""
    with transaction.atomic():
        store.lock(run)  # before counting: a child that ends waits for this lock, so none is missed
        children = Run.objects.filter(parent_id=run.id, step=step.name, item__lt=len(items))
        states = {item: state for item, state in children.values_list("item", "state") if item is not None}
        pending = [number for number in range(len(items)) if states.get(number) != RunState.DONE]
        if pending:
            _begin(run, step, items, [n for n in pending if states.get(n) not in OPEN], set(states))
            store.park(run, signal=None, until=None, pending=len(pending))
            return None
    results = StepResult.objects.filter(run__in=children).select_related("run").only("output", "run__item")
    outputs = {result.run.item: result.output for result in results}
    return [outputs[number] for number in range(len(items))]


def _begin(run: Claimed, step: Step, items: list[Any], numbers: list[int], present: set[int]) -> None:
    """Make the child runs of these items; one that already ended without success begins anew and keeps its id."""
    for number in present.intersection(numbers):
        Run.objects.filter(parent_id=run.id, step=step.name, item=number).update(
            input={**run.input, "item": items[number]},
            queue=step.queue,
            state=RunState.READY,
            attempt=0,
            claim=store.NEXT_CLAIM,
            due_at=store.NOW,
            finished_at=None,
        )
    for _ in numbers[: wakeup.ENOUGH]:
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


def fail(parent_id: uuid.UUID, workflow: Workflow, error: Mapping[str, str]) -> None:
    """One failed item fails the whole step, inside a transaction; its siblings are cancelled."""
    parent = Run.objects.select_for_update(no_key=True).get(pk=parent_id)
    if parent.state != RunState.WAITING:
        return
    cancel(parent.pk)
    compensation.finish(parent.pk, parent.claim, workflow, RunState.FAILED, at_step=parent.step, error=error)
    if workflow.on_failure:
        import_string(workflow.on_failure)(parent.pk, parent.subject, error)


def cancel(parent_id: uuid.UUID) -> None:
    """Stop every child run that is still open."""
    Run.objects.filter(parent_id=parent_id, state__in=OPEN).update(
        state=RunState.CANCELLED, due_at=None, finished_at=store.NOW, claim=store.NEXT_CLAIM
    )
