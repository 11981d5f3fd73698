"""The engine beside DBOS and a plain Celery chain: same machine, same run, same PostgreSQL (fsync on), same Redis."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg

from tests.bench.ground import ground

COUNT = int(os.environ.get("BENCH_COUNT", "600"))
PROCESSES = 4
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
    return f"| {what} | {ours:.1f} | {theirs:.1f} | {ratio:.2f} | {target} | {'yes' if met(ratio) else 'NO'} |"


def measure() -> str:
    with ground("bench_workflow") as superuser:
        from automation.workflow.definition import publish
        from tests.bench.steps import FIVE
        from tests.servers import Workers

        publish(FIVE)
        workers = Workers()
        workers.start(concurrency=PROCESSES)
        try:
            throughput(50)
            ours = throughput(COUNT)
            latency = idle_p50_ms()
        finally:
            workers.stop()
        chain = peer("chain", str(COUNT), str(PROCESSES))
        direct = {n: dbos(superuser, "direct", COUNT, n) for n in DBOS_THREADS}
        queued = {n: dbos(superuser, "queued", COUNT, n) for n in DBOS_QUEUE_CONCURRENCY}
    best = max(COUNT / r["seconds"] for r in direct.values())
    queue = max(COUNT / r["seconds"] for r in queued.values())
    idle = min(r["idle_p50_ms"] for r in direct.values())
    rows = [
        row("runs/s, DBOS direct at its best thread count", ours, best, ">= 1", lambda r: r >= 1),
        row("runs/s, DBOS queue", ours, queue, ">= 1.5", lambda r: r >= 1.5),
        row("runs/s, plain Celery chain", ours, COUNT / chain["seconds"], ">= 0.6", lambda r: r >= 0.6),
        row("ms p50 idle, DBOS direct", latency, idle, "<= 1.2", lambda r: r <= 1.2),
    ]
    return "\n".join(["| What | Countersign | peer | ratio | target | met |", "|---|---|---|---|---|---|", *rows])
