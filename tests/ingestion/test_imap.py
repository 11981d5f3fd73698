"""E-mail against a real Dovecot: every attachment once, none lost, however often the connection breaks."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.utils import timezone

from automation.documents import storage
from automation.documents.models import Document
from automation.errors import Invalid
from automation.ingestion.configure import change_channel, create_channel
from automation.ingestion.fetch import fetch_channel
from automation.ingestion.follow import follow
from automation.ingestion.models import Arrival, Channel, Mail
from automation.ingestion.receive import receive_mail
from automation.ledger.models import LegalEntity
from tests.ingestion.cutting import CuttingProxy
from tests.ingestion.dovecot import PASSWORD, Dovecot
from tests.ingestion.mails import invoice, mail, raw
from tests.servers import ROOT, service_environment, wait_until

MakeChannel = Callable[..., Channel]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture
def mailbox(dovecot: Dovecot, entity: LegalEntity, request: pytest.FixtureRequest) -> MakeChannel:
    """A channel of the test's own mailbox, whose user is named after the test."""

    def make(*, secret: str = PASSWORD, **changed: object) -> Channel:
        given = {"host": "127.0.0.1", "port": dovecot.port, "security": "none", "user": user_of(request), **changed}
        return create_channel(entity, "Invoices by mail", "imap", given, secret=secret, actor="user:test")

    return make


def user_of(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).partition("[")[0].replace("_", "")[-40:]


def outcomes() -> list[str]:
    return list(Arrival.objects.order_by("id").values_list("outcome", flat=True))


@pytest.mark.parametrize("afterwards", ["move", "flag", "delete"])
def test_attachments_become_documents_and_the_mail_is_put_away(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, db: None, afterwards: str
) -> None:
    user = user_of(request) + afterwards
    channel = mailbox(user=user, afterwards=afterwards)
    sent = raw(mail(("a.pdf", invoice(1)), ("b.pdf", invoice(2)), subject="Rechnung für März"))
    dovecot.deliver(user, sent)
    left = fetch_channel(channel.pk)
    assert left is not None and left.waiting == 0
    assert outcomes() == ["accepted", "accepted"]
    kept = Mail.objects.get()
    assert (kept.subject, kept.sender, kept.files) == ("Rechnung für März", "billing@supplier.example", 2)
    assert storage.load(kept) == sent
    assert dovecot.count(user) == (1 if afterwards == "flag" else 0)
    assert dovecot.count(user, "Countersign-taken") == (1 if afterwards == "move" else 0)
    fetch_channel(channel.pk)
    assert len(outcomes()) == 2
    channel.refresh_from_db()
    assert channel.worked_at and not channel.failures and channel.due_at > timezone.now()


def test_what_is_refused_stands_in_a_folder_of_its_own(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest
) -> None:
    channel = mailbox()
    dovecot.deliver(user_of(request), raw(mail(subject="Our account has changed")), raw(mail(("a.txt", b"hello"))))
    fetch_channel(channel.pk)
    assert [arrival.code for arrival in Arrival.objects.order_by("code")] == ["nothing_attached", "unsupported_type"]
    assert dovecot.count(user_of(request), "Countersign-refused") == 2


def test_a_mail_put_back_is_not_taken_again(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest
) -> None:
    channel, user = mailbox(), user_of(request)
    sent = mail(("a.pdf", invoice(1)))
    again = b"Received: by another.example\r\n" + raw(sent)
    for copy in (raw(sent), raw(sent), again):
        dovecot.deliver(user, copy)
        fetch_channel(channel.pk)
    assert outcomes() == ["accepted"]
    assert sorted(Mail.objects.values_list("files", "known")) == [(1, 0), (1, 1)]
    assert dovecot.count(user) == 0


