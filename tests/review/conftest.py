from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from automation.documents.models import Document
from automation.ledger.models import LegalEntity
from review.access import grant_role
from tests.review.waiting import make_waiting


@pytest.fixture
def to_verify(entity: LegalEntity) -> Document:
    return make_waiting(entity, confidence={"invoice_number": 0.6})


@pytest.fixture
def to_approve(entity: LegalEntity) -> Document:
    return make_waiting(entity, route="approve")


@pytest.fixture
def controller(entity: LegalEntity) -> User:
    person = User.objects.create_user("cora", "cora@example.com", "correct horse battery")
    grant_role(person, "controller", entity, acting_user=None)
    return person


@pytest.fixture
def people(entity: LegalEntity) -> Callable[[str, str], User]:
    def make(name: str, role: str) -> User:
        person = User.objects.create_user(name, f"{name}@example.com", "correct horse battery")
        grant_role(person, role, entity, acting_user=None)
        return person

    return make
