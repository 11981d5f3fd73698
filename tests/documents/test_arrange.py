"""Files that hold several documents: split, put together again, attached to one another."""

import uuid

import pytest
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from automation.documents import arrange, parsing, storage
from automation.documents.models import Document, Page, State
from automation.documents.states import move
from automation.errors import Conflict, Invalid
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run, RunState
from tests.documents.test_steps import INVOICE, process
from tests.inference import documents as made

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = "user:carla"
THREE = made.pdf(made.lines("Rechnung Nr. 1", "Gesamtbetrag 119,00 EUR"), pages=3)


def waiting(entity: LegalEntity, data: bytes = THREE) -> Document:
    document = process(entity, data)
    assert document.state in (State.TO_VERIFY, State.TO_APPROVE)
    return document


def run_of(document: Document) -> QuerySet[Run]:
    return Run.objects.filter(pk__in=[document.run_id])


def fresh(document: Document | uuid.UUID) -> Document:
    return Document.objects.get(pk=document if isinstance(document, uuid.UUID) else document.pk)


def go_on(document: Document) -> Document:
    run_id = fresh(document).run_id
    assert run_id is not None
    engine.advance(run_id)
    return fresh(document)


def test_a_file_becomes_documents_that_go_their_own_way_and_keeps_its_bytes_once(entity: LegalEntity) -> None:
    file = waiting(entity)
    first, second = arrange.split(file.pk, [[1, 2], [3]], actor=ACTOR)
    file = go_on(file)
    assert (file.state, run_of(file).get().state) == (State.SPLIT, RunState.DONE)
    assert (first.pages, second.pages, first.page_count) == ([1, 2], [3], 2)
    assert {one.storage_name for one in (file, first, second)} == {file.storage_name}
    assert storage.load(second) == THREE
    for part, pages in ((first, 2), (second, 1)):
        assert go_on(part).state in (State.TO_VERIFY, State.TO_APPROVE)
        assert [p.number for p in Page.objects.filter(reading__document=part)] == list(range(1, pages + 1))
    assert parsing.picture(fresh(second), 1, 400) == parsing.picture(file, 3, 400)
    told = Event.objects.get(subject=f"document:{file.pk}", action="document.split").after
    assert told == {"parts": [{"document": str(part.pk), "pages": part.pages} for part in (first, second)]}
    assert accept(IncomingFile(entity, "again.pdf", THREE, "test"), wake=False).document == file


@pytest.mark.parametrize("parts", [[[1, 2, 3]], [[1], [2]], [[1, 2], [2, 3]], [[1, 2, 3], []], [[0, 1], [2, 3]]])
def test_each_page_belongs_into_one_part(entity: LegalEntity, parts: list[list[int]]) -> None:
    file = waiting(entity)
    with pytest.raises(Invalid):
        arrange.split(file.pk, parts, actor=ACTOR)
    assert fresh(file).state == file.state and not Document.objects.filter(parent=file).exists()


def test_split_another_way_the_parts_that_stay_are_left_alone(entity: LegalEntity) -> None:
    file = waiting(entity)
    whole, last = (go_on(part) for part in arrange.split(file.pk, [[1, 2], [3]], actor=ACTOR))
    one, two, kept = arrange.split(last.pk, [[1], [2], [3]], actor=ACTOR)
    assert kept == last and fresh(last).version == last.version
    assert go_on(whole).state == State.SPLIT and [one.pages, two.pages] == [[1], [2]]
    assert [part.pages for part in arrange.parts_of(file)] == [[1], [2], [3]]


def test_what_is_decided_keeps_its_pages(entity: LegalEntity) -> None:
    file = waiting(entity)
    first, second = (go_on(part) for part in arrange.split(file.pk, [[1, 2], [3]], actor=ACTOR))
    Document.objects.filter(pk=first.pk).update(state=State.POSTED)
    for change in (
        lambda: arrange.merge(file.pk, actor=ACTOR),
        lambda: arrange.split(file.pk, [[1], [2, 3]], actor=ACTOR),
    ):
        with pytest.raises(Conflict):
            change()
    assert fresh(second).state == second.state


def test_put_together_again_the_file_is_one_document_and_is_not_split_by_itself(entity: LegalEntity) -> None:
    file = waiting(entity)
    parts = [go_on(part) for part in arrange.split(file.pk, [[1, 2], [3]], actor=ACTOR)]
    with pytest.raises(Conflict, match="moment"):
        arrange.merge(file.pk, actor=ACTOR)
    go_on(file)
    arrange.merge(parts[1].pk, actor=ACTOR)
    assert go_on(file).state in (State.TO_VERIFY, State.TO_APPROVE)
    assert {go_on(part).state for part in parts} == {State.SPLIT}
    assert arrange.parts_of(file) == []


def test_what_is_being_worked_on_is_left_alone(entity: LegalEntity) -> None:
    file = waiting(entity)
    run_of(file).update(state=RunState.RUNNING)
    with pytest.raises(Conflict, match="worked on"):
        arrange.split(file.pk, [[1, 2], [3]], actor=ACTOR)


def test_terms_are_attached_to_their_invoice_and_detached_again(entity: LegalEntity) -> None:
    terms, invoice = waiting(entity), waiting(entity, INVOICE)
    arrange.attach(terms.pk, invoice.pk, actor=ACTOR)
    assert (go_on(terms).state, fresh(terms).attached_to) == (State.ATTACHED, invoice)
    with pytest.raises(Conflict):
        move(terms.pk, State.TO_APPROVE)
    arrange.detach(terms.pk, actor=ACTOR)
    assert go_on(terms).state in (State.TO_VERIFY, State.TO_APPROVE)
    other = LegalEntity.objects.create(name="Other")
    with pytest.raises(Invalid):
        arrange.attach(terms.pk, waiting(other, INVOICE).pk, actor=ACTOR)


@given(st.lists(st.lists(st.integers(0, 6), max_size=4), max_size=4), st.integers(1, 6))
def test_parts_that_hold_are_a_partition(parts: list[list[int]], count: int) -> None:
    try:
        held = arrange.checked(parts, count)
    except Invalid:
        return
    assert sorted(page for part in held for page in part) == list(range(1, count + 1)) and len(held) > 1


def test_page_ranges_read_as_people_write_them() -> None:
    assert arrange.page_range([1, 2, 3, 5]) == "1-3, 5"
    assert arrange.page_range([4]) == "4" and arrange.page_range([2, 1]) == "2, 1"
