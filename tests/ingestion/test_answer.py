"""Senders are told what was refused where a channel says so, and only people, and only once."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from audit.models import Event
from audit.personal import opened
from automation.ingestion.answer import answer_due
from automation.ingestion.models import Channel, Mail
from automation.ingestion.receive import receive_mail
from automation.ledger.models import LegalEntity
from tests.ingestion.dovecot import free_port
from tests.ingestion.mails import invoice, mail, raw


class Outbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "554 5.7.1 Not from here"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def outbox(settings: pytest.FixtureRequest) -> Iterator[Outbox]:
    kept = Outbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.MAIL_URL = f"smtp://127.0.0.1:{server.port}"  # type: ignore[attr-defined]
    settings.MAIL_FROM = "invoices@ours.example"  # type: ignore[attr-defined]
    yield kept
    server.stop()


@pytest.fixture
def channel(entity: LegalEntity) -> Channel:
    return Channel.objects.create(entity=entity, name="Mail", kind="imap", place="imap://x")


def arrive(channel: Channel, message: EmailMessage, *, may_answer: bool = True) -> Mail:
    return receive_mail(channel, raw(message), smallest_picture=0, may_answer=may_answer)


def test_the_sender_learns_what_was_refused_once(channel: Channel, outbox: Outbox) -> None:
    kept = arrive(channel, mail(("a.pdf", invoice(1)), ("b.pdf", b"MZ"), subject="Rechnung für März"))
    for _ in range(2):
        answer_due(channel)
    (answer,) = outbox.mails
    assert (answer["To"], answer["Auto-Submitted"]) == ("billing@supplier.example", "auto-replied")
    assert answer["Subject"] == "Not taken: Rechnung für März" and answer["In-Reply-To"] == kept.message_id
    text = answer.get_content()
    assert "b.pdf: This kind of file cannot be read. It is a Windows program." in text
    assert "Everything else in it (1) was taken." in text
    kept.refresh_from_db()
    assert kept.answer == "sent" and Event.objects.filter(action="mail.answered").count() == 1


def test_nobody_is_told_who_need_not_or_must_not_be(channel: Channel, outbox: Outbox) -> None:
    arrive(channel, mail(("a.pdf", invoice(1)), subject="All good"))
    arrive(channel, mail(("b.pdf", b"MZ"), subject="Not allowed"), may_answer=False)
    arrive(channel, mail(("c.pdf", b"MZ"), subject="A machine", headers={"Auto-Submitted": "auto-replied"}))
    arrive(channel, mail(("d.pdf", b"MZ"), subject="A list", headers={"List-Id": "<all.example>"}))
    answer_due(channel)
    assert outbox.mails == []


def test_a_server_that_is_away_is_asked_again_and_a_refusal_is_final(
    channel: Channel, outbox: Outbox, settings: pytest.FixtureRequest
) -> None:
    kept = arrive(channel, mail(("a.pdf", b"MZ")))
    there = settings.MAIL_URL  # type: ignore[attr-defined]
    settings.MAIL_URL = "smtp://127.0.0.1:9"  # type: ignore[attr-defined]
    answer_due(channel)
    kept.refresh_from_db()
    assert kept.answer == "due"
    settings.MAIL_URL, outbox.refuses = there, True  # type: ignore[attr-defined]
    answer_due(channel)
    kept.refresh_from_db()
    assert kept.answer == "failed"
    (event,) = opened(Event.objects.filter(action="mail.answer_failed"))
    assert "Not from here" in str(event.because)


def test_an_answer_cannot_be_made_to_carry_other_headers(channel: Channel, outbox: Outbox) -> None:
    sent = raw(mail(("x.pdf", b"MZ"))).replace(b"Subject: Invoice", b"Subject: =?utf-8?b?SGkNCkJjYzogYUBiLmM=?=")
    receive_mail(channel, sent.replace(b"x.pdf", b"x\x0bBcc: y.pdf"), smallest_picture=0, may_answer=True)
    answer_due(channel)
    (answer,) = outbox.mails
    assert answer["Bcc"] is None and answer["Subject"] == "Not taken: Hi Bcc: a@b.c"
