"""Intake: what came in is shown, refused files are tried again, the sum finds what is missing; channels are set up."""

import html
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.models import Event
from automation.documents.models import Document, State
from automation.errors import Refused
from automation.ingestion import intake
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival, Channel, Mail
from automation.ingestion.receive import receive_mail
from automation.ingestion.retry import drop_old_bytes
from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.views.intake import chart
from tests.ingestion.mails import invoice, mail, raw


@pytest.fixture
def operator(entity: LegalEntity) -> User:
    person = User.objects.create_user("olga", "olga@example.com", "correct horse battery")
    grant_role(person, "operator", entity, acting_user=None)
    return person


def enter(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(entity: LegalEntity, data: bytes, name: str = "a.pdf", person: User | None = None) -> None:
    try:
        accept(IncomingFile(entity, name, data, "upload", uploaded_by=person), wake=False)
    except Refused:
        return


@pytest.fixture
def channel(entity: LegalEntity) -> Channel:
    return Channel.objects.create(entity=entity, name="Invoices by mail", kind="smtp", place="smtp:i@ours.example")


def test_the_page_shows_arrivals_refusals_duplicates_and_channels(
    entity: LegalEntity, clerk: User, channel: Channel
) -> None:
    data = invoice(1)
    for name in ("first.pdf", "again.pdf"):
        upload(entity, data, name)
    receive_mail(channel, raw(mail(("<i>bad.pdf", b"MZ"), subject="Rechnung")), smallest_picture=0)
    page = html.unescape(enter(clerk).get("/intake/").content.decode())
    for said in (
        "<i>bad.pdf",
        "Windows program",
        ">Rechnung</a>",
        "again.pdf",
        "Invoices by mail",
        "E-mail (our own server)",
    ):
        assert said in page
    assert "<i>bad" not in enter(clerk).get("/intake/").content.decode()


def test_people_see_their_entities_only(entity: LegalEntity, clerk: User, outsider: User) -> None:
    upload(LegalEntity.objects.create(name="Example Services SAS"), b"MZ", "theirs.pdf")
    assert "theirs.pdf" not in enter(clerk).get("/intake/").content.decode()
    refused = Arrival.objects.get()
    assert enter(clerk).post(f"/intake/arrivals/{refused.pk}/retry/").status_code == 404
    assert enter(outsider).get("/intake/").status_code == 403


def test_a_refused_file_can_be_tried_again(
    entity: LegalEntity, clerk: User, approver: User, settings: pytest.FixtureRequest
) -> None:
    settings.DOCUMENT_MAX_BYTES = 10_000  # type: ignore[attr-defined]
    data = b"MZ a program"
    upload(entity, data, "later.pdf")
    refused = Arrival.objects.get()
    address = f"/intake/arrivals/{refused.pk}/retry/"
    assert enter(approver).post(address).status_code == 403
    assert "refused again" in enter(clerk).post(address, follow=True).content.decode()
    assert Arrival.objects.filter(retry_of=refused, by=clerk, outcome="refused").count() == 1
    assert Event.objects.get(action="arrival.retried").actor == "user:carla"


def test_a_mail_that_took_too_long_is_taken_apart_on_the_second_try(
    channel: Channel, clerk: User, settings: Any
) -> None:
    sent = raw(mail(("a.pdf", invoice(1)), ("b.pdf", invoice(2)), subject="Two"))
    usual = settings.DOCUMENT_PARSE_SECONDS
    settings.DOCUMENT_PARSE_SECONDS = 0.0001
    receive_mail(channel, sent, smallest_picture=0)
    settings.DOCUMENT_PARSE_SECONDS = usual
    refused = Arrival.objects.get()
    assert refused.code == "mail_damaged" and "seconds" in refused.message
    page = enter(clerk).post(f"/intake/arrivals/{refused.pk}/retry/", follow=True).content.decode()
    assert "a.pdf is taken in" in page and "b.pdf is taken in" in page
    assert Document.objects.count() == 2
    assert not intake.refusals([channel.entity_id]).exists()


def test_refused_bytes_are_dropped_after_their_time(entity: LegalEntity, clerk: User) -> None:
    upload(entity, b"MZ a program")
    refused = Arrival.objects.get()
    assert drop_old_bytes(days=30) == 0
    Arrival.objects.update(at=datetime.now(UTC) - timedelta(days=31))
    assert drop_old_bytes(days=30) == 1
    assert Event.objects.filter(action="arrival.bytes_dropped", subject=f"arrival:{refused.pk}").exists()
    page = enter(clerk).post(f"/intake/arrivals/{refused.pk}/retry/", follow=True).content.decode()
    assert "are not kept" in page


def test_the_sum_is_whole_and_shows_what_is_missing(entity: LegalEntity, channel: Channel) -> None:
    data = invoice("x")
    for number, state in enumerate((State.POSTED, State.REJECTED, State.TO_VERIFY)):
        upload(entity, invoice(number))
        Document.objects.filter(state=State.RECEIVED).update(state=state, problem={"code": "x", "message": "x"})
    upload(entity, b"MZ")
    files = (("a.pdf", data), ("b.pdf", data), ("c.txt", b"hello"))
    sent = raw(mail(*files))
    receive_mail(channel, sent, smallest_picture=0)
    receive_mail(channel, b"Received: again\r\n" + sent, smallest_picture=0)
    by_mail, by_upload = intake.completeness([entity.pk], days=2)
    assert (by_upload.received, by_upload.posted, by_upload.rejected, by_upload.in_work, by_upload.refused) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert (by_mail.received, by_mail.in_work, by_mail.refused, by_mail.duplicate, by_mail.missing) == (3, 1, 1, 1, 0)
    Mail.objects.filter(known=0).update(files=5)  # as if two attachments had been lost on the way to the door
    assert intake.completeness([entity.pk], days=2)[0].missing == 2


def test_bars_of_the_chart_are_as_high_as_the_counts() -> None:
    hours = [datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in range(3)]
    drawn = chart({hours[0]: Counter(mail=10, upload=5), hours[1]: Counter(), hours[2]: Counter(mail=20)})
    assert drawn.total == 35 and drawn.channels == [(0, "mail", 30), (1, "upload", 5)]
    low, on_top, full = drawn.bars
    assert full.height == 2 * low.height == 4 * on_top.height
    assert on_top.y + on_top.height == pytest.approx(low.y)
    assert full.y >= 0
    empty = chart({hour: Counter[str]() for hour in hours})
    assert empty.bars == [] and [value for _, value in empty.scale] == [0, 1, 2]
    many = chart({hours[0]: Counter({f"channel {n}": 1 for n in range(9)})})
    assert {bar.series for bar in many.bars} == set(range(6))


def test_an_operator_sets_up_changes_and_removes_a_channel(entity: LegalEntity, operator: User, clerk: User) -> None:
    client = enter(operator)
    assert enter(clerk).get("/intake/channels/new/").status_code == 403
    assert "Watched folder" in client.get("/intake/channels/new/").content.decode()
    page = client.get("/intake/channels/new/?kind=imap").content.decode()
    assert "set-host" in page and "Password" in page
    typed = {
        "name": "Mailbox", "entity": str(entity.pk), "enabled": "on", "secret": "tell nobody",
        "host": "mail.ours.example", "port": "993", "security": "tls", "user": "invoices", "folder": "INBOX",
        "authentication": "password", "afterwards": "move", "taken_folder": "Taken", "refused_folder": "Refused",
        "smallest_picture": "20000", "every": "60",
    }  # fmt: skip
    wrong = client.post("/intake/channels/new/?kind=imap", {**typed, "security": "none"})
    assert wrong.status_code == 422 and "this machine only" in wrong.content.decode()
    assert "mail.ours.example" in wrong.content.decode() and "tell nobody" not in wrong.content.decode()
    assert client.post("/intake/channels/new/?kind=imap", typed).status_code == 302
    made = Channel.objects.get()
    assert made.place == "imap://invoices@mail.ours.example:993/INBOX" and b"tell nobody" not in bytes(
        made.secret or b""
    )
    address = f"/intake/channels/{made.pk}/"
    elsewhere = client.post(address, {**typed, "version": "1", "secret": "", "host": "evil.example"})
    assert elsewhere.status_code == 422 and "Give the secret again" in elsewhere.content.decode()
    assert client.post(address, {**typed, "version": "1", "secret": "", "folder": "Invoices"}).status_code == 302
    stale = client.post(address, {**typed, "version": "1"})
    assert stale.status_code == 409 and "Somebody else" in stale.content.decode()
    assert client.post(f"{address}fetch/").status_code == client.post(f"{address}remove/").status_code == 302
    assert not Channel.objects.exists()
    assert enter(clerk).post(address).status_code == 403
    said = Event.objects.filter(subject=f"channel:{made.pk}").order_by("id")
    assert [one.action.partition(".")[2] for one in said] == ["created", "changed", "fetch_requested", "removed"]
    assert "tell nobody" not in str(list(said.values("before", "after")))


def test_a_channel_that_files_came_through_stays(channel: Channel, operator: User) -> None:
    receive_mail(channel, raw(mail(("a.pdf", invoice(1)))), smallest_picture=0)
    answer = enter(operator).post(f"/intake/channels/{channel.pk}/remove/")
    assert answer.status_code == 409 and "Switch it off" in answer.content.decode()
    assert enter(operator).get(f"/intake/channels/{uuid.uuid4()}/").status_code == 404


def test_a_mail_is_shown_as_text_with_what_became_of_its_files(channel: Channel, clerk: User, outsider: User) -> None:
    message = mail(subject="Rechnung <b>November</b>")
    message.set_content(
        "<html><style>p{}</style><p>Dear&nbsp;all,</p><script>alert(1)</script>see below", subtype="html"
    )
    for name, data in (("a.pdf", invoice(1)), ("b.pdf", b"MZ")):
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    told = {"dkim": "pass", "spf": "temperror", "by": "countersign"}
    kept = receive_mail(channel, raw(message), authenticity=told, smallest_picture=0)
    page = enter(clerk).get(f"/intake/mails/{kept.pk}/").content.decode()
    for said in (
        "Dear\xa0all,",
        "see below",
        "a.pdf",
        "Windows program",
        "SPF temperror, DKIM pass (told by countersign)",
    ):
        assert said in page
    assert "alert(1)" not in page and "<b>November" not in page
    assert enter(outsider).get(f"/intake/mails/{kept.pk}/").status_code == 403
    stranger = User.objects.create_user("sven", "sven@example.com", "correct horse battery")
    grant_role(stranger, "clerk", LegalEntity.objects.create(name="Example Services SAS"), acting_user=None)
    assert enter(stranger).get(f"/intake/mails/{kept.pk}/").status_code == 404


def test_a_channel_that_was_told_to_wait_is_not_called_failing(channel: Channel, operator: User) -> None:
    channel.error = {"code": "busy", "message": "Enough waits already.", "at": "2026-11-23T03:00:00+00:00"}
    channel.save()
    shown = enter(operator).get("/intake/").content.decode()
    assert "Failing" not in shown and "Enough waits already." in shown
    channel.error = {**channel.error, "code": "channel_unreachable"}
    channel.save()
    assert "Failing" in enter(operator).get("/intake/").content.decode()
