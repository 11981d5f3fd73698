"""Our own SFTP server as a process, and OpenSSH's client: whole files are taken, and nothing else is possible."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from automation.documents.models import Document
from automation.errors import Invalid
from automation.ingestion.configure import create_channel
from automation.ingestion.fetch import fetch_channel
from automation.ingestion.models import Arrival, Channel
from automation.ledger.models import LegalEntity
from tests.ingestion.cutting import CuttingProxy
from tests.ingestion.dovecot import free_port
from tests.ingestion.mails import invoice
from tests.parts import need
from tests.servers import ROOT, service_environment, wait_until

Sftp = Callable[..., str]
PATIENCE = 60


class Sender:
    """Who holds a key, and `sftp` of OpenSSH to use it with."""

    def __init__(self, base: Path, port: int) -> None:
        self.base, self.port = base, port
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        (base / "key").write_bytes(self.key.export_private_key())
        (base / "key").chmod(0o600)

    @property
    def public(self) -> str:
        return self.key.export_public_key().decode()

    def sftp(self, *commands: str, user: str = "acme", port: int | None = None) -> str:
        """What the client said; it stops at the first command that fails, unless that begins with a hyphen."""
        program = shutil.which("sftp")
        need(program, "OpenSSH's client is what senders use: apt-get install openssh-client")
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "BatchMode=yes"]
        call = [str(program), "-b", "-", "-i", str(self.base / "key"), "-P", str(port or self.port)]
        call += [part for option in options for part in ("-o", option)]
        ran = subprocess.run(
            [*call, f"{user}@127.0.0.1"],
            input="\n".join(commands),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.base,
            check=False,
        )
        return ran.stdout + ran.stderr


@pytest.fixture
def inbox(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.INBOX_DIR = tmp_path / "inbox"  # type: ignore[attr-defined]
    return tmp_path / "inbox" / ".sftp" / "acme"


@pytest.fixture
def sender(transactional_db: None, tmp_path: Path, inbox: Path) -> Iterator[Sender]:
    """With `manage.py receive_files` running."""
    port = free_port()
    given = {**service_environment(), "SFTP_LISTEN": f"127.0.0.1:{port}", "INBOX_DIR": str(tmp_path / "inbox")}
    given["SFTP_HOST_KEY"] = str(tmp_path / "host_key")
    command = [sys.executable, "manage.py", "receive_files"]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
    assert process.stdout and "Files are taken at" in process.stdout.readline()
    yield Sender(tmp_path, port)
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture
def channel(entity: LegalEntity, sender: Sender) -> Channel:
    LegalEntity.objects.get_or_create(name="Example Services SAS")
    given = {"user": "acme", "keys": sender.public, "entities": {"fr": "Example Services SAS"}}
    return create_channel(entity, "Drop", "drop", given, actor="user:test")


def test_files_are_put_and_taken_and_the_sender_sees_what_became_of_them(
    channel: Channel, sender: Sender, inbox: Path
) -> None:
    (sender.base / "good.pdf").write_bytes(invoice(1))
    (sender.base / "bad.pdf").write_bytes(b"MZ this is a program")
    said = sender.sftp("put good.pdf", "put bad.pdf", "put good.pdf fr/facture.pdf", "ls -1")
    assert "good.pdf" in said and "denied" not in said.lower()
    fetch_channel(channel.pk)
    assert sorted(Document.objects.values_list("filename", "entity__name")) == [
        ("facture.pdf", "Example Services SAS"),
        ("good.pdf", channel.entity.name),
    ]
    assert Arrival.objects.get(outcome="refused").filename == "bad.pdf"
    sender.sftp("get refused/bad.pdf.reason.txt reason.txt")
    assert "unsupported_type" in (sender.base / "reason.txt").read_text()
    assert sorted(one.name for one in inbox.iterdir()) == [".taken", "accepted", "fr", "refused"]


def test_half_an_upload_is_nothing(channel: Channel, sender: Sender, inbox: Path) -> None:
    (sender.base / "big.pdf").write_bytes(invoice(1) + b"\n%" * 2_000_000)
    proxy = CuttingProxy(sender.port, most=1_000_000, seed=3)
    sender.sftp("put big.pdf", port=proxy.port)
    proxy.close()
    wait_until(lambda: not any(one.is_file() for one in inbox.iterdir()), 20)
    fetch_channel(channel.pk)
    assert not Arrival.objects.exists()
    sender.sftp("put big.pdf")
    fetch_channel(channel.pk)
    assert Document.objects.get().size == (sender.base / "big.pdf").stat().st_size


FORBIDDEN = (
    "put a.pdf accepted/a.pdf",
    "put a.pdf .taken/a.pdf",
    "put a.pdf .hidden.pdf",
    "symlink /etc/passwd a.pdf",
    "mkdir other",
    "get waiting.pdf stolen.pdf",
    "rename waiting.pdf accepted/waiting.pdf",
    "rm accepted/good.pdf",
)


def test_nothing_else_is_possible(channel: Channel, sender: Sender, inbox: Path) -> None:
    (sender.base / "a.pdf").write_bytes(invoice(1))
    (sender.base / "good.pdf").write_bytes(invoice(2))
    sender.sftp("put good.pdf")
    fetch_channel(channel.pk)
    sender.sftp("put a.pdf waiting.pdf")

    def there() -> set[str]:
        return {str(one.relative_to(inbox.parent.parent)) for one in inbox.parent.parent.rglob("*")}

    before = there()
    said = sender.sftp(*(f"-{command}" for command in FORBIDDEN)).lower()
    assert there() == before and said.count("denied") >= len(FORBIDDEN)
    assert not (sender.base / "stolen.pdf").exists()
    sender.sftp("put a.pdf ../../outside.pdf")
    assert there() - before == {".sftp/acme/outside.pdf"}, "what the sender sees is all there is"


def test_only_the_accounts_own_key_opens_it(channel: Channel, sender: Sender, tmp_path: Path) -> None:
    stranger = Sender(tmp_path, sender.port)
    assert "denied" in stranger.sftp("ls").lower()
    assert "denied" in sender.sftp("ls", user="nobody").lower()


def test_an_account_without_a_key_is_no_channel(entity: LegalEntity) -> None:
    for keys in ("", "no key", "ssh-ed25519 AAAA"):
        with pytest.raises(Invalid):
            create_channel(entity, "Drop", "drop", {"user": "acme", "keys": keys}, actor="user:test")
