"""Steps of a workflow that has nothing to do with invoices. What they do outside is written to rows of their own."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from automation.errors import PermanentFailure, TemporaryFailure
from automation.workflow.definition import Retry, Step, Workflow
from automation.workflow.models import Run
from automation.workflow.results import Context, Done, Waiting


def note(context: Context) -> Done:
    """Append this step's name to the run's subject, in the checkpoint: each completed step shows exactly once."""

    def commit() -> None:
        run = Run.objects.get(pk=context.run_id)
        Run.objects.filter(pk=run.pk).update(subject=f"{run.subject}.{context.step}")

    return Done({"attempt": context.attempt}, commit=commit)


def flaky(context: Context) -> Done:
    if context.attempt < 3:
        raise TemporaryFailure("the other side is busy")
    return note(context)


def broken(context: Context) -> Done:
    raise PermanentFailure("this cannot work", code="cannot_work")


def bug(context: Context) -> Done:
    raise ZeroDivisionError("a bug in a step")


def unserialisable(context: Context) -> Done:
    return Done({"set": {1, 2}})


def oversize(context: Context) -> Done:
    return Done({"text": "x" * 1_000_001})


def gate(context: Context) -> Done | Waiting:
    if not context.signals:
        return Waiting(for_signal=context.step)
    return Done({"got": [signal.payload for signal in context.signals]})


def until_time(context: Context) -> Done | Waiting:
    if not context.timed_out:
        return Waiting(until=datetime.now(UTC) + timedelta(seconds=float(context.input["seconds"])))
    return Done()


def reject(context: Context) -> Done:
    return Done({"outcome": "rejected"}, end=True)


failures: list[tuple[str, str]] = []


def on_failure(run_id: object, subject: str, error: dict[str, str]) -> None:
    failures.append((subject, error["code"]))


def workflow(
    *functions: str, name: str = "example", when: dict[int, str] | None = None, retry: Retry | None = None
) -> Workflow:
    """A workflow of steps named s1, s2, … with functions of this module."""
    steps = tuple(
        Step(
            f"s{position}",
            f"tests.workflow.steps.{function}",
            when=(when or {}).get(position),
            retry=retry or Retry(attempts=4, base=0.01, maximum=0.02),
        )
        for position, function in enumerate(functions, start=1)
    )
    return Workflow(name, steps, on_failure="tests.workflow.steps.on_failure")


def effect(context: Context) -> Done:
    """An effect in another system that honours the key: one file per key, one line per call."""
    folder = Path(str(context.input["folder"]))
    with (folder / context.key.replace(":", ".")).open("a") as file:
        file.write("applied\n")
    time.sleep(float(context.input.get("seconds", 0)))
    return Done()


def undo(context: Context) -> Done:
    """Append what is undone to the run's subject."""

    def commit() -> None:
        run = Run.objects.get(pk=context.run_id)
        Run.objects.filter(pk=run.pk).update(subject=f"{run.subject}.-{context.step}")

    return Done(commit=commit)


def broken_undo(context: Context) -> Done:
    if not AWAY.is_set():
        raise PermanentFailure("the other side refuses to undo", code="undo_refused")
    return undo(context)


AWAY = threading.Event()


def square(context: Context) -> Done:
    return Done({"square": context.input["item"] ** 2})


def square_of_even(context: Context) -> Done:
    if context.input["item"] % 2:
        raise PermanentFailure("odd", code="odd")
    return square(context)


def undoable(*functions: str, compensate: dict[int, str]) -> Workflow:
    plain = workflow(*functions, name="undoable")
    steps = tuple(
        replace(step, compensate=f"tests.workflow.steps.{compensate[n]}") if n in compensate else step
        for n, step in enumerate(plain.steps, start=1)
    )
    return replace(plain, steps=steps)


def fanned(function: str) -> Workflow:
    plain = workflow("note", function, "note", name="fanned")
    first, middle, last = plain.steps
    return replace(plain, steps=(first, replace(middle, each="input.items"), last))


def square_when_back(context: Context) -> Done:
    if not AWAY.is_set():
        raise PermanentFailure("the other side is away", code="away")
    return square(context)
