"""Runs with a recorded effect each, under faults of every kind; in the end none is lost, stuck or done twice."""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connections, transaction

from tests.chaos.client import Client
from tests.chaos.count import closing_count
from tests.chaos.faults import Faults
from tests.chaos.receiver import Receiver
from tests.chaos.world import World

T = TypeVar("T")
PATIENCE = 60.0  # seconds without any progress, with all faults over, after which a run counts as stuck
AT_ONCE = 100  # runs submitted between two looks at the world
REPORT_EVERY = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """How many runs, how many faults, and the mean seconds between two of them."""

    runs: int
    strikes: int
    pause: float


def run(plan: Plan, var: Path) -> Mapping[str, object]:
    """The closing count. Starts its servers under `var`."""
    from tests import servers

    world = World(var)
    receiver = Receiver(world.folder / "receiver")
    database = f"countersign_chaos_{os.getpid()}"
    try:
        servers.clone(world.superuser, servers.migrated_template(world.superuser), database)
        servers.point_at(database, world.superuser)
        with psycopg.connect(world.superuser, autocommit=True) as server:
            # A crash before the next one would set a copied database's sequences back: PostgreSQL logs them 32 ahead,
            # but copies them as they stand.
            server.execute("CHECKPOINT")
        client = Client(world.web_port, _prepared())
        try:
            return _storm(world, receiver, client, plan)
        finally:
            client.close()
    finally:
        world.end()
        receiver.close()
        connections.close_all()


def _prepared() -> str:
    """Workflows and a legal entity; the token of a service that may do everything there."""
    from automation.api.tokens import SCOPES, create_token
    from automation.ledger.models import LegalEntity
    from automation.workflow.definition import publish
    from tests.chaos.steps import OF_DOCUMENTS, WORKFLOW

    publish(WORKFLOW)
    publish(OF_DOCUMENTS)
    entity = LegalEntity.objects.create(name="Chaos Ltd")
    return create_token("client", scopes=tuple(SCOPES), entities=[entity], acting_user=None)


def _storm(world: World, receiver: Receiver, client: Client, plan: Plan) -> Mapping[str, object]:
    faults = Faults(world)
    begun = last_fault = last_progress = last_report = time.monotonic()
    submitted, seen, patience = 0, (0, 0), 0.0
    while True:
        world.supervise()
        struck = faults.count.total()
        allowed = min(plan.runs, plan.runs * (struck + 1) // plan.strikes)  # so that every fault finds runs under way
        for _ in range(min(AT_ONCE, allowed - submitted)):
            _submit(submitted, client)
            submitted += 1
        open_runs = _persistently(_open_runs)
        now = time.monotonic()
        if (open_runs, submitted + client.retried.total()) != seen:
            seen, last_progress = (open_runs, submitted + client.retried.total()), now
        if now - last_report > REPORT_EVERY:
            print(f"{now - begun:5.0f} s: {submitted} submitted, {open_runs} open, {struck} faults", flush=True)
            last_report = now
        if struck < plan.strikes and now - last_fault > patience and submitted > open_runs:
            faults.strike()
            last_fault, patience = time.monotonic(), random.uniform(0, 2 * plan.pause)
        elif struck == plan.strikes and not world.calm:
            world.become_calm()
            last_progress = now
        all_ended = submitted == plan.runs and not open_runs and client.is_done
        if world.calm and (all_ended or now - last_progress > PATIENCE):
            break
        time.sleep(0.1)
    seconds = round(time.monotonic() - begun)
    return {**closing_count(receiver, client, plan.runs), "seconds": seconds, "faults": dict(faults.count)}


def _open_runs() -> int:
    from automation.workflow.models import Run

    return Run.objects.filter(parent=None, finished_at=None).count()


def _submit(number: int, client: Client) -> None:
    """One of ten over HTTP, the others as a process of ours would start them."""
    if number % 10 == 3:
        client.want(number)
    else:
        _persistently(partial(_start, number))


def _start(number: int) -> None:
    """Start run `number` unless an earlier try got through; of every kind: with items, gated, doomed to fail."""
    from automation.workflow import engine
    from automation.workflow.models import Run

    with transaction.atomic():
        if Run.objects.filter(subject__startswith=f"run {number}:").exists():
            return
        gated = number % 4 == 0
        items = list(range(2 if number % 5 == 0 else 0))
        input = {"items": items, "gated": gated, "doomed": number % 20 == 7}
        run = engine.start("chaos", f"run {number}:", input, wake=False)
        if gated:
            engine.signal(run.pk, "gate", {}, dedupe_key="once")
            engine.signal(run.pk, "gate", {}, dedupe_key="once")


def _persistently(action: Callable[[], T]) -> T:
    """Do it again until the database is back."""
    while True:
        try:
            return action()
        except (OperationalError, InterfaceError):
            connections["default"].close()
            time.sleep(0.1)
