import base64
import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from automation.api.tokens import SCOPES, create_token
from automation.ledger.models import LegalEntity

DOCUMENTS = "/api/data/v1/documents"


class Service:
    """A program that uses the API with one token."""

    def __init__(self, token: str) -> None:
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def upload(self, data: bytes, name: str = "invoice.pdf", *, key: str | None = None, query: str = "") -> Any:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(DOCUMENTS + query, {"file": SimpleUploadedFile(name, data)}, headers=headers)

    def upload_json(self, data: bytes, name: str = "invoice.pdf", *, key: str | None = None) -> Any:
        body = json.dumps({"filename": name, "content": base64.b64encode(data).decode()})
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(DOCUMENTS, body, content_type="application/json", headers=headers)


def token_for(*entities: LegalEntity, name: str = "erp", scopes: tuple[str, ...] = tuple(SCOPES)) -> str:
    return create_token(name, scopes=scopes, entities=entities, acting_user=None)


@pytest.fixture
def service(entity: LegalEntity) -> Service:
    """Reads and writes documents of `entity`."""
    return Service(token_for(entity))


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that must be this problem."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert set(body) == {"type", "title", "status", "code", "detail"}
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:countersign:problem:{code}")
    assert body["detail"]
    return body
