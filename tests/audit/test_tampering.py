"""Somebody with the superuser's password, triggers switched off, changes history. The auditor's own copies show it.

The short form of `make tamper`; the ways to tamper are in tests/audit/tampering.py.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

import audit.verify
from audit.verify import BrokenError, read_heads, verify_log
from tests.audit import tampering
from tests.audit.tampering import Log, Superuser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]

ROUNDS = 300


@pytest.fixture
def dice() -> random.Random:
    return random.Random(20260301)


@pytest.fixture
def log(tmp_path: Path, dice: random.Random) -> Log:
    return tampering.write_log(tmp_path, dice)


@pytest.fixture
def superuser(log: Log, superuser_url: str) -> Iterator[Superuser]:
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as open_connection:
        open_connection.execute("SET session_replication_role = replica")
        open_connection.commit()
        yield open_connection


def test_every_tampering_is_found_and_its_place_named(
    superuser: Superuser, log: Log, tmp_path: Path, dice: random.Random
) -> None:
    tried = set()
    for name, expected, said in tampering.rounds(superuser, log, tmp_path, dice, ROUNDS):
        assert said.startswith(expected), (name, said)
        tried.add(name)
    assert tried == {tamper.__name__ for tamper in tampering.TAMPERINGS}
    assert tampering.Auditor(tmp_path, log).told(superuser, log.outside) == "", "the untouched log is intact"


def test_the_published_script_says_so_too(superuser: Superuser, log: Log, tmp_path: Path, dice: random.Random) -> None:
    """The same through the command line, in a process that knows nothing of the project."""
    for tamper in tampering.TAMPERINGS:
        forgery = tamper(superuser, dice, log)
        tampering.Auditor(tmp_path, log).told(superuser, forgery.outside or log.outside, forgery.inside)
        superuser.rollback()
        arguments: list[str | Path] = [
            tmp_path / "bundle",
            "--key",
            str(log.signer.key),
            "--heads",
            tmp_path / "heads.jsonl",
        ]
        script = audit.verify.__file__
        done = subprocess.run([sys.executable, "-I", script, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.startswith(f"BROKEN: {forgery.told}")) == (1, True), done


def test_a_fork_agrees_with_itself_and_contradicts_what_was_published(
    superuser: Superuser, log: Log, dice: random.Random
) -> None:
    tampering.edit(superuser, dice, log)
    tampering.rehash(superuser)
    entries = tampering.exported(superuser)
    superuser.rollback()
    forged = "".join(tampering.signed(log.signer, entries[:size]) for size in log.sizes)
    assert verify_log(entries, read_heads(forged, [log.signer.key])).heads == len(log.sizes)
    with pytest.raises(BrokenError, match=r"two different logs|shrank"):
        read_heads(log.outside + forged.split("\n")[-2] + "\n", [log.signer.key])


def test_an_event_backdated_as_it_is_added_shows_even_though_it_was_sealed(superuser: Superuser, log: Log) -> None:
    tampering.add(superuser, log.length + 1)
    entries = tampering.exported(superuser)
    superuser.rollback()
    later = tampering.signed(log.signer, entries, "2099-01-01T00:00:00+00:00")
    heads = read_heads(log.outside + later, [log.signer.key])
    with pytest.raises(
        BrokenError, match=rf"entry {log.length} \(event {log.length + 1}\) is backdated: it claims 2001"
    ):
        verify_log(entries, heads)


def test_a_shorter_copy_of_the_heads_still_checks_what_it_covers(
    superuser: Superuser, log: Log, tmp_path: Path, dice: random.Random
) -> None:
    """An auditor who kept only some of the heads finds whatever lies before the newest of them."""
    lines = log.outside.splitlines(keepends=True)
    kept = "".join(lines[3:8:2])
    auditor = tampering.Auditor(tmp_path, log)
    assert auditor.told(superuser, kept) == ""
    superuser.execute("UPDATE audit_event SET actor = 'user:8' WHERE id = %s", [log.sizes[6]])
    said = auditor.told(superuser, kept)
    superuser.rollback()
    assert said.startswith(log.place(log.sizes[6] - 1))
    assert json.loads(lines[0])["note"]
