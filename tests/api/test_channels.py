"""Channels over the control API: set up, changed and removed by whom the token lets; secrets go in and never out."""

import json
import uuid
from typing import Any

import pytest

from automation.ingestion.configure import secret_of
from automation.ingestion.models import Channel
from automation.ledger.models import LegalEntity
from tests.api.conftest import Service, problem, token_for

CHANNELS = "/api/control/v1/channels"
MAILBOX = {
    "name": "Mailbox",
    "kind": "imap",
    "settings": {"host": "mail.ours.example", "user": "invoices"},
    "secret": "tell nobody",
}


def post(service: Service, path: str, body: object = None, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return service.client.post(path, json.dumps(body or {}), content_type="application/json", headers=headers)


def patch(service: Service, path: str, body: object, version: int) -> Any:
    headers = {"If-Match": f'"{version}"'}
    return service.client.patch(path, json.dumps(body), content_type="application/json", headers=headers)


def test_a_channel_is_set_up_changed_and_removed(service: Service, entity: LegalEntity) -> None:
    made = post(service, CHANNELS, MAILBOX, key="k")
    assert made.status_code == 201 and "tell nobody" not in made.content.decode()
    assert post(service, CHANNELS, MAILBOX, key="k").json() == made.json()
    channel = Channel.objects.get()
    assert secret_of(channel) == "tell nobody"
    address = f"{CHANNELS}/{channel.pk}"
    seen = service.get(address)
    assert seen.json() == made.json() == service.get(CHANNELS).json()["items"][0]
    assert seen["ETag"] == '"1"' and seen.json()["has_secret"] is True
    assert patch(service, address, {"enabled": False}, 1).json()["version"] == 2
    problem(patch(service, address, {"enabled": True}, 1), 409, "stale")
    problem(post(service, f"{address}/fetch"), 409, "conflict")
    assert patch(service, address, {"enabled": True, "secret": "env:CHANNEL_SECRET_MAIL"}, 2).status_code == 200
    assert post(service, f"{address}/fetch").status_code == 200
    assert service.client.delete(address).status_code == 204
    problem(service.get(address), 404, "not_found")


def test_a_secret_may_lie_in_the_environment(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("CHANNEL_SECRET_MAIL_FILE", str(tmp_path / "secret"))
    post(service, CHANNELS, {**MAILBOX, "secret": "env:CHANNEL_SECRET_MAIL"})
    assert secret_of(Channel.objects.get()) == "from a file"
    problem(post(service, CHANNELS, {**MAILBOX, "name": "B", "secret": "env:SECRET_KEY"}), 422, "invalid")


def test_a_secret_is_not_sent_elsewhere(service: Service) -> None:
    address = f"{CHANNELS}/{post(service, CHANNELS, MAILBOX).json()['id']}"
    elsewhere = {"host": "evil.example", "user": "invoices"}
    problem(patch(service, address, {"settings": elsewhere}, 1), 422, "invalid")
    assert patch(service, address, {"settings": elsewhere, "secret": "another"}, 1).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pigeon"},
        {"kind": ""},
        {"settings": {}},
        {"settings": {"host": 7, "user": "x"}},
        {"settings": {**MAILBOX["settings"], "port": 0}},  # type: ignore[dict-item]
        {"settings": {**MAILBOX["settings"], "colour": "red"}},  # type: ignore[dict-item]
        {"settings": {**MAILBOX["settings"], "security": "none"}},  # type: ignore[dict-item]
        {"name": ""},
        {"name": 7},
        {"enabled": "yes"},
        {"more": 1},
        {"settings": "host"},
        {"name": "a\0b"},
    ],
)
def test_what_makes_no_sense_is_refused(service: Service, wrong: dict[str, object]) -> None:
    assert post(service, CHANNELS, {**MAILBOX, **wrong}).status_code == 422
    assert not Channel.objects.exists()


def test_a_place_has_one_channel(service: Service) -> None:
    post(service, CHANNELS, MAILBOX)
    problem(post(service, CHANNELS, {**MAILBOX, "name": "The same again"}), 422, "channel_exists")


def test_channels_and_folders_of_other_entities_are_out_of_reach(service: Service, entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Example Services SAS")
    theirs = Channel.objects.create(entity=other, name="Theirs", kind="smtp", place="smtp:x@y.example")
    problem(service.get(f"{CHANNELS}/{theirs.pk}"), 404, "not_found")
    assert service.get(CHANNELS).json() == {"items": []}
    problem(post(service, CHANNELS, {**MAILBOX, "entity": other.name}), 403, "entity_not_allowed")
    folder = {"name": "Scans", "kind": "folder", "settings": {"folder": "scans", "entities": {"FR": other.name}}}
    problem(post(service, CHANNELS, folder), 422, "invalid")
    reader = Service(token_for(entity, name="reader", scopes=("channels:read",)))
    problem(post(reader, CHANNELS, MAILBOX), 403, "scope_missing")
