"""Proofs and heads over the API, checked as a stranger checks them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from audit.checkpoint import checkpoint
from audit.models import Checkpoint
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import configured
from audit.verify import open_head, verify_consistency, verify_proof
from automation.documents.models import Document
from automation.ledger.models import LegalEntity
from tests.api.conftest import DOCUMENTS, Service, problem, token_for
from tests.factories import make_document

LOG = "/api/control/v1/log"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_PATH = str(tmp_path / "key.pem")
    settings.AUDIT_HEADS_PATH = str(tmp_path / "heads.jsonl")


def sign(settings: Any) -> Checkpoint:
    fold_all()
    head = checkpoint(configured(), Path(settings.AUDIT_HEADS_PATH))
    assert head is not None
    return head


def read(document: Document) -> int:
    with transaction.atomic():
        return record("document.read", actor="system:test", subject=f"document:{document.pk}").id


def test_an_event_is_proved_once_a_head_covers_it(service: Service, entity: LegalEntity, settings: Any) -> None:
    document, other = make_document(entity), make_document(LegalEntity.objects.create(name="Other"))
    event, foreign = read(document), read(other)
    address = f"{DOCUMENTS}/{document.pk}/events/{event}/proof"
    problem(service.get(address), 409, "not_sealed")
    head = sign(settings)
    proof = service.get(address).json()
    opened, _ = verify_proof(proof["entry"], proof["proof"], configured().keys)
    assert (opened.size, json.loads(proof["entry"])["id"]) == (head.size, event)
    problem(service.get(f"{DOCUMENTS}/{document.pk}/events/{foreign}/proof"), 404, "not_found")
    problem(service.get(f"{DOCUMENTS}/{document.pk}/events/{'9' * 30}/proof"), 404, "not_found")


def test_heads_are_listed_and_continue_each_other(service: Service, entity: LegalEntity, settings: Any) -> None:
    document = make_document(entity)
    sizes = []
    for _ in range(3):
        read(document)
        sizes.append(sign(settings).size)
    first = service.get(f"{LOG}/heads?limit=2").json()
    rest = service.get(f"{LOG}/heads?before={first['next_before']}").json()
    items = first["items"] + rest["items"]
    assert [item["size"] for item in items] == sizes[::-1]
    assert [open_head(item["note"], configured().keys).size for item in items] == sizes[::-1]
    grown = service.get(f"{LOG}/consistency?old={sizes[0]}").json()
    before, after = verify_consistency(grown["old"], grown["new"], grown["hashes"], configured().keys)
    assert (before.size, after.size) == (sizes[0], sizes[-1])
    problem(service.get(f"{LOG}/consistency?old={sizes[1]}&new={sizes[0]}"), 422, "invalid")
    problem(service.get(f"{LOG}/consistency?old={sizes[-1] + 1}"), 404, "not_found")
    problem(service.get(f"{LOG}/consistency"), 422, "invalid")
    problem(service.get(f"{LOG}/heads?before=-1"), 422, "invalid")
    reader = Service(token_for(entity, name="reader", scopes=("documents:read",)))
    problem(reader.get(f"{LOG}/heads"), 403, "scope_missing")
