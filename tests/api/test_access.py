"""Tokens and scopes, and that every error of the API is a problem that a program understands."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import Event
from automation import errors
from automation.api.models import ServiceToken
from automation.api.problems import CODES
from automation.api.tokens import revoke_token
from automation.ledger.models import LegalEntity
from tests.api.conftest import DOCUMENTS, Service, problem, token_for
from tests.factories import make_document
from tests.ingestion.bad_files import GOOD


def test_only_a_valid_token_is_let_in(entity: LegalEntity) -> None:
    token = token_for(entity)
    answer = Client().get(DOCUMENTS)
    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    for wrong in ("x", token[:-1], token + "x", "\udcff"):
        problem(Service(wrong).get(DOCUMENTS), 401, "not_authenticated")
    assert Service(token).get(DOCUMENTS).status_code == 200
    revoke_token("erp", acting_user=None)
    problem(Service(token).get(DOCUMENTS), 401, "not_authenticated")


def test_scopes_are_held_apart(entity: LegalEntity) -> None:
    reader = Service(token_for(entity, name="reader", scopes=("documents:read",)))
    writer = Service(token_for(entity, name="writer", scopes=("documents:write",)))
    document = make_document(entity)
    problem(reader.upload(GOOD), 403, "scope_missing")
    assert writer.upload(GOOD).status_code == 201
    for path in (DOCUMENTS, f"{DOCUMENTS}/{document.pk}", f"{DOCUMENTS}/{document.pk}/events"):
        problem(writer.get(path), 403, "scope_missing")
        assert reader.get(path).status_code == 200


def test_the_token_itself_is_not_kept(entity: LegalEntity) -> None:
    token = token_for(entity)
    stored = ServiceToken.objects.get()
    assert token not in str(stored.__dict__) and len(stored.sha256) == 64
    event = Event.objects.get(action="token.created")
    assert event.subject == "token:erp" and token not in str(event.after)


def test_tokens_are_managed_on_the_command_line(entity: LegalEntity) -> None:
    shown = StringIO()
    call_command("token", "create", "erp", "--scope", "documents:read", "--entity", entity.name, stdout=shown)
    assert Service(shown.getvalue().strip()).get(DOCUMENTS).status_code == 200
    with pytest.raises(CommandError, match="names are used once"):
        call_command("token", "create", "erp", "--scope", "documents:read")
    with pytest.raises(CommandError, match="no legal entity named 'None'"):
        call_command("token", "create", "two", "--scope", "documents:read", "--entity", "None")
    call_command("token", "revoke", "erp")
    with pytest.raises(CommandError, match="no token named"):
        call_command("token", "revoke", "two")
    listing = StringIO()
    call_command("token", "list", stdout=listing)
    assert listing.getvalue() == "erp  revoked  documents:read  Example Trading GmbH\n"
    assert Event.objects.filter(action="token.revoked").count() == 1


@pytest.mark.parametrize(
    "path", ["/api/", "/api/data/v1/", "/api/data/v1/documents/", "/api/data/v1/documents/7", "/api/x"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none(db: None, path: str, method: str) -> None:
    problem(getattr(Client(enforce_csrf_checks=True), method)(path), 404, "not_found")


def test_other_methods_types_and_bodies(service: Service) -> None:
    key = {"Idempotency-Key": "k"}
    post = service.client.post
    answer = service.client.delete(DOCUMENTS)
    problem(answer, 405, "method_not_allowed")
    assert set(re.split(", ", answer["Allow"])) >= {"GET", "POST"}
    problem(post(DOCUMENTS, b"x", content_type="text/plain", headers=key), 415, "unsupported_media_type")
    problem(post(DOCUMENTS, b"{", content_type="application/json", headers=key), 400, "malformed")
    problem(post(DOCUMENTS, b"\xff", content_type="application/json", headers=key), 400, "malformed")
    problem(post(DOCUMENTS, b"x", content_type="multipart/form-data", headers=key), 400, "malformed")
    problem(service.get(DOCUMENTS, Accept="text/html"), 406, "not_acceptable")
    odd: object
    for odd in ([], {}, {"filename": "x"}, {"filename": 1, "content": ""}, {"filename": "x", "content": "%"}):
        answer = post(DOCUMENTS, json.dumps(odd), content_type="application/json", headers=key)
        problem(answer, 422, "invalid")
    problem(post(DOCUMENTS, {"other": "x"}, headers=key), 422, "invalid")


def test_too_many_requests_are_told_to_wait(entity: LegalEntity, settings: pytest.FixtureRequest) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    cache.clear()
    service, other = Service(token_for(entity)), Service(token_for(entity, name="other"))
    assert [service.get(DOCUMENTS).status_code for _ in range(3)] == [200] * 3
    answer = service.get(DOCUMENTS)
    problem(answer, 429, "throttled")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert other.get(DOCUMENTS).status_code == 200


def test_without_redis_nobody_is_held_up(service: Service, settings: pytest.FixtureRequest) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere/redis.sock"}
    }
    assert service.get(DOCUMENTS).status_code == 200


def test_what_goes_wrong_inside_is_told_without_its_inside(entity: LegalEntity) -> None:
    service, document = Service(token_for(entity)), make_document(entity)
    problem(service.get(f"{DOCUMENTS}/{document.pk}/content"), 500, "document_missing")


def test_every_code_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    base = errors.CountersignError
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, base)]
    raised = {kind.code for kind in classes if kind.status < 500 and kind is not errors.Refused}
    assert raised | {code for _, code in CODES.values()} <= documented
