"""The engine beside DBOS and a plain Celery chain: same machine, same run, same PostgreSQL (fsync on), same Redis."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from tests.bench.ground import ground

COUNT = int(os.environ.get("BENCH_COUNT", "600"))
PROCESSES = 4
ROUNDS = 2
DBOS_THREADS = (2, 4, 8, 16)
DBOS_QUEUE_CONCURRENCY = (4, 20)


def throughput(count: int) -> float:
    """Runs per second, from the first start() until the last run is done, one transaction for each start."""
    from django.db import transaction

    from automation.workflow import engine
    from automation.workflow.models import Run

    begun = time.perf_counter()
    for number in range(count):
        with transaction.atomic():
            engine.start("five", f"thing {number}", {"value": number})
    while Run.objects.filter(due_at__isnull=False).exists():
        time.sleep(0.02)
    return count / (time.perf_counter() - begun)


def idle_p50_ms(times: int = 50) -> float:
    """Median milliseconds from start() until another connection sees the run done; nothing else is running."""
    from django.db import connection, transaction

    from automation.workflow import engine

    taken = []
    for number in range(times):
        begun = time.perf_counter()
        with transaction.atomic():
            run = engine.start("five", f"idle {number}", {"value": number})
        with connection.cursor() as cursor:
            state = None
            while state != "done":
                time.sleep(0.0005)
                cursor.execute("SELECT state FROM workflow_run WHERE id = %s", [run.pk])
                state = cursor.fetchone()[0]
        taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


@contextmanager
def working() -> Iterator[None]:
    """A worker with beat, started and stopped."""
    from tests.servers import Workers

    workers = Workers()
    workers.start(concurrency=PROCESSES)
    try:
        yield
    finally:
        workers.stop()


def takeover_seconds() -> float:
    """From kill -9 of the worker that executes a step until another, idle one has completed its run."""
    from django.db import transaction

    from automation.workflow import engine
    from automation.workflow.models import Run
    from tests.servers import Workers, wait_until

    workers = Workers()
    first = workers.start(concurrency=1, beat=False)
    try:
        with transaction.atomic():
            run = engine.start("hanging", "hangs once", {})
        wait_until(lambda: Run.objects.filter(pk=run.pk, state="running").exists(), 60)
        workers.start(concurrency=1)
        time.sleep(8)  # the second is up before the first is killed
        workers.kill(first)
        killed = time.monotonic()
        wait_until(lambda: Run.objects.filter(pk=run.pk, state="done").exists(), 60)
        return time.monotonic() - killed
    finally:
        workers.stop()


def with_history(superuser: str, runs: int = 1_000_000) -> tuple[float, list[str]]:
    """Throughput with a million finished runs and their results in the tables, and the plans of claim and sweep."""
    from automation.workflow import store

    with psycopg.connect(superuser, dbname="bench_workflow", autocommit=True) as server:
        server.execute(HISTORY, {"runs": runs})
        server.execute("VACUUM ANALYZE workflow_run, workflow_stepresult")
        server.execute("CHECKPOINT")
        plans = []
        for statement in (store.OLDEST_DUE, store.OVERDUE):
            parameters = {"queue": "default", "grace": 1.0, "limit": 20}
            lines = psycopg.ClientCursor(server).execute(f"EXPLAIN (COSTS OFF) {statement}", parameters).fetchall()
            plans.append("\n".join(line for (line,) in lines))
    with working():
        throughput(50)
        return max(throughput(COUNT) for _ in range(ROUNDS)), plans


HISTORY = """
WITH made AS (
    INSERT INTO workflow_run (id, definition_id, subject, input, state, step, queue, attempt, claim, due_at, held,
                              pending, created_at, finished_at)
    SELECT gen_random_uuid(), (SELECT min(id) FROM workflow_definition WHERE name = 'five'), 'old ' || n, '{}', 'done',
           's5', 'default', 0, 6, NULL, false, 0, now() - n * interval '1 second', now() - n * interval '1 second'
    FROM generate_series(1, %(runs)s) AS n
    RETURNING id
)
INSERT INTO workflow_stepresult (run_id, step, output, skipped, attempts, started_at, finished_at)
SELECT id, 's5', '{"value": 5}', false, 1, now(), now() FROM made
"""


def waiting_cpu_percent(superuser: str, runs: int = 100_000, seconds: float = 20) -> float:
    """CPU of an idle worker with beat, all its processes, in percent of one core, while so many runs wait."""
    import psutil

    from tests.servers import Workers

    with psycopg.connect(superuser, dbname="bench_workflow", autocommit=True) as server:
        server.execute(WAITING, {"runs": runs})
        server.execute("VACUUM ANALYZE workflow_run")
    workers = Workers()
    process = psutil.Process(workers.start(concurrency=PROCESSES).pid)
    try:
        time.sleep(10)
        family = [process, *process.children(recursive=True)]
        before = sum(sum(p.cpu_times()[:2]) for p in family)
        time.sleep(seconds)
        return 100 * (sum(sum(p.cpu_times()[:2]) for p in family) - before) / seconds
    finally:
        workers.stop()


WAITING = """
INSERT INTO workflow_run (id, definition_id, subject, input, state, step, queue, attempt, claim, due_at, held,
                          awaited_signal, pending, created_at)
