"""The servers and processes of a chaos run: what is started, and started again when it is gone."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from automation import embedded
from automation.workflow import crash_points
from automation.workflow.models import QUEUES
from tests.chaos import clocks
from tests.chaos.proxy import Proxy
from tests.servers import ROOT, service_environment

CELERY = ["-m", "celery", "-A", "automation"]
QUIET = ["--loglevel", "warning"]
WORKERS = ("worker1", "worker2")
LEASE_SECONDS = 4


class World:
    """PostgreSQL and Redis of the run's own, each behind a proxy; two workers, beat and a web process behind those."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))  # a short path, as sockets need one
        self.superuser = embedded.start_postgres(var)
        with psycopg.connect(self.superuser, autocommit=True) as server:  # one call instead of one for each file
            server.execute("ALTER SYSTEM SET recovery_init_sync_method = syncfs")
        with contextlib.suppress(redis.ConnectionError):
            self.broker().shutdown(nosave=True)  # left over from a run that was killed: not ours to kill by process
        self.redis = self.start_redis()
        self.postgres_proxy = Proxy(embedded.postgres_socket_dir(var) / ".s.PGSQL.5432")
        self.redis_proxy = Proxy(Path(embedded.redis_url(var).removeprefix("unix://")))
        self.log = (var / "processes.log").open("wb")
        self.web_port = free_port()
        self.clock_library = clocks.library(self.folder)
        worker = [*CELERY, "worker", *QUIET, "--concurrency", "4", "-Q", ",".join(QUEUES)]
        worker += ["--without-gossip", "--without-mingle"]
        granian = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.web_port)]
        self.commands = {
            **{name: [*worker, "-n", f"{name}@chaos"] for name in WORKERS},
            "beat": [*CELERY, "beat", *QUIET, "-s", str(self.folder / "beat"), "--pidfile", ""],
            "web": [*granian, "--no-ws", "--log-level", "warning", "automation.wsgi:application"],
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.calm = False
        self._later: list[tuple[float, Callable[[], None]]] = []

    def supervise(self) -> None:
        """Start what is not running; undo what was to last only a while."""
        for entry in [entry for entry in self._later if entry[0] <= time.monotonic() or self.calm]:
            self._later.remove(entry)
            entry[1]()
        for name in self.commands:
            if name not in self.processes or self.processes[name].poll() is not None:
                self._start(name)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it when `supervise` is called that much later, or all is calm."""
        self._later.append((time.monotonic() + seconds, action))

    def kill(self, name: str) -> None:
        """kill -9 the process and its children."""
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait(10)

    def send(self, process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
        """A signal to the process and its children, unless it has ended."""
        if process.poll() is None:
            os.killpg(process.pid, number)

    def become_calm(self) -> None:
        """No more faults: workers are killed once more and start without crash points or proxies. Clocks stay wrong."""
        self.calm = True
        for name in WORKERS:
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

    def broker(self) -> "redis.Redis":
        """Redis itself, past the proxy."""
        return redis.Redis.from_url(embedded.redis_url(self.var))

    def start_redis(self) -> "subprocess.Popen[bytes]":
        process = embedded.start_redis(self.var)
        assert process is not None, "a Redis that this run did not start cannot be killed by it"
        return process

    def clock(self, name: str) -> Path:
        """Where it is written how far the wall clock of this process is off."""
        return self.folder / f"clock-{name}"

    def _start(self, name: str) -> None:
        environment = self._environment() if name not in WORKERS or not self.calm else self._direct()
        environment |= clocks.environment(self.clock_library, self.clock(name))
        if name in WORKERS and not self.calm:
            environment["COUNTERSIGN_CRASH_AT"] = f"{random.choice(crash_points.NAMES)}:0.02"
        self.processes[name] = subprocess.Popen(
            [sys.executable, *self.commands[name]],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def _environment(self) -> dict[str, str]:
        """Both servers are reached through the proxies."""
        direct = self._direct()
        return {
            **direct,
            **{name: _through(direct[name], self.postgres_proxy) for name in ("DATABASE_URL", "DATABASE_APP_URL")},
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_proxy.port}/0",
        }

    def _direct(self) -> dict[str, str]:
        """Leases are short, so that a run is taken over soon."""
        return {
            **service_environment(),
            "WORKFLOW_LEASE_SECONDS": str(LEASE_SECONDS),
            "WORKFLOW_HEARTBEAT_SECONDS": "1",
            "API_REQUESTS_PER_MINUTE": "1000000",
            "CHAOS_RECEIVER": str(self.folder / "receiver"),
        }


def _through(url: str, proxy: Proxy) -> str:
    return f"{url.partition('?')[0]}?host=127.0.0.1&port={proxy.port}&sslmode=disable"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
