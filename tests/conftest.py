"""Real servers for every test: one PostgreSQL and one Redis per run, a database cloned from a migrated template.

Tests connect as the application role, so that missing privileges show. `db` rolls back; `transactional_db` and
everything built on it (live server, workers) really commits and is emptied afterwards as superuser.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from automation import embedded
from tests import servers
from tests.servers import Workers

hypothesis_settings.register_profile(
    "unhurried", hypothesis_settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")  # how long an example takes is the machine's affair, not the property's

DEV_DATA = servers.ROOT.parent / "shared" / "data" / "dev"


def pytest_make_parametrize_id(val: object) -> str | None:
    """A file's bytes name no test: some hold the time they were made at, and two processes must collect the same."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def superuser_url() -> str:
    return servers.superuser_url()


@pytest.fixture(scope="session")
def django_db_setup(superuser_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of this run's own. A test that commits gets it cloned anew afterwards: what may only grow cannot be
    emptied, not even by its owner."""
    name = f"countersign_test_{os.getpid()}"
    with django_db_blocker.unblock():
        template = servers.migrated_template(superuser_url)
    servers.clone(superuser_url, template, name)
    servers.point_at(name, superuser_url)
    TransactionTestCase._fixture_teardown = lambda case: servers.clone(superuser_url, template, name)  # type: ignore[attr-defined]
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
    settings.CELERY_BROKER_URL = settings.BROKER_URL or url.replace("unix://", "redis+socket://")
    settings.CACHES["default"]["LOCATION"] = url
    with suppress(AttributeError):
        del caches["default"]  # made while the apps were loaded, for another Redis
    app.conf.update(broker_url=settings.CELERY_BROKER_URL)
    yield url
    if process is not None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


class QuickHasher(PBKDF2PasswordHasher):
    """Passwords that any process of ours can check, without the cost that real ones need."""

    iterations = 1


@pytest.fixture(autouse=True)
def quick_passwords(settings: pytest.FixtureRequest) -> None:
    settings.PASSWORD_HASHERS = ["tests.conftest.QuickHasher"]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def approvals_pass_on_at_once(settings: pytest.FixtureRequest) -> None:
    """What is approved goes on without waiting for second thoughts; tests of these set their own time."""
    settings.UNDO_SECONDS = 0  # type: ignore[attr-defined]


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
    settings.AUDIT_HEADS_PATH = str(tmp_path / "heads.jsonl")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_breaker_is_open(redis_server: str) -> None:
    """A downstream that failed in one test is asked again in the next."""
    with redis.Redis.from_url(redis_server) as client:
        if keys := list(client.scan_iter("*:pybreaker:*")):
            client.delete(*keys)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Workers]:
    """Starts real Celery workers on demand; they end with the test."""
    workers = Workers()
    yield workers
    workers.stop()


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
