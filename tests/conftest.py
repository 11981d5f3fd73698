"""Real servers for every test: one PostgreSQL and one Redis per run, a database cloned from a migrated template.

Tests connect as the application role, so that missing privileges show. `db` rolls back; `transactional_db` and
everything built on it (live server, workers) really commits and is emptied afterwards as superuser.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import psycopg.conninfo
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client, TransactionTestCase
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from automation import embedded, env

ROOT = Path(__file__).resolve().parent.parent
DEV_DATA = ROOT.parent / "shared" / "data" / "dev"


def _superuser_url() -> str:
    """A URL that may create databases and switch triggers off: the embedded server's, or the one given."""
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    url = embedded.start_postgres(settings.VAR_DIR)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


def _schema_digest() -> str:
    """Changes whenever a migration or a published default changes."""
    digest = hashlib.sha256()
    watched = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
    watched += [ROOT / "automation" / "pipeline.py", *(ROOT / "automation" / "policy").glob("*.py")]
    for path in sorted([*watched, *(ROOT / "audit").glob("*.py"), ROOT / "automation" / "database.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _point_at(name: str, superuser: str) -> None:
    host = psycopg.conninfo.conninfo_to_dict(superuser)
    for alias, url in (("default", settings.DATABASE_APP_URL), ("owner", settings.DATABASE_OWNER_URL)):
        connections[alias].close()
        parts = env.database(url)
        connections[alias].settings_dict["NAME"] = name
        connections[alias].settings_dict["HOST"] = host.get("host", parts["HOST"])


@pytest.fixture(scope="session")
def superuser_url() -> str:
    return _superuser_url()


def _migrated_template(superuser: str, blocker: DjangoDbBlocker) -> str:
    """The name of a database with today's schema, made once and kept for later runs."""
    from django.core.management import call_command

    template = f"countersign_template_{_schema_digest()}"
    building = f"{template}_building"
    owner = str(psycopg.conninfo.conninfo_to_dict(settings.DATABASE_OWNER_URL)["user"])
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(7215001)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(building), sql.Identifier(owner))
            )
            _point_at(building, superuser)
            with blocker.unblock():
                call_command("migrate", verbosity=0)
            connections.close_all()
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
    return template


def _clone(superuser: str, template: str, name: str) -> None:
    connections.close_all()
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


@pytest.fixture(scope="session")
def django_db_setup(superuser_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of this run's own. A test that commits gets it cloned anew afterwards: what may only grow cannot be
    emptied, not even by its owner."""
    name = f"countersign_test_{os.getpid()}"
    template = _migrated_template(superuser_url, django_db_blocker)
    _clone(superuser_url, template, name)
    _point_at(name, superuser_url)
    TransactionTestCase._fixture_teardown = lambda case: _clone(superuser_url, template, name)  # type: ignore[attr-defined]
    yield
    connections.close_all()
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session", autouse=True)
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of this run's own, unless REDIS_URL names one."""
    if os.environ.get("REDIS_URL"):
        yield settings.REDIS_URL
        return
    var = tmp_path_factory.mktemp("redis")
    process = embedded.start_redis(var)
    url = embedded.redis_url(var)
    from automation.celery import app

    settings.REDIS_URL = url
    settings.CELERY_BROKER_URL = url.replace("unix://", "redis+socket://")
    settings.CACHES["default"]["LOCATION"] = url
    app.conf.broker_url = settings.CELERY_BROKER_URL
    yield url
    if process is not None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture(autouse=True)
def own_files(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Documents and postings of a test go to a folder of its own."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "documents": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "documents"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.POSTING_DIR = tmp_path / "posted"  # type: ignore[attr-defined]


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
        "POSTING_DIR": str(settings.POSTING_DIR),
        "DOCUMENTS_DIR": str(settings.STORAGES["documents"]["OPTIONS"]["location"]),
    }


@pytest.fixture
def worker(transactional_db: None) -> Iterator["Workers"]:
    """Starts real Celery workers on demand; they end with the test."""
    workers = Workers()
    yield workers
    workers.stop()


class Workers:
    """Real Celery worker processes (with beat inside one of them) on the test's database and Redis."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *, concurrency: int = 2, beat: bool = True, extra: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = ["python", "-m", "celery", "-A", "automation", "worker", "--loglevel", "warning"]
        command += ["--concurrency", str(concurrency), "-Q", "default,ocr,inference,delivery"]
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


@pytest.fixture
def entity(db: None) -> "object":
    from automation.ledger.models import LegalEntity

    return LegalEntity.objects.create(name="Example Trading GmbH", country="DE", vat_id="DE136695976")


def _person(username: str, role: str | None, entity: object | None) -> User:
    from review.access import grant_role

    person = User.objects.create_user(username, f"{username}@example.com", "correct horse battery")
    if role is not None:
        grant_role(person, role, entity, acting_user=None)  # type: ignore[arg-type]
    return person


@pytest.fixture
def clerk(entity: object) -> User:
    return _person("carla", "clerk", entity)


@pytest.fixture
def approver(entity: object) -> User:
    return _person("amir", "approver", entity)


@pytest.fixture
def auditor(entity: object) -> User:
    return _person("auda", "auditor", entity)


@pytest.fixture
def outsider(db: None) -> User:
    return _person("otto", None, None)


@pytest.fixture
def as_person() -> "type[Client]":
    return Client


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Look again until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        pause.wait(0.05)
