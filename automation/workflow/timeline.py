"""What a run did, does and waits for, step by step, in its definition's order. Four queries, however long."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from automation.workflow import definition
from automation.workflow.definition import Step
from automation.workflow.models import OPEN, Attempt, Run, RunState, Signal, StepResult

Belonging = TypeVar("Belonging", Attempt, Signal)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a run.

    `waits_for` is the signal it waits for, `until` when it goes on by itself: a retry, a timer, a lease that ends.
    `tries` are those that did not complete it; `items` counts the child runs of a step over items by state.
    """

    name: str
    queue: str
    state: str  # a RunState where the run stands here, else done, skipped, undone or "to come"
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    waits_for: str | None
    until: datetime | None
    tries: tuple[Attempt, ...]
    signals: tuple[Signal, ...]
    items: Mapping[str, int]
    failed_items: tuple[Run, ...]
    compensated_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long the completing try took; None for what is not complete."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


def timeline(run: Run) -> list[StepView]:
    """Every step of the run's version; `run.definition` should be loaded."""
    workflow = definition.of(run)
    results = {result.step: result for result in StepResult.objects.filter(run=run).defer("output")}
    tries = _by_step(Attempt.objects.filter(run=run).order_by("pk"))
    signals = _by_step(Signal.objects.filter(run=run).order_by("pk"))
    items: dict[str, Counter[str]] = defaultdict(Counter)
    failed: dict[str, list[Run]] = defaultdict(list)
    for child in Run.objects.filter(parent=run).order_by("item").only("step", "state", "item", "error", "parent"):
        items[child.step][child.state] += 1
        if child.state == RunState.FAILED:
            failed[child.step].append(child)
    return [
        _view(
            run, step, results.get(step.name), tries[step.name], signals[step.name], items[step.name], failed[step.name]
        )
        for step in workflow.steps
    ]


def _view(
    run: Run,
    step: Step,
    result: StepResult | None,
    tries: list[Attempt],
    signals: list[Signal],
    items: Mapping[str, int],
    failed: list[Run],
) -> StepView:
    here = run.step == step.name and (result is None or run.unwinding is not None)
    now_open = here and run.state in OPEN
    return StepView(
        name=step.name,
        queue=step.queue,
        state=_state(run, result, here=here),
        started_at=result.started_at if result else None,
        finished_at=result.finished_at if result else None,
        attempts=result.attempts if result else run.attempt if here else 0,
        waits_for=run.awaited_signal if now_open else None,
        until=run.due_at if now_open else None,
        tries=tuple(tries),
        signals=tuple(signals),
        items=dict(items),
        failed_items=tuple(failed),
        compensated_at=result.compensated_at if result else None,
    )


def _state(run: Run, result: StepResult | None, *, here: bool) -> str:
    if result is not None and result.compensated_at is not None:
        return "undone"
    if here and run.state != RunState.DONE:
        return RunState(run.state).value
    if result is not None:
        return "skipped" if result.skipped else "done"
    return "to come"


def _by_step(rows: Iterable[Belonging]) -> dict[str, list[Belonging]]:
    found: dict[str, list[Belonging]] = defaultdict(list)
    for row in rows:
        found[row.step if isinstance(row, Attempt) else row.name].append(row)
    return found
