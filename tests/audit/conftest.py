"""A log with a key and an outside file of its own."""

from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from audit.checkpoint import checkpoint
from audit.models import Checkpoint
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import Signer, from_file


@pytest.fixture
def empty_log(transactional_db: None, superuser_url: str) -> None:
    """Without the events that setting up an installation leaves."""
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "TRUNCATE audit_event, audit_batch, audit_edge, audit_node, audit_checkpoint RESTART IDENTITY"
        )
        superuser.execute("INSERT INTO audit_edge DEFAULT VALUES")


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return from_file("example.com/audit", tmp_path / "key.pem")


@pytest.fixture
def heads_file(tmp_path: Path) -> Path:
    return tmp_path / "outside" / "heads.jsonl"


def write_events(count: int) -> list[int]:
    """Commit `count` events in one transaction; their ids."""
    with transaction.atomic():
        return [
            record(
                "document.corrected", actor="user:7", subject=f"document:{n}", before={"n": n}, after={"n": n + 1}
            ).id
            for n in range(count)
        ]


def seal(signer: Signer, heads_file: Path, count: int) -> Checkpoint:
    """Commit `count` events, fold them and sign the result."""
    write_events(count)
    fold_all()
    head = checkpoint(signer, heads_file)
    assert head is not None
    return head
