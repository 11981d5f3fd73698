"""An AMQP queue (RabbitMQ and others) through kombu: a letter is acknowledged once the door has committed.

Refused letters are published to `<queue>.dead`, with the reason as a header, before they are acknowledged. A letter
with a message_id is taken once; the repeat of one without, after a crash, is put on record as a duplicate.
"""

import contextlib
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import kombu
from amqp.exceptions import AccessRefused, AMQPError
from kombu.exceptions import KombuError

from automation.errors import PermanentFailure, TemporaryFailure
from automation.ingestion.channels.base import Kind, Left, Polled, Visit, setting
from automation.ingestion.channels.letters import hand_in

AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AmqpSettings(Polled):
    """One queue, which is declared durable where it is not there yet."""

    host: str = setting("Server")
    port: int = setting("Port", 5671, least=1, most=65535)
    security: Literal["tls", "none"] = setting("Encryption", "tls")
    user: str = setting("User")
    virtual_host: str = setting("Virtual host", "/")
    queue: str = setting("Queue")


def place(chosen: AmqpSettings) -> str:
    return f"amqp://{chosen.user}@{chosen.host}:{chosen.port}/{chosen.virtual_host.strip('/')}/{chosen.queue}"


def fetch(visit: Visit) -> Left:
    chosen: AmqpSettings = visit.settings
    with _connection(visit) as connection, connection.channel() as channel:
        letters, dead = _declared(chosen.queue, channel), _declared(f"{chosen.queue}.dead", channel)
        taken = 0
        while taken < AT_ONCE and not visit.enough():
            letter = letters.get(no_ack=False)
            if letter is None:
                break
            if refused := _take(visit, letter):
                _bury(connection, dead, letter, refused)
            letter.ack()
            taken += 1
        waiting, dead_letters = _count(letters), _count(dead)
    return Left(waiting, dead_letters, soon=taken == AT_ONCE)


def wait(visit: Visit, seconds: float) -> bool:
    """Until the queue is not empty, looked for each second on one connection."""
    try:
        with _connection(visit) as connection, connection.channel() as channel:
            letters = _declared(visit.settings.queue, channel)
            for _ in range(int(seconds)):
                if visit.enough():
                    return False
                if _count(letters):
                    return True
                with contextlib.suppress(queue.Empty, TimeoutError):
                    connection.drain_events(timeout=1)
    except (TemporaryFailure, PermanentFailure):
        return False
    return False


def _take(visit: Visit, letter: Any) -> str:
    body = letter.body if isinstance(letter.body, bytes) else str(letter.body).encode()
    filename = str((letter.headers or {}).get("filename", ""))
    return hand_in(visit, body, filename=filename, key=str(letter.properties.get("message_id") or ""))


def _bury(connection: "kombu.Connection", dead: "kombu.Queue", letter: Any, why: str) -> None:
    with connection.Producer() as producer:
        producer.publish(
            letter.body,
            routing_key=dead.name,
            headers={**(letter.headers or {}), "reason": why[:2000]},
            content_type=letter.content_type or "application/octet-stream",
            content_encoding=letter.content_encoding or "binary",
            delivery_mode=2,
            confirm=True,
        )


def _declared(name: str, channel: Any) -> "kombu.Queue":
    declared = kombu.Queue(name, durable=True, channel=channel)
    declared.declare()
    return declared


def _count(declared: "kombu.Queue") -> int:
    answer: Any = declared.queue_declare(passive=True)
    return int(answer.message_count)


@contextlib.contextmanager
def _connection(visit: Visit) -> Iterator["kombu.Connection"]:
    chosen: AmqpSettings = visit.settings
    connection = kombu.Connection(
        transport="pyamqp",
        hostname=chosen.host,
        port=chosen.port,
        userid=chosen.user,
        password=visit.secret,
        virtual_host=chosen.virtual_host,
        ssl=chosen.security == "tls",
        connect_timeout=10,
        heartbeat=30,
        transport_options={"confirm_publish": True, "read_timeout": 30, "write_timeout": 30},
    )
    try:
        yield connection
    except AccessRefused as error:
        raise PermanentFailure(f"The server refuses us: {error}", code="sign_in_refused") from error
    except (AMQPError, KombuError, OSError) as error:
        raise TemporaryFailure(f"The queue cannot be read: {error}", code="queue_unreachable") from error
    finally:
        with contextlib.suppress(AMQPError, KombuError, OSError):
            connection.release()


KIND = Kind("Message queue (AMQP)", AmqpSettings, place, fetch, wait, "Password")
