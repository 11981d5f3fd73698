import threading
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from audit.models import Event
from automation.api.idempotency import forget_old_answers
from automation.api.models import IdempotentRequest
from automation.documents.models import Document, State
from automation.ingestion.models import Arrival
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run
from tests.api.conftest import DOCUMENTS, Service, problem, token_for
from tests.factories import make_document
from tests.ingestion.bad_files import BAD, GOOD


def test_a_file_is_handed_in_and_followed(service: Service) -> None:
    handed_in = service.upload(GOOD)
    assert handed_in.status_code == 201
    body = handed_in.json()
    assert (body["state"], body["duplicate"], body["filename"]) == ("received", False, "invoice.pdf")
    document = Document.objects.get(pk=body["id"])
    assert (document.channel, document.sender) == ("api", "erp")
    assert Event.objects.get(subject=f"document:{document.pk}").actor == "service:erp"

    run = Run.objects.get(subject=f"document:{document.pk}")
    engine.advance(run.pk)
    told = service.get(handed_in["Location"])
    assert told.status_code == 200
    assert told.json()["fields"]["gross_amount"]["value"] == "119.00"
    assert told.json()["decision"]["route"] == "verify"
    again = service.get(handed_in["Location"], **{"If-None-Match": told["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    events = service.get(f"{DOCUMENTS}/{document.pk}/events?limit=2").json()
    assert len(events["items"]) == 2
    older = service.get(f"{DOCUMENTS}/{document.pk}/events?before={events['next_before']}").json()
    assert older["items"][-1]["action"] == "document.received" and older["next_before"] is None

    content = service.get(f"{DOCUMENTS}/{document.pk}/content")
    assert content.content == GOOD and content["Content-Type"] == "application/pdf"
    assert content["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
    assert content["X-Content-Type-Options"] == "nosniff"


def test_json_is_taken_too_and_the_same_bytes_are_one_document(service: Service) -> None:
    first = service.upload_json(GOOD)
    second = service.upload(GOOD, "copy.pdf")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["duplicate"] and second.json()["id"] == first.json()["id"]


def test_with_too_much_waiting_a_machine_is_told_to_come_again_and_its_key_stays_good(
    service: Service, settings: Any
) -> None:
    settings.WORKFLOW_BACKLOG = 1
    assert service.upload(GOOD, key="first").status_code == 201
    other = GOOD + b"\n"
    busy = service.upload(other, "other.pdf", key="second")
    assert (busy.status_code, busy.json()["code"], busy["Retry-After"]) == (503, "busy", "30")
    assert Document.objects.count() == 1
    engine.advance(Run.objects.get().pk)
    assert service.upload(other, "other.pdf", key="second").status_code == 201


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_or_quarantined_with_the_reason(service: Service, name: str) -> None:
    bad = BAD[name]
    answer = service.upload(bad.data, name)
    if bad.refused:
        assert bad.says in problem(answer, bad.status, bad.code)["detail"]
        event = Event.objects.get(action="document.refused")
    else:
        assert answer.status_code == 201
        engine.advance(Run.objects.get(subject=f"document:{answer.json()['id']}").pk)
        told = service.get(answer["Location"]).json()
        assert told["state"] == State.QUARANTINED
        assert told["problem"]["code"] == bad.code and bad.says in told["problem"]["message"]
        event = Event.objects.get(action="document.quarantined")
    assert bad.code in str(event.because) + str(event.after)
    assert service.upload(GOOD).status_code == 201


@pytest.mark.parametrize("as_json", [False, True], ids=["multipart", "json"])
def test_a_huge_file_is_refused_without_being_kept(
    service: Service, settings: pytest.FixtureRequest, as_json: bool
) -> None:
    settings.DOCUMENT_MAX_BYTES = 2**20  # type: ignore[attr-defined]
    huge = GOOD + bytes(4 * 2**20)
    answer = service.upload_json(huge) if as_json else service.upload(huge)
    assert "4 MB; at most 1 MB" in problem(answer, 413, "too_large")["detail"]
    assert Arrival.objects.get().size == pytest.approx(len(huge), abs=100)
    assert Event.objects.get(action="document.refused").actor == "service:erp"


def test_200_megabytes_do_not_fill_memory_or_disk(service: Service) -> None:
    answer = service.upload(GOOD + bytes(200 * 2**20))
    assert "200 MB; at most 50 MB" in problem(answer, 413, "too_large")["detail"]


def test_the_same_request_gets_the_same_answer(service: Service) -> None:
    first = service.upload(GOOD, key="k-1")
    second = service.upload(GOOD, key="k-1")
    assert (second.status_code, second.json()) == (first.status_code, first.json()) and first.status_code == 201
    assert second["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert second["Location"] == first["Location"]
    assert Arrival.objects.count() == 1
    problem(service.upload(GOOD + b"\n", key="k-1"), 422, "idempotency_key_reused")
    problem(service.upload(GOOD, "other.pdf", key="k-1"), 422, "idempotency_key_reused")
    assert Document.objects.count() == 1


def test_an_answer_is_kept_for_thirty_days_and_then_forgotten(service: Service) -> None:
    service.upload(GOOD, key="old")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    service.upload(GOOD, key="new")
    assert forget_old_answers() == 1
    assert "Idempotent-Replayed" not in service.upload(GOOD, key="old")
    assert service.upload(GOOD, key="new")["Idempotent-Replayed"] == "true"
    assert Document.objects.count() == 1


def test_a_refusal_is_an_answer_too(service: Service) -> None:
    first, second = (service.upload(b"", key="k-1") for _ in range(2))
    assert problem(first, 422, "empty") == problem(second, 422, "empty")
    assert second["Idempotent-Replayed"] == "true"
    assert Arrival.objects.count() == 1


def test_a_request_that_was_cut_off_is_taken_up_again(service: Service) -> None:
    service.upload(GOOD, key="k-1")
    IdempotentRequest.objects.update(status=None, body=None)
    assert service.upload(GOOD, key="k-1").json()["duplicate"] is True


def test_the_storage_being_away_is_no_answer_to_keep(service: Service, settings: pytest.FixtureRequest) -> None:
    location = Path(storages["documents"].location)  # type: ignore[attr-defined]
    location.write_text("a file where the folder should be")
    problem(service.upload(GOOD, key="k-1"), 503, "storage_unavailable")
    location.unlink()
    assert service.upload(GOOD, key="k-1").status_code == 201


def test_the_same_request_twice_at_once_makes_one_document(transactional_db: None) -> None:
    token = token_for(LegalEntity.objects.create(name="Example Trading GmbH"))
    barrier, answers = threading.Barrier(3), []

    def hand_in() -> None:
        barrier.wait(10)
        answers.append(Service(token).upload(GOOD, key="k-1"))
        connection.close()

    threads = [threading.Thread(target=hand_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert {answer.status_code for answer in answers} <= {200, 201} and len(answers) == 3
    assert Document.objects.count() == Run.objects.count() == IdempotentRequest.objects.count() == 1


@pytest.mark.parametrize("key", [None, "", "a b", "ü", "x" * 256])
def test_a_key_is_asked_for(service: Service, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    response = service.client.post(DOCUMENTS, {}, headers=headers)
    problem(response, 400, "idempotency_key_invalid" if key else "idempotency_key_missing")


def test_documents_are_listed_page_by_page(service: Service, entity: LegalEntity) -> None:
    made = [make_document(entity, filename=f"{n}.pdf") for n in range(5)]
    make_document(entity, state=State.TO_APPROVE, filename="approve.pdf")
    seen, cursor = list[str](), ""
    while True:
        page = service.get(f"{DOCUMENTS}?state=received&limit=2&cursor={cursor}").json()
        seen += [item["filename"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [document.filename for document in reversed(made)]


@pytest.mark.parametrize("query", ["state=paid", "limit=0", "limit=1000", "limit=x", "cursor=!", "cursor=AA"])
def test_odd_parameters_are_said(service: Service, query: str) -> None:
    problem(service.get(f"{DOCUMENTS}?{query}"), 422, "invalid")


def test_a_service_sees_its_entities_only(service: Service, entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Example Services SAS")
    foreign = make_document(other)
    for end in ("", "/events", "/content"):
        problem(service.get(f"{DOCUMENTS}/{foreign.pk}{end}"), 404, "not_found")
        problem(service.get(f"{DOCUMENTS}/{uuid.uuid4()}{end}"), 404, "not_found")
    assert service.get(DOCUMENTS).json()["items"] == []
    problem(service.upload(GOOD, query=f"?entity={other.pk}"), 403, "entity_not_allowed")
    both = Service(token_for(entity, other, name="both"))
    problem(both.upload(GOOD), 422, "entity_missing")
    assert both.upload(GOOD, query="?entity=Example Services SAS").json()["entity"] == other.name
    assert both.upload(GOOD, query=f"?entity={entity.pk}").json()["entity"] == entity.name


def test_an_approved_invoice_is_exported_in_every_form(service: Service, entity: LegalEntity) -> None:
    document = make_document(entity, state=State.APPROVED)
    for form, begins in (("ubl", b"<?xml"), ("cii", b"<?xml"), ("factur-x", b"%PDF-1.7")):
        answer = service.get(f"{DOCUMENTS}/{document.pk}/export/{form}")
        assert answer.status_code == 200 and answer.content.startswith(begins)
        assert "RE-2026-0117" in answer["Content-Disposition"]
    problem(service.get(f"{DOCUMENTS}/{document.pk}/export/fax"), 404, "not_found")
    waiting = make_document(entity, state=State.TO_APPROVE)
    problem(service.get(f"{DOCUMENTS}/{waiting.pk}/export/ubl"), 409, "not_approved")
