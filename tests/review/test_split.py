"""A person splits a file, puts it together again and attaches documents to their invoice."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from audit.models import Event
from audit.personal import opened
from automation.documents.models import Document, State
from automation.errors import Conflict, NotAllowed, Stale
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState
from review.actions.lease import take
from review.actions.opening import Held
from review.actions.split import attach, detach, split
from review.models import Task
from tests.review.waiting import fresh, go_on, make_waiting, run_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(entity: LegalEntity) -> Document:
    document = make_waiting(entity, confidence={"invoice_number": 0.6})
    Document.objects.filter(pk=document.pk).update(page_count=3)
    return fresh(document)


def as_seen(document: Document, person: User) -> dict[str, Any]:
    return {"expected_version": fresh(document).version, "acting_user": person}


def test_nobody_is_asked_any_more_about_a_file_that_was_split(file: Document, clerk: User) -> None:
    made = split(file.pk, [[1], [2, 3]], "two invoices", **as_seen(file, clerk))
    assert [part.pages for part in made] == [[1], [2, 3]]
    assert fresh(file).state == State.SPLIT and not Task.objects.filter(document=file, closed_at=None).exists()
    assert go_on(file).state == State.SPLIT and run_of(file).state == RunState.DONE
    (event,) = opened(Event.objects.filter(action="document.split"))
    assert (event.actor, event.because) == ("user:carla", "two invoices")


def test_only_a_clerk_who_saw_the_newest_version_may(file: Document, clerk: User, approver: User) -> None:
    with pytest.raises(NotAllowed):
        split(file.pk, [[1], [2, 3]], **as_seen(file, approver))
    with pytest.raises(Stale):
        split(file.pk, [[1], [2, 3]], expected_version=file.version + 1, acting_user=clerk)
    assert fresh(file).state == State.TO_VERIFY


def test_a_file_that_a_colleague_has_open_is_left_alone(file: Document, clerk: User, controller: User) -> None:
    take(file.pk, acting_user=controller)
    with pytest.raises(Held):
        split(file.pk, [[1], [2, 3]], **as_seen(file, clerk))


def test_a_decided_document_is_left_alone(file: Document, clerk: User) -> None:
    Document.objects.filter(pk=file.pk).update(state=State.POSTED)
    with pytest.raises(Conflict):
        split(file.pk, [[1], [2, 3]], **as_seen(file, clerk))


def test_a_failed_document_may_be_split_too(file: Document, clerk: User) -> None:
    ended = {"state": RunState.FAILED, "due_at": None, "awaited_signal": None, "finished_at": timezone.now()}
    Run.objects.filter(pk=run_of(file).pk).update(**ended)
    Document.objects.filter(pk=file.pk).update(state=State.FAILED, problem={"code": "x", "message": "No."})
    assert len(split(file.pk, [[1], [2], [3]], **as_seen(file, clerk))) == 3
    assert not Task.objects.filter(document=file, closed_at=None).exists()


def test_terms_belong_to_their_invoice_until_that_is_taken_back(
    file: Document, entity: LegalEntity, clerk: User
) -> None:
    invoice = make_waiting(entity, route="approve")
    attach(file.pk, invoice.pk, **as_seen(file, clerk))
    assert (go_on(file).state, fresh(file).attached_to) == (State.ATTACHED, invoice)
    detach(file.pk, **as_seen(file, clerk))
    assert (fresh(file).state, fresh(file).attached_to) == (State.RECEIVED, None)
