"""Personal data in events: sealed as it is written, opened while the subject's key exists, gone with the key."""

import json
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from audit import canonical
from audit.checkpoint import checkpoint
from audit.events import EVENTS
from audit.export import entries, export
from audit.integrity import check
from audit.models import Event, SubjectKey
from audit.personal import COLUMNS, ERASED, PERSONAL, ReservedKeyError, is_erased, opened
from audit.queries import trail
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import Signer
from audit.verify import BrokenError, check_bundle

SECRET = "Gärtnerei Müller, DE89 3704 0044 0532 0130 00"


def correct(subject: str = "document:1") -> Event:
    with transaction.atomic():
        return record(
            "document.corrected",
            actor="user:7",
            subject=subject,
            before={"seller_name": ""},
            after={"seller_name": SECRET},
        )


def destroy_key(superuser_url: str, subject: str, erased_by: int | None) -> None:
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "UPDATE audit_subjectkey SET wrapped = '', erased_by = %s WHERE subject = %s", [erased_by, subject]
        )


def test_what_is_declared_names_events_and_their_parts() -> None:
    assert set(PERSONAL) <= set(EVENTS)
    assert {path.partition(".")[0] for paths in PERSONAL.values() for path in paths} <= set(COLUMNS)


@pytest.mark.django_db
def test_it_is_nowhere_in_plain_and_people_read_it() -> None:
    written = correct()
    assert SECRET not in b"".join(entries()).decode()
    assert '"keys":["seller_name"]' in canonical.dumps(written.after)
    (read,) = trail("document:1")
    assert (read.before, read.after) == ({"seller_name": ""}, {"seller_name": SECRET})
    assert not is_erased(read)
    assert SECRET not in json.dumps(Event.objects.get(id=written.id).after, ensure_ascii=False)


@pytest.mark.django_db
def test_only_what_is_declared_is_hidden() -> None:
    after = {"filename": "Müller.pdf", "sender": "m@example.com", "channel": "email", "size": 5}
    record("document.received", actor="system:email", subject="document:1", after=after)
    record("document.read", actor="system:workflow", subject="document:2", after={"pages": 3})
    received = Event.objects.get(action="document.received").after
    assert isinstance(received, dict)
    assert (received["channel"], received["size"]) == ("email", 5)
    assert not {"filename", "sender"} & set(received)
    assert trail("document:1")[0].after == after
    assert not SubjectKey.objects.filter(subject="document:2").exists()


@pytest.mark.django_db
def test_words_alone_are_hidden_too() -> None:
    record("document.rejected", actor="user:7", subject="document:1", because="Müller is not ours.")
    assert isinstance(Event.objects.latest("id").because, dict)
    assert trail("document:1")[0].because == "Müller is not ours."


@pytest.mark.django_db
def test_one_subject_has_one_key_and_no_other_opens_it() -> None:
    correct("document:1")
    correct("document:1")
    correct("document:2")
    assert SubjectKey.objects.count() == 2
    moved = Event.objects.filter(subject="document:1").earliest("id")
    moved.subject = "document:2"
    assert opened([moved])[0].after == {"seller_name": ERASED}


@pytest.mark.django_db
def test_the_name_of_the_envelope_is_reserved() -> None:
    with pytest.raises(ReservedKeyError):
        record("document.read", actor="user:7", subject="document:1", after={"sealed": "x"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_log")
def test_without_its_key_it_is_gone_everywhere_and_the_tree_still_verifies(
    signer: Signer, heads_file: Path, superuser_url: str, tmp_path: Path
) -> None:
    correct("document:1")
    kept = correct("document:2")
    fold_all()
    checkpoint(signer, heads_file)
    with transaction.atomic():
        why = record("document.erased", actor="user:7", subject="document:1", because={"rule": "DE"})
    destroy_key(superuser_url, "document:1", why.id)
    erased = trail("document:1")[-1]
    assert (erased.before, erased.after) == ({"seller_name": ERASED}, {"seller_name": ERASED})
    assert is_erased(erased)
    assert [event.id for event in trail("document:2") if not is_erased(event)] == [kept.id]
    correct("document:1")
    assert trail("document:1")[0].after == {"seller_name": ERASED}, "nothing new is kept of it either"
    fold_all()
    checkpoint(signer, heads_file)
    assert check(signer.keys, heads_file).entries == 4
    export(tmp_path / "bundle", signer.keys)
    assert "Intact: 4 events" in check_bundle(tmp_path / "bundle", [signer.key])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_log")
def test_a_key_destroyed_without_an_event_is_found(signer: Signer, heads_file: Path, superuser_url: str) -> None:
    written = correct()
    fold_all()
    checkpoint(signer, heads_file)
    destroy_key(superuser_url, "document:1", written.id)
    with pytest.raises(BrokenError, match="key of document:1 was destroyed"):
        check(signer.keys, heads_file)
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_subjectkey")
    with pytest.raises(BrokenError, match="key of document:1 was removed"):
        check(signer.keys, heads_file)
