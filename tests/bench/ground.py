"""Servers of the benchmarks' own, as durable as in production: fsync on, one database for each competitor."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VAR = Path(__file__).resolve().parents[2] / "var"


@contextmanager
def ground(name: str, folder: str = "bench") -> Iterator[str]:
    """Django on a freshly migrated database, with PostgreSQL and Redis under var/`folder`; yields a superuser URL."""
    from automation import embedded

    var = VAR / folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automation.settings")
    os.environ["REDIS_URL"] = embedded.redis_url(var)
    os.environ["AUDIT_HEADS_PATH"] = str(var / "heads.jsonl")
    (var / "heads.jsonl").unlink(missing_ok=True)
    superuser = embedded.start_postgres(var)
    redis = embedded.start_redis(var)

    import django
    from django.db import connections

    django.setup()
    from tests import servers

    try:
        servers.clone(superuser, servers.migrated_template(superuser), name)
        servers.point_at(name, superuser)
        yield superuser
    finally:
        connections.close_all()
        if redis is not None:
            redis.terminate()
            redis.wait(10)
