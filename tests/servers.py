"""The real servers tests and benchmarks run on: databases cloned from a migrated template, worker processes."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psycopg
import psycopg.conninfo
from django.conf import settings
from django.db import connections
from psycopg import sql

from automation import embedded, env
from automation.workflow.models import QUEUES

ROOT = Path(__file__).resolve().parent.parent


def superuser_url() -> str:
    """A URL that may create databases and switch triggers off: the embedded server's, or the one given."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    url = embedded.start_postgres(settings.VAR_DIR / "test")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def schema_digest() -> str:
    """Changes whenever a migration, the list of applications or a published default changes."""
    digest = hashlib.sha256(repr(settings.INSTALLED_APPS).encode())
    watched = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
    watched += [ROOT / "automation" / "pipeline.py", *(ROOT / "automation" / "policy").glob("*.py")]
    for path in sorted([*watched, *(ROOT / "audit").glob("*.py"), ROOT / "automation" / "database.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def point_at(name: str, superuser: str) -> None:
    host = psycopg.conninfo.conninfo_to_dict(superuser)
    for alias, url in (("default", settings.DATABASE_APP_URL), ("owner", settings.DATABASE_OWNER_URL)):
        connections[alias].close()
        parts = env.database(url)
        connections[alias].settings_dict["NAME"] = name
        connections[alias].settings_dict["HOST"] = host.get("host", parts["HOST"])


def migrated_template(superuser: str) -> str:
    """The name of a database with today's schema, made once and kept for later runs."""
    from django.core.management import call_command

    template = f"countersign_template_{schema_digest()}"
    building = f"{template}_building"
    owner = str(psycopg.conninfo.conninfo_to_dict(settings.DATABASE_OWNER_URL)["user"])
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(7215001)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(building), sql.Identifier(owner))
            )
            point_at(building, superuser)
            call_command("migrate", verbosity=0)
            connections.close_all()
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
    return template


def clone(superuser: str, template: str, name: str) -> None:
    connections.close_all()
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def service_environment() -> dict[str, str]:
    """The environment with which a web or worker process started by a test sees the test's servers and files."""
    database = connections["default"].settings_dict
    owner = connections["owner"].settings_dict

    def url(d: dict[str, str]) -> str:
        return f"postgresql://{d['USER']}:{d['PASSWORD']}@/{d['NAME']}?host={d['HOST']}&port={d['PORT'] or 5432}"

    return {
        **os.environ,
        "DATABASE_URL": url(owner),
        "DATABASE_APP_URL": url(database),
        "REDIS_URL": settings.REDIS_URL,
        "UNDO_SECONDS": str(settings.UNDO_SECONDS),
        "POSTING_DIR": str(settings.POSTING_DIR),
        "AUDIT_HEADS_PATH": str(settings.AUDIT_HEADS_PATH),
        "DOCUMENTS_DIR": str(cast("dict[str, Any]", settings.STORAGES["documents"])["OPTIONS"]["location"]),
    }


class Workers:
    """Real Celery worker processes (with beat inside one of them) on the test's database and Redis."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        *,
        concurrency: int = 2,
        beat: bool = True,
        extra: dict[str, str] | None = None,
        queues: str = ",".join(QUEUES),
    ) -> subprocess.Popen[bytes]:
        command = ["python", "-m", "celery", "-A", "automation", "worker", "--loglevel", "warning"]
        command += ["--concurrency", str(concurrency), "-Q", queues]
        command += ["-n", f"test{len(self.processes)}-{os.getpid()}@localhost", "--without-gossip", "--without-mingle"]
        if beat:
            command += ["-B", "-s", f"/tmp/countersign-beat-{os.getpid()}"]
        environment = {**service_environment(), **(extra or {})}
        process = subprocess.Popen([sys.executable, *command[1:]], cwd=ROOT, env=environment, start_new_session=True)
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 the worker and its children."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Look again until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        pause.wait(0.05)
