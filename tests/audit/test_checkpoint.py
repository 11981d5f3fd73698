"""Heads: signed as the ecosystem reads them, written outside whatever crashes, and never in contradiction."""

import json
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from audit import proofs
from audit.checkpoint import ContradictionError, checkpoint
from audit.integrity import check
from audit.models import Checkpoint, Event
from audit.sequencer import fold_all
from audit.signing import Signer, from_file
from audit.verify import (
    BrokenError,
    check_bundle,
    open_head,
    open_note,
    parse_key,
    read_heads,
    verify_consistency,
    verify_proof,
)
from tests.audit.conftest import seal, write_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]

# The example of Go's sumdb/note package, with which the signed-note format began.
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def test_a_published_note_opens_and_an_altered_one_does_not() -> None:
    key = parse_key(NEUMANN_KEY)
    assert str(key) == NEUMANN_KEY
    assert open_note(NEUMANN_NOTE, [key])[0].startswith("If you think")
    with pytest.raises(BrokenError, match="false"):
        open_note(NEUMANN_NOTE.replace("answer", "reason"), [key])
    with pytest.raises(BrokenError, match="key you trust"):
        open_note(NEUMANN_NOTE, [])


def test_a_head_is_signed_stored_and_written_outside(signer: Signer, heads_file: Path) -> None:
    head = seal(signer, heads_file, 5)
    (line,) = heads_file.read_text().splitlines()
    opened = open_head(json.loads(line)["note"], [signer.key])
    assert (opened.origin, opened.size, opened.root) == ("example.com/audit", 5, bytes(head.root))
    assert read_heads(line + "\n", [signer.key])[0].at == head.at


def test_a_log_that_has_not_grown_gets_no_second_head(signer: Signer, heads_file: Path) -> None:
    first = seal(signer, heads_file, 2)
    assert checkpoint(signer, heads_file) == first
    assert Checkpoint.objects.count() == 1
    assert len(heads_file.read_text().splitlines()) == 1


@pytest.mark.parametrize("kept", [0, 1, 60, 200, -1])
def test_heads_that_a_crash_kept_from_the_file_are_written_next_time(
    signer: Signer, heads_file: Path, kept: int
) -> None:
    seal(signer, heads_file, 2)
    whole_first = heads_file.read_bytes()
    seal(signer, heads_file, 2)
    second = heads_file.read_bytes()[len(whole_first) :]
    heads_file.write_bytes(whole_first + second[:kept])
    seal(signer, heads_file, 2)
    sizes = [head.size for head in read_heads(heads_file.read_text(), [signer.key])]
    assert sorted(set(sizes)) == [2, 4, 6]
    assert check([signer.key], heads_file).heads == 3


def _as_superuser(superuser_url: str, *statements: str) -> None:
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for statement in statements:
            superuser.execute(statement)


def test_nothing_is_signed_over_a_restored_older_copy(signer: Signer, heads_file: Path, superuser_url: str) -> None:
    seal(signer, heads_file, 3)
    seal(signer, heads_file, 3)
    _as_superuser(
        superuser_url,
        "DELETE FROM audit_event WHERE id > 3",
        "UPDATE audit_edge SET ids = ids[:3]",
        "DELETE FROM audit_checkpoint WHERE size > 3",
    )
    with pytest.raises(ContradictionError, match="3 entries, but 6 were signed for"):
        checkpoint(signer, heads_file)
    write_events(5)
    fold_all()
    with pytest.raises(ContradictionError, match="first 6 entries"):
        checkpoint(signer, heads_file)
    assert len(heads_file.read_text().splitlines()) == 2


def test_nothing_is_signed_when_the_outside_file_was_edited(signer: Signer, heads_file: Path) -> None:
    seal(signer, heads_file, 3)
    heads_file.write_text(heads_file.read_text().replace("\\n3\\n", "\\n4\\n"))
    write_events(1)
    fold_all()
    with pytest.raises(BrokenError, match="line 1 of the heads"):
        checkpoint(signer, heads_file)


@pytest.mark.parametrize("total", [1, 3, 255, 257, 600])
def test_every_event_has_a_small_proof_under_every_later_head(signer: Signer, heads_file: Path, total: int) -> None:
    seal(signer, heads_file, total)
    first = Checkpoint.objects.get()
    last = seal(signer, heads_file, 70)
    for event in Event.objects.filter(id__in=[1, total // 2 + 1, total]):
        for head in (first, last):
            proof = proofs.inclusion(event.id, head)
            opened, index = verify_proof(str(proof["entry"]), str(proof["proof"]), [signer.key])
            assert (opened.size, index) == (head.size, event.id - 1)
            assert json.loads(str(proof["entry"]))["subject"] == event.subject
            with pytest.raises(BrokenError):
                verify_proof(str(proof["entry"]).replace("user:7", "user:8"), str(proof["proof"]), [signer.key])
    grown = proofs.consistency(first, last)
    before, after = verify_consistency(str(grown["old"]), str(grown["new"]), list(grown["hashes"]), [signer.key])
    assert (before.size, after.size) == (total, total + 70)
    with pytest.raises(BrokenError):
        verify_consistency(str(grown["old"]), str(grown["new"]), list(grown["hashes"])[1:], [signer.key])


def test_an_event_without_a_head_has_no_proof_yet(signer: Signer, heads_file: Path) -> None:
    (id,) = write_events(1)
    with pytest.raises(proofs.NotSealedError):
        proofs.inclusion(id)
    fold_all()
    with pytest.raises(proofs.NotSealedError):
        proofs.inclusion(id)
    checkpoint(signer, heads_file)
    assert proofs.inclusion(id)["entry"]
    with pytest.raises(proofs.NotSealedError):
        proofs.inclusion(id + 1)


def test_a_key_is_made_once_and_stays_private(tmp_path: Path) -> None:
    first = from_file("example.com/audit", tmp_path / "keys" / "audit.pem")
    assert from_file("example.com/audit", tmp_path / "keys" / "audit.pem").key == first.key
    assert (tmp_path / "keys" / "audit.pem").stat().st_mode & 0o077 == 0
    with pytest.raises(ValueError, match="cannot name a log"):
        from_file("two words", tmp_path / "other.pem")


def test_a_bundle_with_another_logs_key_is_refused(signer: Signer, heads_file: Path, tmp_path: Path) -> None:
    from audit.export import export

    seal(signer, heads_file, 3)
    export(tmp_path / "bundle", signer.keys)
    stranger = from_file("example.com/audit", tmp_path / "stranger.pem")
    assert "Intact: 3 events" in check_bundle(tmp_path / "bundle", [signer.key])
    with pytest.raises(BrokenError, match="key you trust"):
        check_bundle(tmp_path / "bundle", [stranger.key])
