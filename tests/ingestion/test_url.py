"""Files by address: only what is on the public internet, however the address is written and wherever it redirects."""

import json
import socket
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from automation.documents.models import Document
from automation.errors import Refused, TemporaryFailure
from automation.ingestion.channels import url as by_url
from automation.ingestion.channels.url import fetch_url
from automation.ingestion.models import Arrival
from automation.ledger.models import LegalEntity
from tests.api.conftest import DOCUMENTS, Service, token_for
from tests.ingestion.mails import invoice

INVOICE = invoice(1)


class Answers(BaseHTTPRequestHandler):
    """A document server of our own network."""

    def do_GET(self) -> None:
        match self.path.split("/")[1]:
            case "invoice":
                self.send_response(200)
                self.send_header("Content-Disposition", 'attachment; filename="RE 4711.pdf"')
                self.send_header("Content-Length", str(len(INVOICE)))
                self.end_headers()
                self.wfile.write(INVOICE)
            case "moved":
                self._to("/invoice/x.pdf")
            case "inside":
                self._to("http://127.0.0.1:9/secret.pdf")
            case "metadata":
                self._to("https://169.254.169.254/latest/meta-data/")
            case "round":
                self._to(self.path)
            case "endless":
                self.send_response(200)
                self.end_headers()
                for _ in range(200):
                    self.wfile.write(b"x" * 10_000)
            case "huge":
                self.send_response(200)
                self.send_header("Content-Length", str(10**12))
                self.end_headers()
            case _:
                self.send_response(404)
                self.end_headers()

    def _to(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(settings: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that the settings allow although it is private."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    settings.URL_FETCH_HOSTS = [f"127.0.0.1:{listening.server_port}"]  # type: ignore[attr-defined]
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join(10)
    listening.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.pdf",
        "https://localhost/a.pdf",
        "https://2130706433/a.pdf",
        "https://0x7f.1/a.pdf",
        "https://0/a.pdf",
        "https://10.1.2.3/a.pdf",
        "https://192.168.0.1/a.pdf",
        "https://172.31.0.1/a.pdf",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/a.pdf",
        "https://[::1]/a.pdf",
        "https://[::ffff:127.0.0.1]/a.pdf",
        "https://[64:ff9b::7f00:1]/a.pdf",
        "https://[2002:7f00:1::]/a.pdf",
        "https://[fe80::1]/a.pdf",
        "https://[fd00::1]/a.pdf",
        "https://224.0.0.1/a.pdf",
    ],
)
def test_private_addresses_are_not_asked(url: str) -> None:
    with pytest.raises(Refused) as caught:
        fetch_url(url)
    assert caught.value.code in ("url_private", "url_not_found")


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.pdf", "ftp://example.com/a", "file:///etc/passwd", "http://example.com/a.pdf", "https://"),
        *("https://user:secret@example.com/", "https://example.com:6379/", "https://exa mple.com/", "https://[::1/"),
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        fetch_url(url)


def test_a_name_is_judged_by_every_address_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    monkeypatch.setattr(by_url, "_resolved", both)
    with pytest.raises(Refused, match="public internet"):
        fetch_url("https://rebound.example/a.pdf")


def test_the_address_that_was_judged_is_the_one_that_is_asked(server: str, settings: pytest.FixtureRequest) -> None:
    """A name is resolved once: what a name server says the second time is never asked for."""
    port = server.rpartition(":")[2]
    settings.URL_FETCH_HOSTS = [f"localhost:{port}"]  # type: ignore[attr-defined]
    answers = iter([[(None, None, None, "", ("127.0.0.1", int(port)))]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
        target = by_url._judged(f"http://localhost:{port}/invoice/a.pdf")
    assert target.address == "127.0.0.1" and target.host == "localhost"


def test_an_allowed_host_is_asked_and_its_redirects_judged(server: str) -> None:
    fetched = fetch_url(f"{server}/moved")
    assert (fetched.filename, fetched.data) == ("RE 4711.pdf", INVOICE)
    for path in ("inside", "metadata"):
        with pytest.raises(Refused) as caught:
            fetch_url(f"{server}/{path}")
        assert caught.value.code in ("url_private", "url_refused")
    with pytest.raises(Refused, match="redirects more than"):
        fetch_url(f"{server}/round")
    with pytest.raises(Refused, match="404"):
        fetch_url(f"{server}/nothing")


def test_no_more_is_read_than_may_be(server: str, settings: pytest.FixtureRequest) -> None:
    settings.DOCUMENT_MAX_BYTES = 100_000  # type: ignore[attr-defined]
    assert fetch_url(f"{server}/huge").full_size == 10**12
    endless = fetch_url(f"{server}/endless")
    assert endless.data == b"" and endless.full_size and 100_000 < endless.full_size < 300_000


def test_a_host_that_is_away_is_worth_another_try(server: str, settings: pytest.FixtureRequest) -> None:
    settings.URL_FETCH_HOSTS = ["127.0.0.1:9"]  # type: ignore[attr-defined]
    with pytest.raises(TemporaryFailure):
        fetch_url("http://127.0.0.1:9/a.pdf")


def test_the_api_takes_an_address_and_records_its_refusal(server: str, entity: LegalEntity) -> None:
    service = Service(token_for(entity))

    def post(url: str) -> int:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        body = json.dumps({"url": url})
        return int(service.client.post(DOCUMENTS, body, content_type="application/json", headers=headers).status_code)

    assert post(f"{server}/invoice/x") == 201
    assert Document.objects.get().filename == "RE 4711.pdf"
    assert post("https://169.254.169.254/latest/meta-data/") == 422
    refused = Arrival.objects.get(outcome="refused")
    assert (refused.code, refused.filename) == ("url_private", "meta-data")
