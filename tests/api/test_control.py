"""The control API: runs seen and operated, each once, by whom the token lets."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from audit.queries import trail
from automation.breakers import DOWNSTREAMS
from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState
from automation.wsgi import application
from tests.api.conftest import Service, problem, token_for
from tests.api.test_schema import HELD, within_the_test
from tests.review.waiting import fresh, make_waiting, run_of

RUNS = "/api/control/v1/runs"
__all__ = ["within_the_test"]


@pytest.fixture
def waiting(entity: LegalEntity) -> Document:
    return make_waiting(entity)


def act(service: Service, run: Run, action: str, *, key: str = "", **given: object) -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    body = json.dumps({"action": action, **given})
    return service.client.post(f"{RUNS}/{run.pk}/actions", body, content_type="application/json", headers=headers)


def test_runs_are_listed_found_and_followed(service: Service, waiting: Document) -> None:
    run = run_of(waiting)
    (item,) = service.get(f"{RUNS}?state=waiting&q=nordwind").json()["items"]
    assert item == service.get(f"{RUNS}/{run.pk}").json()
    assert (item["document"], item["step"], item["waits_for"]) == (str(waiting.pk), "verify", "verify")
    timeline = service.get(f"{RUNS}/{run.pk}/timeline").json()
    assert [(step["name"], step["state"]) for step in timeline["steps"]] == [
        ("verify", "waiting"),
        ("approve", "to come"),
    ]
    assert service.get(f"{RUNS}?state=failed").json() == {"items": [], "next_cursor": None}
    problem(service.get(f"{RUNS}?state=asleep"), 422, "invalid")
    problem(service.get(f"{RUNS}?cursor=nowhere"), 422, "invalid")
    problem(service.get(f"{RUNS}?limit=0"), 422, "invalid")


def test_the_list_goes_on_with_its_cursor(service: Service, entity: LegalEntity) -> None:
    made = [str(run_of(make_waiting(entity)).pk) for _ in range(3)][::-1]
    first = service.get(f"{RUNS}?limit=2").json()
    rest = service.get(f"{RUNS}?limit=2&cursor={first['next_cursor']}").json()
    assert [item["id"] for item in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


def test_runs_of_other_entities_do_not_exist(service: Service) -> None:
    elsewhere = run_of(make_waiting(LegalEntity.objects.create(name="Another Company SARL", country="FR")))
    assert service.get(RUNS).json()["items"] == []
    problem(service.get(f"{RUNS}/{elsewhere.pk}"), 404, "not_found")
    problem(service.get(f"{RUNS}/{elsewhere.pk}/timeline"), 404, "not_found")
    problem(act(service, elsewhere, "cancel", because="no"), 404, "not_found")


def test_reading_and_operating_are_scopes_of_their_own(entity: LegalEntity, waiting: Document) -> None:
    reader = Service(token_for(entity, name="reader", scopes=("runs:read", "documents:write")))
    operator = Service(token_for(entity, name="operator", scopes=("runs:operate",)))
    problem(act(reader, run_of(waiting), "cancel", because="no"), 403, "scope_missing")
    problem(operator.get(RUNS), 403, "scope_missing")
    assert act(operator, run_of(waiting), "pause").status_code == 200


def test_actions_do_what_they_say_and_are_on_record(service: Service, waiting: Document) -> None:
    run = run_of(waiting)
    assert act(service, run, "pause", because="a moment").json()["paused"] is True
    problem(act(service, run, "pause"), 409, "conflict")
    assert act(service, run, "resume").json()["paused"] is False
    problem(act(service, run, "skip", because="in a hurry"), 409, "conflict")
    cancelled = act(service, run, "cancel", because="not ours").json()
    assert (cancelled["state"], cancelled["error"]["message"]) == ("cancelled", "not ours")
    assert fresh(waiting).state == State.FAILED
    event = trail(f"run:{run.pk}")[0]
    assert (event.action, event.actor, event.because) == ("run.cancelled", "service:erp", "not ours")


def test_the_same_request_again_gets_the_same_answer(service: Service, waiting: Document) -> None:
    run = run_of(waiting)
    first = act(service, run, "pause", key="k-1")
    again = act(service, run, "pause", key="k-1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert [event.action for event in trail(f"run:{run.pk}")] == ["run.paused"]
    problem(act(service, run, "resume", key="k-1"), 422, "idempotency_key_reused")
    unkeyed = service.client.post(f"{RUNS}/{run.pk}/actions", "{}", content_type="application/json")
    problem(unkeyed, 400, "idempotency_key_missing")


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "explode"},
        {"action": "pause", "because": 7},
        {"action": "pause", "because": "a\0b"},
        {"action": "pause", "from_step": "verify"},
        {"action": "pause", "now": "yes"},
        {"action": "cancel"},
        {"action": "cancel", "because": " "},
        {"action": "retry", "from_step": ""},
    ],
)
def test_what_makes_no_sense_is_refused(service: Service, waiting: Document, asked: dict[str, object]) -> None:
    run = run_of(waiting)
    answer = act(service, run, **asked)  # type: ignore[arg-type]
    assert (answer.status_code, run_of(waiting).state) == (422, RunState.WAITING)


def test_a_failed_run_is_retried_from_a_step_that_exists(service: Service, waiting: Document) -> None:
    run = run_of(waiting)
    Run.objects.filter(pk=run.pk).update(state="failed", due_at=None, awaited_signal=None, finished_at=run.created_at)
    Document.objects.filter(pk=waiting.pk).update(state=State.FAILED, problem={"code": "test", "message": "test"})
    problem(act(service, run, "retry", from_step="dance"), 422, "unknown_step")
    assert act(service, run, "retry", from_step="verify", because="again").json()["state"] == "ready"
    assert fresh(waiting).state == State.TO_VERIFY


def test_queues_are_counted(service: Service, waiting: Document) -> None:
    items = service.get("/api/control/v1/queues").json()["items"]
    assert (items[0]["name"], items[0]["waiting"]) == ("default", 1)


def test_downstreams_are_shown(service: Service) -> None:
    items = {item["name"]: item for item in service.get("/api/control/v1/downstreams").json()["items"]}
    assert items["ocr"]["state"] == "closed"
    assert set(DOWNSTREAMS) <= set(items)


@pytest.fixture
def described(entity: LegalEntity, within_the_test: None, settings: Any) -> Any:
    settings.ALLOWED_HOSTS = ["*"]
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    return schemathesis.openapi.from_wsgi("/api/control/v1/openapi.json", application)


@pytest.fixture
def token(entity: LegalEntity) -> Iterator[str]:
    yield token_for(entity)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_api_does_what_it_says(case: Any, token: str, waiting: Document) -> None:
    if "run_id" in (case.path_parameters or {}):
        case.path_parameters["run_id"] = str(waiting.run_id)
    case.call_and_validate(checks=HELD, headers={"Authorization": f"Bearer {token}"})


def test_every_operation_is_described(described: Any) -> None:
    found = [operation.ok() for operation in described.get_all_operations()]
    assert {f"{operation.method.upper()} {operation.path}" for operation in found} == {
        f"GET {RUNS}",
        f"GET {RUNS}/{{run_id}}",
        f"GET {RUNS}/{{run_id}}/timeline",
        f"POST {RUNS}/{{run_id}}/actions",
        "GET /api/control/v1/queues",
        "GET /api/control/v1/downstreams",
        "GET /api/control/v1/log/consistency",
        "GET /api/control/v1/log/heads",
        "GET /api/control/v1/channels",
        "POST /api/control/v1/channels",
        "GET /api/control/v1/channels/{channel_id}",
        "PATCH /api/control/v1/channels/{channel_id}",
        "DELETE /api/control/v1/channels/{channel_id}",
        "POST /api/control/v1/channels/{channel_id}/fetch",
    }