def test_a_mail_that_our_own_fault_stops_does_not_stop_the_others(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = mailbox()
    dovecot.deliver(user_of(request), *(raw(mail((f"{n}.pdf", invoice(n)), subject=f"Mail {n}")) for n in range(3)))

    def stumble(channel: Channel, sent: bytes, **given: object) -> Mail:
        if b"Mail 1" in sent:
            raise ZeroDivisionError
        return receive_mail(channel, sent, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("automation.ingestion.channels.imap.receive_mail", stumble)
        fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and channel.error["code"] == "internal_error"
    assert len(outcomes()) == 2 and dovecot.count(user_of(request)) == 1
    fetch_channel(channel.pk)
    assert len(outcomes()) == 3 and dovecot.count(user_of(request)) == 0


def test_one_message_id_for_all_of_a_scanners_mails_loses_none(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest
) -> None:
    channel = mailbox()
    mails = [raw(mail(("scan.pdf", invoice(number)), message_id="<scan@printer>")) for number in range(3)]
    dovecot.deliver(user_of(request), *mails)
    fetch_channel(channel.pk)
    assert outcomes() == ["accepted"] * 3


def test_too_large_a_mail_is_refused_without_being_fetched(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, settings: pytest.FixtureRequest
) -> None:
    settings.MAIL_MAX_BYTES = 20_000  # type: ignore[attr-defined]
    channel = mailbox()
    dovecot.deliver(user_of(request), raw(mail(("a.pdf", invoice(1) + b"\n" * 30_000), subject="Big")))
    fetch_channel(channel.pk)
    arrival = Arrival.objects.get()
    assert (arrival.code, arrival.filename, arrival.storage_name) == ("too_large", "Big.eml", "")
    assert dovecot.count(user_of(request), "Countersign-refused") == 1


def test_a_wrong_password_is_said_and_tried_ever_more_rarely(mailbox: MakeChannel) -> None:
    channel = mailbox(secret="wrong")
    rests = []
    for _ in range(3):
        fetch_channel(channel.pk)
        channel.refresh_from_db()
        rests.append((channel.due_at - timezone.now()).total_seconds())
    assert channel.error and channel.error["code"] == "sign_in_refused" and channel.failures == 3
    assert rests == sorted(rests) and rests[2] > 2 * rests[0]


def test_a_server_that_is_away_opens_the_breaker_of_its_channel(mailbox: MakeChannel) -> None:
    channel = mailbox(port=9)
    for _ in range(7):
        fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and channel.error["code"] == "mailbox_unreachable"
    assert channel.failures == 5  # then the server was not even asked


def test_every_attachment_once_though_the_connection_breaks_at_random(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, transactional_db: None
) -> None:
    """The short form of `python -m tests.ingestion.many_mails`."""
    from tests.ingestion.many_mails import fetch_all, send

    wanted = send(dovecot, user_of(request), mails=60, attachments=90)
    proxy = CuttingProxy(dovecot.port, most=60_000, seed=7)
    channel = mailbox(port=proxy.port)
    fetch_all(channel)
    proxy.close()
    assert proxy.cuts > 5
    assert dict.fromkeys(Document.objects.values_list("sha256", flat=True)) == dict.fromkeys(wanted)
    assert outcomes() == ["accepted"] * 90
    assert dovecot.count(user_of(request)) == 0


def test_two_fetchers_take_each_mail_once(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, transactional_db: None
) -> None:
    mails = [raw(mail((f"{n}.pdf", invoice(n)))) for n in range(30)]
    dovecot.deliver(user_of(request), *mails)
    channel, barrier = mailbox(), threading.Barrier(2)

    def fetch() -> None:
        barrier.wait(10)
        fetch_channel(channel.pk)
        connection.close()

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes() == ["accepted"] * 30
    assert Mail.objects.count() == 30


def test_new_mail_is_fetched_at_once_where_the_server_tells_of_it(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, transactional_db: None
) -> None:
    channel, ended = mailbox(every=3600), threading.Event()
    process = threading.Thread(target=follow, args=(ended,))
    process.start()
    try:
        wait_until(lambda: Channel.objects.get(pk=channel.pk).worked_at is not None)
        dovecot.deliver(user_of(request), raw(mail(("a.pdf", invoice(1)))))
        wait_until(lambda: outcomes() == ["accepted"])
    finally:
        ended.set()
        process.join(30)
    assert not process.is_alive()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_with_another_certificate_is_not_believed(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, security: str
) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    user = user_of(request) + security
    dovecot.deliver(user, raw(mail(("a.pdf", invoice(1)))))
    channel = mailbox(user=user, security=security, port=port)
    fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and "certificate verify failed" in channel.error["message"]
    settings = {**channel.settings, "certificate": dovecot.certificate}
    change_channel(channel.pk, expected_version=1, settings=settings, actor="user:test")
    assert fetch_channel(channel.pk) is not None
    assert outcomes() == ["accepted"]


class Tokens(BaseHTTPRequestHandler):
    """Hands out access tokens for a client secret, and tells Dovecot whose they are."""

    user = ""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/introspect":
            good = form.get("token") == ["a-token"]
            answer = {"active": "true" if good else "false", "username": self.user}
        else:
            good = form["client_secret"] == ["client secret"] and form["grant_type"] == ["client_credentials"]
            answer = {"access_token": "a-token", "token_type": "Bearer"}
        self.send_response(200 if good or self.path == "/introspect" else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_an_access_token_stands_in_for_a_password(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tokens, "user", user_of(request))
    server = ThreadingHTTPServer(("127.0.0.1", dovecot.token_port), Tokens)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        dovecot.deliver(user_of(request), raw(mail(("a.pdf", invoice(1)))))
        oauth = {"authentication": "oauth2", "client_id": "countersign", "scope": "mail"}
        with pytest.raises(Invalid, match="https"):
            mailbox(**oauth, token_url="http://example.com/token")
        channel = mailbox(**oauth, token_url=f"http://127.0.0.1:{dovecot.token_port}/token", secret="client secret")
        assert fetch_channel(channel.pk) is not None
        assert outcomes() == ["accepted"]
        change_channel(channel.pk, expected_version=1, secret="another", actor="user:test")
        fetch_channel(channel.pk)
        channel.refresh_from_db()
        assert channel.error and channel.error["code"] == "sign_in_refused"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_two_fetching_processes_and_a_killed_one_take_each_mail_once(
    dovecot: Dovecot, mailbox: MakeChannel, request: pytest.FixtureRequest, transactional_db: None
) -> None:
    mails = [raw(mail((f"{n}.pdf", invoice(n)))) for n in range(40)]
    dovecot.deliver(user_of(request), *mails)
    mailbox(every=1)
    command = [sys.executable, "manage.py", "fetch"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=service_environment()) for _ in range(2)]
    try:
        wait_until(lambda: Arrival.objects.count() >= 5, 60)
        processes[0].kill()
        wait_until(lambda: dovecot.count(user_of(request)) == 0, 60)
    finally:
        for process in processes:
            process.terminate()
            process.wait(30)
    assert outcomes() == ["accepted"] * 40
    assert Mail.objects.count() == 40
    # The server may have moved the killed process's last mail just as the other asked for it: then it lies there twice.
    assert dovecot.count(user_of(request), "Countersign-taken") in (40, 41)
