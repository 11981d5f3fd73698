import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import connection

from audit.models import Event
from audit.personal import opened
from automation.documents import storage
from automation.documents.models import Document, State
from automation.errors import Empty, Refused, TooLarge, UnsupportedType
from automation.ingestion.accept import Accepted, accept
from automation.ingestion.incoming import IncomingFile, take_base64, take_path
from automation.ingestion.models import Arrival
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState
from tests.inference import documents as made

INVOICE = made.pdf(made.lines("Invoice 4711", "Total EUR 119.00"))


def incoming(entity: LegalEntity, data: bytes = INVOICE, **more: object) -> IncomingFile:
    given: dict[str, object] = {"filename": "invoice.pdf", "channel": "test", **more}
    return IncomingFile(entity=entity, data=data, **given)  # type: ignore[arg-type]


def test_a_file_becomes_a_document_with_a_run_and_an_event(entity: LegalEntity, clerk: User) -> None:
    accepted = accept(incoming(entity, filename="C:\\scans\\may\u202e.pdf", uploaded_by=clerk), wake=False)
    document = Document.objects.get(pk=accepted.document.pk)
    assert not accepted.duplicate
    assert (document.state, document.media_type, document.size) == (State.RECEIVED, "application/pdf", len(INVOICE))
    assert document.filename == "may.pdf"
    assert storage.load(document) == INVOICE
    run = Run.objects.get(subject=f"document:{document.pk}")
    assert run.pk == document.run_id
    assert (run.state, run.step, run.input) == (RunState.READY, "read", {"document": str(document.pk)})
    event = Event.objects.get(subject=f"document:{document.pk}")
    assert (event.action, event.actor) == ("document.received", "user:carla")
    assert Arrival.objects.get(document=document).outcome == "accepted"


def test_the_same_bytes_again_give_back_the_first_document(entity: LegalEntity) -> None:
    first = accept(incoming(entity), wake=False)
    second = accept(incoming(entity, filename="copy.pdf"), wake=False)
    assert (second.document.pk, second.duplicate) == (first.document.pk, True)
    assert Document.objects.count() == Run.objects.count() == 1
    assert list(Arrival.objects.order_by("id").values_list("outcome", flat=True)) == ["accepted", "duplicate"]
    (event,) = opened(Event.objects.filter(action="document.duplicate"))
    assert event.subject == f"document:{first.document.pk}"
    assert isinstance(event.after, dict) and event.after["filename"] == "copy.pdf"


def test_another_entity_has_a_document_of_its_own(entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Example Services SAS")
    assert not accept(incoming(entity), wake=False).duplicate
    assert not accept(incoming(other), wake=False).duplicate


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", Empty, "empty"),
        (b"\0\0 \n", Empty, "empty"),
        (b"Dear all, see the invoice", UnsupportedType, "plain text"),
        (b"<!DOCTYPE html><html><body>Invoice</body></html>", UnsupportedType, "web page"),
        (made.zipped(), UnsupportedType, "ZIP archive"),
    ],
)
def test_what_is_no_document_is_refused_and_leaves_a_trace(
    entity: LegalEntity, data: bytes, error: type[Refused], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        accept(incoming(entity, data), wake=False)
    arrival = Arrival.objects.get()
    (event,) = opened(Event.objects.filter(action="document.refused"))
    assert (arrival.outcome, arrival.code, arrival.message) == ("refused", caught.value.code, caught.value.message)
    assert event.subject == f"arrival:{arrival.pk}"
    assert event.because == {"code": caught.value.code, "message": caught.value.message}
    assert not Document.objects.exists()


def test_too_large_a_file_is_refused_unread(
    entity: LegalEntity, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    data, full_size = take_path(path)
    assert data == b""
    with pytest.raises(TooLarge, match="200 MB; at most 50 MB") as caught:
        accept(incoming(entity, data, full_size=full_size), wake=False)
    assert caught.value.status == 413
    assert Arrival.objects.get().size == 200 * 2**20


def test_base64_is_measured_before_it_is_unpacked(settings: pytest.FixtureRequest) -> None:
    settings.DOCUMENT_MAX_BYTES = 4  # type: ignore[attr-defined]
    assert take_base64("QUJDRA==") == (b"ABCD", None)
    assert take_base64("QUJDREU=") == (b"", 5)
    with pytest.raises(ValueError):
        take_base64("QU?D")


def test_two_at_the_same_moment_become_one_document(transactional_db: None) -> None:
    entity = LegalEntity.objects.create(name="Example Trading GmbH")
    barrier, outcomes = threading.Barrier(4), list[Accepted]()

    def hand_in() -> None:
        barrier.wait(10)
        outcomes.append(accept(incoming(entity), wake=False))
        connection.close()

    threads = [threading.Thread(target=hand_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcome.duplicate for outcome in outcomes) == [False, True, True, True]
    assert len({outcome.document.pk for outcome in outcomes}) == Document.objects.count() == Run.objects.count() == 1
    assert Arrival.objects.filter(outcome="duplicate").count() == 3
    files = [path for path in Path(storages["documents"].location).rglob("*") if path.is_file()]  # type: ignore[attr-defined]
    assert len(files) == 1
