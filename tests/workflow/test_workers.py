"""Real Celery workers on real servers: nothing is lost when one is killed."""

import time
from pathlib import Path

from django.db import transaction

from automation.workflow import engine
from automation.workflow.definition import publish
from automation.workflow.models import Run, RunState, StepResult
from tests.servers import Workers, wait_until
from tests.workflow.steps import workflow


def begin(count: int, **input: object) -> None:
    publish(workflow("note", "effect", "note"))
    for number in range(count):
        with transaction.atomic():
            engine.start("example", f"thing {number}", input)


def test_a_killed_worker_loses_and_repeats_nothing(worker: Workers, tmp_path: Path) -> None:
    first = worker.start(beat=False)
    receiver = tmp_path / "receiver"
    receiver.mkdir()
    begin(50, folder=str(receiver), seconds=0.05)
    wait_until(lambda: Run.objects.filter(state=RunState.DONE).count() >= 10)
    worker.kill(first)
    killed = time.monotonic()
    assert Run.objects.exclude(state=RunState.DONE).exists(), "the worker was killed too late to prove anything"
    worker.start(beat=True)
    wait_until(lambda: not Run.objects.exclude(state=RunState.DONE).exists(), seconds=40)
    print(f"all runs ended {time.monotonic() - killed:.1f} s after the kill, a new worker's start included")
    assert StepResult.objects.count() == 150
    assert all(run.subject.endswith(".s1.s3") for run in Run.objects.all()), "each checkpoint committed exactly once"
    calls = [len(path.read_text().splitlines()) for path in receiver.iterdir()]
    assert len(calls) == 50
    assert sum(calls) <= 50 + 2, "at most the step each killed process was in is executed again"


def test_a_flushed_broker_loses_nothing(worker: Workers, tmp_path: Path) -> None:
    import redis
    from django.conf import settings

    begin(20, folder=str(tmp_path))
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    worker.start()
    wait_until(lambda: Run.objects.filter(state=RunState.DONE).count() == 20, seconds=40)
