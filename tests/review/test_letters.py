"""Mails about documents: a rejection told, a question asked and its answer heard, reminders and their links."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from audit.models import Event
from automation.documents.models import Document
from automation.ingestion.models import Arrival, Channel
from automation.ingestion.receive import receive_mail
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.workflow.models import Run
from review import letters, queries, reminders
from review.access import grant_role
from review.models import Decision, Letter, Task
from tests.ingestion.dovecot import free_port
from tests.ingestion.mails import invoice, mail, raw
from tests.review.waiting import fresh, go_on, make_waiting, run_of

SENDER = "billing@supplier.example"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.MAIL_URL, settings.MAIL_FROM = "smtp://mail.ours.example", "invoices@ours.example"


@pytest.fixture
def channel(entity: LegalEntity) -> Channel:
    return Channel.objects.create(entity=entity, name="Mail", kind="imap", place="imap://x")


def by_mail(document: Document) -> Document:
    Document.objects.filter(pk=document.pk).update(channel="email", sender=SENDER)
    return fresh(document)


def answer_to(letter: Letter, text: str, *attachments: tuple[str, bytes]) -> bytes:
    reply = mail(*attachments, headers={"In-Reply-To": f"<letter.{letter.pk}@ours.example>"}, subject="AW: Frage")
    part = reply if not attachments else next(one for one in reply.walk() if one.get_content_type() == "text/plain")
    part.set_payload(text)
    return raw(reply)


def test_the_sender_is_told_of_a_rejection_where_the_person_says_so(
    client: Client, to_verify: Document, clerk: User
) -> None:
    document = by_mail(to_verify)
    client.force_login(clerk)
    assert f"Tell {SENDER} by e-mail" in client.get(f"/documents/{document.pk}/").content.decode()
    client.post(f"/documents/{document.pk}/reject/", {"reason": "Not ours.", "version": document.version, "tell": "1"})
    letters.send_due()
    (sent,) = outbox.outbox
    assert (sent.to, sent.from_email) == ([SENDER], "invoices@ours.example")
    assert "Not ours." in sent.body and sent.subject == "Not taken: invoice RE-2026-0117"
    letters.send_due()
    assert len(outbox.outbox) == 1
    assert Event.objects.filter(action="document.letter_sent").count() == 1


def test_a_rejection_is_told_in_the_language_that_its_reason_is_written_in(
    client: Client, to_verify: Document, clerk: User
) -> None:
    document = by_mail(to_verify)
    client.force_login(clerk)
    said = {"reason": "Nicht von uns bestellt.", "version": document.version, "tell": "1"}
    client.post(f"/documents/{document.pk}/reject/", said, headers={"Accept-Language": "de"})
    letter = Letter.objects.get()
    assert letter.subject == "Nicht angenommen: Rechnung RE-2026-0117"
    assert letter.text.startswith("Example Trading GmbH nimmt Rechnung RE-2026-0117 (invoice.pdf) nicht an:")


def test_nobody_is_told_unasked_or_without_an_address(client: Client, to_verify: Document, clerk: User) -> None:
    client.force_login(clerk)
    said = {"reason": "Not ours.", "version": to_verify.version, "tell": "1"}
    client.post(f"/documents/{to_verify.pk}/reject/", said)
    assert not Letter.objects.exists()


def test_an_answer_comes_into_the_conversation(
    client: Client, to_verify: Document, clerk: User, channel: Channel
) -> None:
    client.force_login(clerk)
    client.post(f"/documents/{to_verify.pk}/ask/", {"recipient": SENDER, "text": "Which order is this?"})
    letters.send_due()
    (sent,) = outbox.outbox
    question = Letter.objects.get()
    assert sent.extra_headers["Message-ID"] == f"<letter.{question.pk}@ours.example>"
    text = "Order 4500012.\n\nRegards\n\nOn Monday Example Trading wrote:\n> Which order is this?\n"
    kept = receive_mail(channel, answer_to(question, text), smallest_picture=0, may_answer=True)
    assert (kept.answer, Arrival.objects.filter(mail=kept).count()) == ("none", 0)
    for _ in range(2):
        letters.hear()
    answer = Letter.objects.get(kind="answer")
    assert (answer.text, answer.recipient, answer.document) == ("Order 4500012.\n\nRegards", SENDER, to_verify)
    page = client.get(f"/documents/{to_verify.pk}/").content.decode()
    assert page.index("Which order is this?") < page.index("Order 4500012.")


def test_files_of_an_answer_are_taken_in_as_always_and_stand_beside_it(
    client: Client, to_verify: Document, clerk: User, channel: Channel
) -> None:
    question = letters.write(Letter.Kind.QUESTION, to_verify, SENDER, "?", "?", clerk)
    kept = receive_mail(channel, answer_to(question, "Here.", ("a.pdf", invoice(1))), smallest_picture=0)
    assert kept.arrivals.get().outcome == "accepted"
    letters.hear()
    assert Letter.objects.filter(kind="answer", document=to_verify).count() == 1
    client.force_login(clerk)
    came = kept.arrivals.get().document_id
    assert f'href="/documents/{came}/">a.pdf' in client.get(f"/documents/{to_verify.pk}/").content.decode()


def test_an_answer_from_another_company_s_mailbox_is_not_threaded(to_verify: Document, clerk: User) -> None:
    elsewhere = LegalEntity.objects.create(name="Another Company SARL", country="FR")
    other = Channel.objects.create(entity=elsewhere, name="Other", kind="imap", place="imap://y")
    question = letters.write(Letter.Kind.QUESTION, to_verify, SENDER, "?", "?", clerk)
    receive_mail(other, answer_to(question, "Paid?"), smallest_picture=0)
    letters.hear()
    assert not Letter.objects.filter(kind="answer").exists()


@pytest.mark.parametrize(
    ("recipient", "text"), [("nobody", "?"), (SENDER, " "), ("a@b.example\nBcc: c@d.example", "?")]
)
def test_what_cannot_be_sent_is_refused(
    client: Client, to_verify: Document, clerk: User, recipient: str, text: str
) -> None:
    client.force_login(clerk)
    answer = client.post(f"/documents/{to_verify.pk}/ask/", {"recipient": recipient, "text": text})
    assert answer.status_code == 422
    assert not Letter.objects.exists()


def test_who_only_looks_asks_nobody(client: Client, to_verify: Document, auditor: User) -> None:
    client.force_login(auditor)
    assert client.post(f"/documents/{to_verify.pk}/ask/", {"recipient": SENDER, "text": "?"}).status_code == 403


class Server:
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
def smtp(settings: Any) -> Iterator[Server]:
    kept = Server()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.MAIL_URL = f"smtp://127.0.0.1:{server.port}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield kept
    server.stop()


def test_over_a_real_server_and_what_it_refuses_is_kept_as_such(to_verify: Document, clerk: User, smtp: Server) -> None:
    letters.write(Letter.Kind.QUESTION, to_verify, SENDER, "Frage zu Müller", "Größe?", clerk)
    letters.send_due()
    assert (smtp.mails[0]["Subject"], smtp.mails[0].get_content().strip()) == ("Frage zu Müller", "Größe?")
    smtp.refuses = True
    refused = letters.write(Letter.Kind.QUESTION, to_verify, SENDER, "Again", "Again?", clerk)
    letters.send_due()
    refused.refresh_from_db()
    assert refused.sent_at is None and "Not from here" in refused.problem
    assert [letter.problem != "" for letter in queries.document_view(clerk, to_verify.pk).letters].count(True) == 1


def test_a_server_that_is_away_is_asked_again(to_verify: Document, clerk: User, settings: Any) -> None:
    settings.MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    letters.write(Letter.Kind.QUESTION, to_verify, SENDER, "?", "?", clerk)
    letters.send_due()
    waiting = Letter.objects.get()
    assert (waiting.sent_at, waiting.problem) == (None, "")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    letters.send_due()
    assert len(outbox.outbox) == 1


# --- reminders -------------------------------------------------------------------------------------------------------


def overdue(entity: LegalEntity, *, by_link: bool = False) -> Document:
    publish({**FIRST, "name": "Links", "approve_by_link": by_link}, acting_user=None)
    document = make_waiting(entity, route="approve")
    past = timezone.now() - timedelta(minutes=1)
    Task.objects.filter(document=document).update(due_at=past, opened_at=past - timedelta(days=9))
    Run.objects.filter(pk=run_of(document).pk).update(due_at="2000-01-01T00:00Z")
    return go_on(document)


def path_in(text: str) -> str:
    return re.search(r"/approve/\S+", text)[0]  # type: ignore[index]


def test_the_link_of_a_reminder_asks_to_sign_in(
    client: Client, entity: LegalEntity, approver: User, clerk: User
) -> None:
    document = overdue(entity)
    (letter,) = Letter.objects.filter(kind="reminder")
    assert letter.recipient == approver.email
    path = path_in(letter.text)
    assert client.get(path).headers["Location"].startswith("/sign-in/?next=/approve/")
    client.force_login(clerk)
    assert client.get(path).status_code == 403
    client.force_login(approver)
    assert client.get(path).headers["Location"] == f"/documents/{document.pk}/"
    assert not Decision.objects.exists()


def test_a_link_approves_where_the_policy_lets_it_and_once(client: Client, entity: LegalEntity, approver: User) -> None:
    document = overdue(entity, by_link=True)
    path = path_in(Letter.objects.get(kind="reminder").text)
    page = client.get(path).content.decode()
    assert "You approve as amir" in page
    assert not Decision.objects.exists()
    assert client.post(path, {"version": "1"}).status_code == 409
    assert "Approved." in client.post(path, {"version": fresh(document).version}).content.decode()
    decision = Decision.objects.get()
    assert (decision.by, decision.document) == (approver, document)
    event = Event.objects.get(action="document.approved")
    assert event.because["by"] == "link"  # type: ignore[index, call-overload]
    assert client.post(path, {"version": fresh(document).version}).status_code == 409


def test_links_that_are_forged_or_old_lead_nowhere(
    client: Client, entity: LegalEntity, approver: User, settings: Any
) -> None:
    overdue(entity, by_link=True)
    path = path_in(Letter.objects.get(kind="reminder").text)
    assert client.get(path[:-4] + "abc/").status_code == 404
    settings.APPROVE_LINK_HOURS = 0
    assert client.get(path).status_code == 404


def test_who_may_not_approve_it_is_not_reminded(entity: LegalEntity, approver: User, auditor: User) -> None:
    touched = User.objects.create_user("tina", "tina@example.com", "correct horse battery")
    grant_role(touched, "approver", entity, acting_user=None)
    document = make_waiting(entity, route="approve")
    Document.objects.filter(pk=document.pk).update(uploaded_by=touched)
    reminders.write_for(Task.objects.get(document=document), "It waits")
    assert [letter.recipient for letter in Letter.objects.all()] == [approver.email]


def test_once_a_day_overdue_work_is_told(entity: LegalEntity, approver: User, clerk: User) -> None:
    document = make_waiting(entity, route="approve")
    Task.objects.filter(document=document).update(urgency="2020-01-01")
    reminders.write_daily()
    (letter,) = Letter.objects.all()
    assert (letter.recipient, letter.document) == (approver.email, None)
    assert "/start/" in letter.text