SELECT gen_random_uuid(), (SELECT min(id) FROM workflow_definition WHERE name = 'gated'), 'waits ' || n, '{}',
       'waiting', 'gate', 'default', 0, 1, CASE WHEN n %% 2 = 0 THEN now() + interval '5 days' END, false,
       'gate', 0, now()
FROM generate_series(1, %(runs)s) AS n
"""


def peer(module: str, *arguments: str) -> dict[str, float]:
    """What a peer, run in a process of its own, prints as its last line."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def dbos(superuser: str, mode: str, count: int, threads: int) -> dict[str, float]:
    """DBOS in a fresh database on the same server."""
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS bench_dbos WITH (FORCE)")
    url = psycopg.conninfo.conninfo_to_dict(superuser)
    sqlalchemy_url = f"postgresql://{url['user']}@/bench_dbos?host={url['host']}"
    return peer("peers", mode, sqlalchemy_url, str(count), str(threads))


def row(what: str, ours: float, theirs: float, target: str, met: Callable[[float], bool]) -> str:
    ratio = ours / theirs
    return f"| {what} | {ours:.1f} | {theirs:.1f} | {ratio:.2f} | {target} | {yes(met(ratio))} |"


def yes(met: bool) -> str:
    return "yes" if met else "NO"


def measure() -> str:
    with ground("bench_workflow") as superuser:
        from automation.workflow.definition import publish
        from tests.bench.steps import FIVE, GATED, HANGING

        for definition in (FIVE, GATED, HANGING):
            publish(definition)
        ours, latency, chain, direct, queued = [], [], [], [], []
        for _ in range(ROUNDS):  # in turn: others share the machine, and each competitor's best round counts
            with working():
                throughput(50)
                ours.append(throughput(COUNT))
                latency.append(idle_p50_ms())
            direct += [dbos(superuser, "direct", COUNT, n) for n in DBOS_THREADS]
            chain.append(COUNT / peer("chain", str(COUNT), str(PROCESSES))["seconds"])
            queued += [COUNT / dbos(superuser, "queued", COUNT, n)["seconds"] for n in DBOS_QUEUE_CONCURRENCY]
        takeover = takeover_seconds()
        later, plans = with_history(superuser)
        idle_cpu = waiting_cpu_percent(superuser)
    best, idle = max(COUNT / r["seconds"] for r in direct), min(r["idle_p50_ms"] for r in direct)
    rows = [
        row("runs/s, DBOS direct at its best thread count", max(ours), best, ">= 1", lambda r: r >= 1),
        row("runs/s, DBOS queue", max(ours), max(queued), ">= 1.5", lambda r: r >= 1.5),
        row("runs/s, plain Celery chain", max(ours), max(chain), ">= 0.6", lambda r: r >= 0.6),
        row("ms p50 idle, DBOS direct", min(latency), idle, "<= 1.2", lambda r: r <= 1.2),
    ]
    rows += [
        row(
            "runs/s with a million finished runs in the tables, without", later, max(ours), ">= 0.9", lambda r: r >= 0.9
        ),
        f"| s from kill -9 of a worker until its run was done | {takeover:.1f} | | | <= 10 | {yes(takeover <= 10)} |",
        f"| % CPU of an idle worker, 100,000 runs waiting | {idle_cpu:.1f} | | | < 2 | {yes(idle_cpu < 2)} |",
    ]
    table = "\n".join(["| What | Countersign | peer | ratio | target | met |", "|---|---|---|---|---|---|", *rows])
    return "\n\n".join([table, *(f"```\n{plan}\n```" for plan in plans)])
