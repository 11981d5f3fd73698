"""DBOS (dbos from PyPI) with the same five trivial steps: called directly in threads, and through its queue.

`python -m tests.bench.peers direct|queued DATABASE_URL COUNT THREADS` prints seconds and latencies as JSON.
"""

import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dbos import DBOS


@DBOS.step()
def trivial(value: int) -> int:
    return value + 1


@DBOS.workflow()
def five(value: int) -> int:
    for _ in range(5):
        value = trivial(value)
    return value


def _timed(value: int) -> float:
    begun = time.perf_counter()
    five(value)
    return time.perf_counter() - begun


def direct(count: int, threads: int) -> dict[str, Any]:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_timed, range(threads * 2)))
        begun = time.perf_counter()
        list(pool.map(_timed, range(count)))
        seconds = time.perf_counter() - begun
    return {"seconds": seconds, "idle_p50_ms": 1000 * statistics.median([_timed(n) for n in range(50)])}


def queued(count: int, threads: int) -> dict[str, Any]:
    DBOS.register_queue("bench", worker_concurrency=threads, polling_interval_sec=0.1)
    begun = time.perf_counter()
    for handle in [DBOS.enqueue_workflow("bench", five, n) for n in range(count)]:
        handle.get_result()
    return {"seconds": time.perf_counter() - begun}


def main() -> None:
    name, url, count, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR"})
    DBOS.launch()
    print(json.dumps({"direct": direct, "queued": queued}[name](count, threads)), flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
