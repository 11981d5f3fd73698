"""A file that holds several documents, split and put together over the API."""

import json
from typing import Any

import pytest

from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from tests.api.conftest import DOCUMENTS, Service, problem
from tests.documents.test_arrange import waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(entity: LegalEntity) -> Document:
    return waiting(entity)


def put(service: Service, file: Document, parts: object) -> Any:
    path = f"{DOCUMENTS}/{file.pk}/parts"
    return service.client.put(path, json.dumps({"parts": parts}), content_type="application/json")


def test_a_file_is_split_and_made_one_again(service: Service, file: Document) -> None:
    for _ in range(2):  # the same request twice does the same once
        answer = put(service, file, [[1], [2, 3]])
        assert answer.status_code == 200
        assert [part["pages"] for part in answer.json()["items"]] == [[1], [2, 3]]
    part = answer.json()["items"][0]
    assert part["parent"] == str(file.pk) and Document.objects.filter(parent=file).count() == 2
    assert service.get(f"{DOCUMENTS}/{file.pk}").json()["state"] == "split"
    problem(put(service, Document.objects.get(pk=part["id"]), [[1]]), 409, "conflict")
    for document in Document.objects.all():
        assert document.run_id is not None
        engine.advance(document.run_id)
    assert put(service, file, [[1, 2, 3]]).json() == {"items": []}
    assert Document.objects.get(pk=file.pk).state == State.RECEIVED


@pytest.mark.parametrize("parts", [None, 7, [1, 2, 3], [["1"], [2, 3]], [[1, 2]], [[1], [2, 3, 4]], [[True], [2, 3]]])
def test_pages_that_do_not_work_out_are_refused(service: Service, file: Document, parts: object) -> None:
    problem(put(service, file, parts), 422, "bad_parts")
    assert Document.objects.count() == 1
