"""The peer that promises nothing: a Celery chain of five trivial tasks over the same Redis, no result stored.

`python -m tests.bench.chain COUNT PROCESSES`, with REDIS_URL set, prints {"seconds": …} as JSON.
"""

import json
import os
import subprocess
import sys
import time

import redis
from celery import Celery, chain

BROKER = os.environ.get("REDIS_URL", "")
DONE = "bench.chain.done"

app = Celery("chain", broker=BROKER.replace("unix://", "redis+socket://"))
app.conf.update(task_ignore_result=True, task_default_queue="bench-chain", worker_hijack_root_logger=False)


@app.task(name="bench.trivial")
def trivial(value: int) -> int:
    return value + 1


@app.task(name="bench.last")
def last(value: int) -> None:
    client().rpush(DONE, value + 1)


def client() -> redis.Redis:
    if not _client:
        _client.append(redis.Redis.from_url(BROKER))
    return _client[0]


_client: list[redis.Redis] = []


def run(count: int) -> float:
    """Seconds from the first submission until the last chain has ended."""
    client().delete(DONE)
    begun = time.perf_counter()
    for number in range(count):
        chain(trivial.s(number), trivial.s(), trivial.s(), trivial.s(), last.s()).apply_async()
    while client().llen(DONE) < count:
        time.sleep(0.02)
    return time.perf_counter() - begun


def main() -> None:
    count, processes = int(sys.argv[1]), int(sys.argv[2])
    command = [sys.executable, "-m", "celery", "-A", "tests.bench.chain", "worker", "--loglevel", "error"]
    command += ["--concurrency", str(processes), "--without-gossip", "--without-mingle", "-n", "chain@localhost"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        run(50)
        print(json.dumps({"seconds": run(count)}))
    finally:
        worker.terminate()
        worker.wait(30)


if __name__ == "__main__":
    main()
