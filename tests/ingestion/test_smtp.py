"""Our own mail server, as a process: a mail is answered for once the door has committed it."""

import smtplib
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from automation.documents.models import Document
from automation.errors import Invalid
from automation.ingestion import authenticity
from automation.ingestion.configure import create_channel
from automation.ingestion.models import Arrival, Mail
from automation.ledger.models import LegalEntity
from tests.ingestion.dovecot import certificate_in, free_port
from tests.ingestion.mails import invoice, mail, raw
from tests.servers import ROOT, service_environment

Serve = Callable[..., int]


@pytest.fixture
def serve(transactional_db: None, entity: LegalEntity) -> Iterator[Serve]:
    """Starts `manage.py receive_mail` and returns its port."""
    processes = []

    def start(**environment: str) -> int:
        port = free_port()
        given = {**service_environment(), "MAIL_LISTEN": f"127.0.0.1:{port}", **environment}
        command = [sys.executable, "manage.py", "receive_mail"]
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout and "Mail is taken at" in process.stdout.readline()
        return port

    for address in ("invoices@ours.example", "france@ours.example"):
        owner = entity if address.startswith("inv") else LegalEntity.objects.create(name="Example Services SAS")
        create_channel(owner, address, "smtp", {"address": address}, actor="user:test")
    yield start
    for process in processes:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def test_an_address_of_its_own_for_each_entity(serve: Serve) -> None:
    port = serve()
    sent = mail(("a.pdf", invoice(1)), subject="Facture")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(sent, "billing@supplier.example", ["invoices+cars@ours.example"])
        client.send_message(sent, "billing@supplier.example", ["france@ours.example", "INVOICES@ours.example"])
    assert sorted(Document.objects.values_list("entity__name", flat=True)) == [
        "Example Services SAS",
        "Example Trading GmbH",
    ]
    assert Arrival.objects.count() == 2  # the second copy to the same address was known
    kept = Mail.objects.filter(channel__name="invoices@ours.example").earliest("received_at")
    assert kept.authenticity == {"dkim": "none", "spf": kept.authenticity["spf"], "by": "countersign"}
    assert kept.authenticity["spf"] in ("none", "temperror")
    assert kept.recipients == ["invoices+cars@ours.example"]


def test_the_sender_learns_at_once_what_is_refused(serve: Serve) -> None:
    port = serve(MAIL_MAX_MB="1")
    with smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as unknown:
            client.send_message(mail(), "a@b.example", ["nobody@ours.example"])
        assert unknown.value.recipients["nobody@ours.example"][0] == 550
        with pytest.raises(smtplib.SMTPDataError) as bad:
            client.send_message(mail(("a.pdf", b"MZ a program")), "a@b.example", ["invoices@ours.example"])
        assert bad.value.smtp_code == 550 and b"Windows program" in bad.value.smtp_error
        with pytest.raises(smtplib.SMTPException):
            client.send_message(mail(("a.pdf", b"x" * 2_000_000)), "a@b.example", ["invoices@ours.example"])
    assert [arrival.code for arrival in Arrival.objects.all()] == ["unsupported_type"]


def test_mail_travels_encrypted_where_there_is_a_certificate(serve: Serve, tmp_path: Path) -> None:
    trusted = ssl.create_default_context(cadata=certificate_in(tmp_path))
    files = {"MAIL_CERTIFICATE": str(tmp_path / "certificate.pem"), "MAIL_KEY": str(tmp_path / "key.pem")}
    with smtplib.SMTP("127.0.0.1", serve(**files)) as client:
        client.starttls(context=trusted)
        client.send_message(mail(("a.pdf", invoice(1))), "a@b.example", ["invoices@ours.example"])
    assert Document.objects.count() == 1


def test_lmtp_answers_for_each_recipient(serve: Serve) -> None:
    port = serve(MAIL_PROTOCOL="lmtp")
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("billing@supplier.example")
        for address in ("invoices@ours.example", "france@ours.example"):
            assert client.rcpt(address)[0] == 250
        first = client.data(raw(mail(("a.pdf", invoice(1)))))
        second = client.getreply()
    assert first[0] == second[0] == 250
    assert Document.objects.count() == 2


def test_what_cannot_be_stored_is_to_be_sent_again(serve: Serve) -> None:
    port = serve(DOCUMENTS_DIR="/proc/nowhere")
    with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPDataError) as later:
        client.send_message(mail(("a.pdf", invoice(1))), "a@b.example", ["invoices@ours.example"])
    assert later.value.smtp_code == 451
    assert not Arrival.objects.exists()


def test_an_address_is_one_address(entity: LegalEntity) -> None:
    for wrong in ("", "nobody", "a@", "a@b@c", "a b@c.example"):
        with pytest.raises(Invalid):
            create_channel(entity, "Wrong", "smtp", {"address": wrong}, actor="user:test")
    create_channel(entity, "First", "smtp", {"address": "a@ours.example"}, actor="user:test")
    with pytest.raises(Invalid, match="already"):
        create_channel(entity, "Second", "smtp", {"address": "A@ours.example"}, actor="user:test")


def signed(message: bytes) -> tuple[bytes, str]:
    """The mail with a DKIM signature, and the record that a name server would have."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64

    header = dkim.sign(message, b"mail", b"supplier.example", private, include_headers=[b"from", b"subject"])
    return header + message, f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def test_dkim_is_checked_and_never_made_up() -> None:
    sent, record = signed(raw(mail(("a.pdf", invoice(1)))))

    def away(name: str) -> str | None:
        raise authenticity.NoAnswer("no name server")

    assert authenticity.check(sent, txt=lambda name: record)["dkim"] == "pass"
    assert authenticity.check(sent.replace(b"Dear all", b"Dear Eve"), txt=lambda name: record)["dkim"] == "fail"
    assert authenticity.check(sent, txt=lambda name: None)["dkim"] == "fail"
    assert authenticity.check(sent, txt=away)["dkim"] == "temperror"
    assert authenticity.check(raw(mail()), txt=away) == {"dkim": "none", "spf": "none", "by": "countersign"}


def test_only_our_own_mail_server_is_believed_about_others() -> None:
    sent = raw(mail(headers={"Authentication-Results": "mx.ours.example; spf=pass smtp.mailfrom=x; dkim=fail (bad)"}))
    forged = b"Authentication-Results: evil.example; spf=pass; dkim=pass\r\n" + sent
    assert authenticity.told_by(forged, "mx.ours.example") == {"spf": "pass", "dkim": "fail", "by": "mx.ours.example"}
    assert authenticity.told_by(forged, "other.example") == {}
