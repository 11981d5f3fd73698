"""Runs with a recorded effect each, under faults of every kind; in the end none is lost, stuck or done twice."""

import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db import InterfaceError, OperationalError, connections, transaction

if TYPE_CHECKING:
    from tests.chaos.faults import World
    from tests.chaos.receiver import Receiver

T = TypeVar("T")
PATIENCE = 60.0  # seconds without any progress, with all faults over, after which a run counts as stuck


def run(runs: int, var: Path, *, seconds_between_faults: float, strikes: int) -> dict[str, object]:
    """The closing count. Starts its servers under `var`."""
    from tests import servers
    from tests.chaos.faults import World
    from tests.chaos.receiver import Receiver

    world = World(var)
    receiver = Receiver(world.sockets / "receiver")
    database = f"countersign_chaos_{os.getpid()}"
    try:
        servers.clone(world.superuser, servers.migrated_template(world.superuser), database)
        servers.point_at(database, world.superuser)
        return _storm(world, receiver, str(world.sockets / "receiver"), runs, seconds_between_faults, strikes)
    finally:
        world.end()
        receiver.close()
        connections.close_all()


def _storm(
    world: "World", receiver: "Receiver", address: str, runs: int, pause: float, strikes: int
) -> dict[str, object]:
    from automation.workflow.definition import publish
    from automation.workflow.models import Run
    from tests.chaos.steps import WORKFLOW

    publish(WORKFLOW)
    world.supervise()
    begun = last_fault = last_progress = time.monotonic()
    submitted, seen, patience = 0, 0, 0.0
    while True:
        world.supervise()
        allowed = runs * (world.count.total() + 1) // strikes  # so that every fault finds runs under way
        for _ in range(min(50, allowed - submitted, runs - submitted)):
            submitted += _persistently(partial(_submit, submitted, address))
        ended = _persistently(lambda: Run.objects.filter(parent=None, finished_at__isnull=False).count())
        now = time.monotonic()
        if ended != seen:
            seen, last_progress = ended, now
        if world.count.total() < strikes and now - last_fault > patience:
            world.strike()
            last_fault, patience = time.monotonic(), random.uniform(0, 2 * pause)
        elif world.count.total() == strikes and not world.calm:
            world.become_calm()
            last_progress = now
        if world.calm and (ended == runs or now - last_progress > PATIENCE):
            break
        time.sleep(0.1)
    return {**_closing_count(receiver, runs), "seconds": round(time.monotonic() - begun), "faults": dict(world.count)}


def _submit(number: int, address: str) -> int:
    """Start run `number` unless an earlier try got through; of every kind: with items, gated, doomed to fail."""
    from automation.workflow import engine
    from automation.workflow.models import Run

    with transaction.atomic():
        if Run.objects.filter(subject__startswith=f"run {number}:").exists():
            return 1
        gated = number % 4 == 0
        input = {"receiver": address, "items": list(range(2 if number % 5 == 0 else 0))}
        run = engine.start("chaos", f"run {number}:", {**input, "gated": gated, "doomed": number % 20 == 7}, wake=False)
        if gated:
            engine.signal(run.pk, "gate", {}, dedupe_key="once")
            engine.signal(run.pk, "gate", {}, dedupe_key="once")
    return 1


def _persistently(action: Callable[[], T]) -> T:
    """Do it again until the database is back."""
    while True:
        try:
            return action()
        except (OperationalError, InterfaceError):
            connections["default"].close()
            time.sleep(0.1)


def _closing_count(receiver: "Receiver", runs: int) -> dict[str, object]:
    from automation.workflow.models import Attempt, Run, StepResult

    top = list(Run.objects.filter(parent=None))
    wrong = [r for r in top if r.finished_at and r.state != ("failed" if r.input["doomed"] else "done")]
    wrong += [r for r in top if r.finished_at and r.subject.count("+") != 1]
    signals = StepResult.objects.filter(step="gate", skipped=False).values_list("output__signals", flat=True)
    expected = {f"{r.pk}:send" for r in top} | {f"{r.pk}:send:undo" for r in top if r.input["doomed"]}
    expected |= {f"{r.pk}:item" for r in Run.objects.filter(parent__isnull=False)}
    unknown = StepResult.objects.filter(step="send", output__outcome="unknown").count()
    return {
        "runs": runs,
        "lost": runs - len(top),
        "stuck": sum(r.finished_at is None for r in top),
        "ended wrongly": len(wrong),
        "signals counted other than once": sum(n != 1 for n in signals),
        "effects missing": len(expected - set(receiver.applied)),
        "effects twice": sum(n > 1 for n in receiver.applied.values()) + len(set(receiver.applied) - expected),
        "unknown": unknown,
        "unknown and not reconciled": unknown - StepResult.objects.filter(step="reconcile", skipped=False).count(),
        "requests never answered": receiver.unanswered,
        "steps taken over from a lost worker": Attempt.objects.filter(code="worker_lost").count(),
    }


MUST_BE_ZERO = (
    "lost",
    "stuck",
    "ended wrongly",
    "signals counted other than once",
    "effects missing",
    "effects twice",
    "unknown and not reconciled",
)
