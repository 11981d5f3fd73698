"""The screen on which a file is split, put together again, or attached to another document."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from automation.documents import arrange
from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from tests.factories import CLEAN
from tests.review.waiting import fresh, go_on, make_waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(entity: LegalEntity) -> Document:
    document = make_waiting(entity, confidence={"invoice_number": 0.6})
    Document.objects.filter(pk=document.pk).update(page_count=4)
    return fresh(document)


def post(client: Client, document: Document, **said: object) -> int:
    version = fresh(document).version
    return client.post(f"/documents/{document.pk}/arrange/", {"version": version, **said}).status_code


def test_ticked_pages_begin_documents_and_the_file_can_be_one_again(
    client: Client, file: Document, clerk: User
) -> None:
    client.force_login(clerk)
    page = client.get(f"/documents/{file.pk}/arrange/").content.decode()
    assert page.count('name="begin"') == 4
    assert post(client, file, do="split", begin=["3", "4", "99", "x"]) == 302
    parts = arrange.parts_of(fresh(file))
    assert [part.pages for part in parts] == [[1, 2], [3], [4]]
    page = client.get(f"/documents/{file.pk}/arrange/").content.decode()
    assert page.count('" checked') == 3
    assert "Make it one document again" in page
    assert "Its pages are documents of their own" in client.get(f"/documents/{file.pk}/").content.decode()
    go_on(file)
    assert post(client, parts[1], do="merge") == 409  # the parts are being read this moment
    assert fresh(file).state == State.SPLIT


def test_what_cannot_be_done_says_why_and_keeps_the_ticks(client: Client, file: Document, clerk: User) -> None:
    client.force_login(clerk)
    assert post(client, file, do="split") == 422
    answer = client.post(f"/documents/{file.pk}/arrange/", {"version": 1, "do": "split", "begin": ["2"]})
    assert answer.status_code == 409
    assert 'value="2" checked' in answer.content.decode()
    assert post(client, file, do="attach", to="nothing") == 422
    assert post(client, file, do="nothing") == 422
    assert fresh(file).state == State.TO_VERIFY


def test_a_document_is_attached_to_its_invoice_and_let_go(
    client: Client, file: Document, entity: LegalEntity, clerk: User
) -> None:
    other = make_waiting(entity, {**CLEAN}, filename="terms.pdf", confidence={"invoice_number": 0.6})
    client.force_login(clerk)
    assert str(other.pk) in client.get(f"/documents/{file.pk}/arrange/").content.decode()
    assert post(client, file, do="attach", to=str(other.pk)) == 302
    assert (fresh(file).state, fresh(file).attached_to) == (State.ATTACHED, other)
    assert f'href="/documents/{file.pk}/">' in client.get(f"/documents/{other.pk}/").content.decode()
    assert "It belongs to" in client.get(f"/documents/{file.pk}/").content.decode()
    assert "Let it go its own way again" in client.get(f"/documents/{file.pk}/arrange/").content.decode()


def test_only_who_verifies_sees_it(client: Client, file: Document, approver: User, clerk: User) -> None:
    client.force_login(approver)
    assert client.get(f"/documents/{file.pk}/arrange/").status_code == 403
    assert "arrange/" not in client.get(f"/documents/{file.pk}/").content.decode()
    client.force_login(clerk)
    assert "arrange/" in client.get(f"/documents/{file.pk}/").content.decode()
