"""A queue for each kind of work: what is slow in one keeps nothing in another waiting."""

from dataclasses import replace
from pathlib import Path

from django.db import transaction

from automation.workflow import engine
from automation.workflow.definition import Workflow, publish
from automation.workflow.models import Run, RunState
from tests.servers import Workers, wait_until
from tests.workflow.steps import workflow

READING, DELIVERIES = 30, 6


def on_queue(name: str, function: str, queue: str) -> Workflow:
    plain = workflow(function, name=name)
    return replace(plain, steps=(replace(plain.steps[0], queue=queue),))


def open_runs(name: str) -> int:
    return Run.objects.filter(definition__name=name).exclude(state=RunState.DONE).count()


def test_a_slow_delivery_never_starves_reading(worker: Workers, tmp_path: Path) -> None:
    publish(on_queue("delivering", "effect", "delivery"))
    publish(on_queue("reading", "note", "ocr"))
    with transaction.atomic():
        for n in range(DELIVERIES):
            engine.start("delivering", f"delivery {n}", {"folder": str(tmp_path), "seconds": 4})
    worker.start(concurrency=1, beat=False, queues="delivery")
    worker.start(concurrency=1, queues="default,ocr,inference")
    wait_until(lambda: Run.objects.filter(definition__name="delivering", state=RunState.RUNNING).exists())
    with transaction.atomic():
        for n in range(READING):
            engine.start("reading", f"document {n}", {})
    wait_until(lambda: open_runs("reading") == 0, seconds=DELIVERIES * 4)
    assert open_runs("delivering") > 0, "the deliveries ended too soon to prove anything"
