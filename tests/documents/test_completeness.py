"""Received = posted + rejected + in work; a document that vanished, or came by no door, is counted."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from audit.record import record
from automation.documents.completeness import Completeness, completeness
from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Refused
from automation.identity import new_id
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from tests.factories import make_document

pytestmark = pytest.mark.django_db(transaction=True)
EPOCH = timedelta(days=1)


def found(entity: LegalEntity | None = None) -> Completeness:
    now = timezone.now()
    return completeness(now - EPOCH, now + EPOCH, None if entity is None else [entity.pk])


def hand_in(entity: LegalEntity, data: bytes, channel: str = "upload") -> Document:
    incoming = IncomingFile(entity=entity, data=data, filename="a.pdf", channel=channel)
    return accept(incoming, wake=False).document


def test_what_came_in_is_posted_rejected_or_in_work(entity: LegalEntity) -> None:
    documents = [hand_in(entity, b"%PDF-1.4 " + bytes([65 + n])) for n in range(3)]
    hand_in(entity, b"%PDF-1.4 A")
    hand_in(entity, b"%PDF-1.4 Z", channel="folder")
    with pytest.raises(Refused):
        hand_in(entity, b"")
    with transaction.atomic():
        move(documents[0].pk, State.TO_APPROVE)
        move(documents[0].pk, State.REJECTED, problem={"code": "x", "message": "No."})
    folder, upload = found().days
    assert (folder.channel, folder.received, folder.in_work) == ("folder", 1, 1)
    assert (upload.received, upload.posted, upload.rejected, upload.in_work) == (3, 0, 1, 2)
    assert (upload.duplicates, upload.refused, upload.missing) == (1, 1, 0)
    assert found().complete


def test_a_document_posted_without_the_log_saying_so_is_shown(entity: LegalEntity) -> None:
    document = hand_in(entity, b"%PDF-1.4 A")
    with transaction.atomic():
        move(document.pk, State.TO_APPROVE)
        move(document.pk, State.APPROVED)
        move(document.pk, State.POSTED)
    assert not found().complete
    with transaction.atomic():
        record("document.posted", actor="system:test", subject=f"document:{document.pk}")
    assert found().complete


def test_a_document_that_vanished_or_came_by_no_door_is_shown(entity: LegalEntity, superuser_url: str) -> None:
    hand_in(entity, b"%PDF-1.4 A")
    with transaction.atomic():
        record("document.received", actor="system:test", subject=f"document:{new_id()}", after={"channel": "upload"})
    (day,) = found().days
    assert (day.received, day.missing, day.complete) == (2, 1, False)
    stranger = make_document(entity)
    assert found().unlogged == (stranger.pk,)


def test_each_sees_the_entities_that_are_theirs(entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Other")
    hand_in(other, b"%PDF-1.4 A")
    assert found(entity).days == ()
    assert found(other).days[0].received == 1
