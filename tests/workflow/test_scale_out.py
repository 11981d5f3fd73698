"""More workers against the same servers, and a new version while runs are open: each run once, on its own version."""

import os
import time
from collections import Counter
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from automation.workflow import engine
from automation.workflow.definition import Step, Workflow, publish
from automation.workflow.models import Run, RunState, StepResult
from automation.workflow.results import Context, Done
from tests.servers import Workers, wait_until
from tests.workflow.steps import workflow

WORKERS, RUNS = 3, 150
OPEN_RUNS = 1000


def effect(context: Context) -> Done:
    """One line for each execution, with the process that did it."""
    with (Path(str(context.input["folder"])) / str(context.run_id)).open("a") as file:
        file.write(f"{os.getppid()}\n")
    time.sleep(0.05)
    return Done()


def all_done() -> bool:
    return not Run.objects.exclude(state=RunState.DONE).exists()


def begin(name: str, count: int, **input: object) -> None:
    with transaction.atomic():
        for number in range(count):
            engine.start(name, f"thing {number}", input)


def test_several_workers_share_the_runs_and_none_runs_twice(worker: Workers, tmp_path: Path) -> None:
    publish(Workflow("shared", tuple(Step(f"s{n}", "tests.workflow.test_scale_out.effect") for n in (1, 2))))
    started = [worker.start(concurrency=1, beat=n == 0) for n in range(WORKERS)]
    begin("shared", RUNS, folder=str(tmp_path))
    wait_until(all_done, seconds=90)
    lines = [path.read_text().split() for path in tmp_path.iterdir()]
    assert [len(executed) for executed in lines] == [2] * RUNS, "each of the two steps of each run once"
    by_worker = Counter(process for executed in lines for process in executed)
    assert set(by_worker) == {str(process.pid) for process in started}, "every worker had its part"


def test_a_deployment_finds_open_runs_and_they_end_on_their_version(worker: Workers) -> None:
    old = publish(workflow("gate", "note"))
    begin("example", OPEN_RUNS)
    worker.start(concurrency=2, beat=True)
    wait_until(lambda: Run.objects.filter(state=RunState.WAITING).count() == OPEN_RUNS, seconds=120)
    worker.stop()
    new = publish(workflow("gate", "reject", "broken"))
    begin("example", 10)
    worker.start(concurrency=2, beat=True)
    with transaction.atomic():
        for run_id in Run.objects.values_list("pk", flat=True):
            engine.signal(run_id, "s1", {"at": timezone.now().isoformat()}, dedupe_key="go")
    wait_until(all_done, seconds=120)
    assert Counter(Run.objects.values_list("definition__version", flat=True)) == {
        old.version: OPEN_RUNS,
        new.version: 10,
    }
    subjects = Run.objects.filter(definition=old).values_list("subject", flat=True)
    assert all(subject.endswith(".s2") for subject in subjects), "the old second step noted itself"
    assert StepResult.objects.filter(run__definition=new, step="s2", output__outcome="rejected").count() == 10
