"""One process runner for everything an installation needs: embedded servers if none are given, web, worker, beat."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from honcho.manager import Manager
from honcho.printer import Printer

from automation import embedded
from automation.workflow.models import QUEUES


def prepare_database() -> None:
    """PostgreSQL with today's schema: the embedded one, stopped when this process ends, where no URL names another."""
    want_postgres, _ = embedded.wanted()
    if want_postgres:
        embedded.start_postgres(settings.VAR_DIR)
        for alias in connections:  # settings were read before the server chose where to listen
            connections[alias].settings_dict["HOST"] = str(embedded.postgres_socket_dir(settings.VAR_DIR))
    call_command("migrate", verbosity=0)


@contextmanager
def servers() -> Iterator[None]:
    """PostgreSQL and Redis for the block, embedded where no URL names others; the schema is brought up to date."""
    _, want_redis = embedded.wanted()
    process = embedded.start_redis(settings.VAR_DIR) if want_redis else None
    try:
        prepare_database()
        yield
    finally:
        if process is not None:
            process.terminate()
            process.wait(10)


def run(host: str, port: int, *, log: TextIO, visitor: Callable[[], int | None] | None = None) -> int:
    """Serve until Ctrl-C, or until `visitor` (run beside the services) returns an exit status; returns the status.

    Ends everything when one process ends, so that an outer supervisor sees it and starts all again.
    """
    call_command("collectstatic", interactive=False, verbosity=0)
    manager = Manager(Printer(log))
    python = sys.executable
    concurrency = os.environ.get("WORKER_CONCURRENCY", str(os.cpu_count() or 2))
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    commands = {
        "web": f"{python} -m granian --interface wsgi --host {host} --port {port} --workers 1 --blocking-threads 8 "
        "--no-ws --log-level warning automation.wsgi:application",
        "worker": f"{python} -m celery -A automation worker -Q {','.join(QUEUES)} --concurrency {concurrency} "
        "--loglevel warning --without-gossip --without-mingle",
        "beat": f"{python} -m celery -A automation beat --loglevel warning --pidfile=",
        "fetch": f"{python} manage.py fetch",
    }
    if settings.MAIL_LISTEN:
        commands["mail"] = f"{python} manage.py receive_mail"
    if settings.SFTP_LISTEN:
        commands["files"] = f"{python} manage.py receive_files"
    for name, command in commands.items():
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(settings.BASE_DIR))
    outcome: list[int] = []
    if visitor is not None:
        visit = visitor

        def accompany() -> None:
            status: int | None = 1
            try:
                status = visit()
            finally:
                connections.close_all()
                if status is not None:
                    outcome.append(status)
                    manager.terminate()

        threading.Thread(target=accompany, name="visitor", daemon=True).start()
    manager.loop()
    return outcome[0] if outcome else int(manager.returncode or 0)


def log_file() -> Path:
    path: Path = settings.VAR_DIR / "log" / "services.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
