"""The OpenAPI document, and that the API does what it says: generated requests, valid and not."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.schemas
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import CHECKS, load_all_checks

from automation.documents.models import Document
from automation.ledger.models import LegalEntity
from automation.wsgi import application
from tests.api.conftest import token_for
from tests.factories import make_document

load_all_checks()
HELD = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
        "ignored_auth",
    ]
)
BASE = "/api/data/v1/documents"
ONE = BASE + "/{document_id}"


@pytest.fixture
def within_the_test() -> Iterator[None]:
    """Requests leave the test's connection, and so its transaction, open."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def described(entity: LegalEntity, within_the_test: None, settings: Any) -> Any:
    settings.ALLOWED_HOSTS = ["*"]
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    return schemathesis.openapi.from_wsgi("/api/data/v1/openapi.json", application)


@pytest.fixture
def token(entity: LegalEntity) -> str:
    return token_for(entity)


@pytest.fixture
def document(entity: LegalEntity) -> Document:
    return make_document(entity)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_api_does_what_it_says(case: Any, token: str, document: Document) -> None:
    if case.operation.path in (ONE, f"{ONE}/events", f"{ONE}/parts"):
        case.path_parameters["document_id"] = str(document.pk)
    case.call_and_validate(checks=HELD, headers={"Authorization": f"Bearer {token}"})


def test_every_operation_is_described(described: Any) -> None:
    found = [operation.ok() for operation in described.get_all_operations()]
    assert {f"{operation.method.upper()} {operation.path}" for operation in found} == {
        f"GET {BASE}",
        f"POST {BASE}",
        f"GET {ONE}",
        f"GET {ONE}/events/{{event_id}}/proof",
        f"GET {ONE}/events",
        f"GET {ONE}/parts",
        f"PUT {ONE}/parts",
        f"GET {ONE}/content",
        f"GET {ONE}/export/{{form}}",
    }
