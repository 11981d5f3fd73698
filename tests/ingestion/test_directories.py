"""Watched folders, and directories of a real OpenSSH server: the same rules for both."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from automation.documents.models import Document
from automation.errors import Invalid
from automation.ingestion.channels.folder import LocalDirectory, wait
from automation.ingestion.configure import change_channel, create_channel
from automation.ingestion.fetch import fetch_channel, visit
from automation.ingestion.follow import follow
from automation.ingestion.models import Arrival, Channel
from automation.ledger.models import LegalEntity
from tests.ingestion.cutting import CuttingProxy
from tests.ingestion.mails import invoice, zipped
from tests.ingestion.sshd import Sshd
from tests.servers import wait_until

Make = Callable[..., tuple[Channel, Path]]


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    server = Sshd()
    yield server
    server.stop()


@pytest.fixture
def folder(entity: LegalEntity, settings: pytest.FixtureRequest, tmp_path: Path) -> Make:
    settings.INBOX_DIR = tmp_path / "inbox"  # type: ignore[attr-defined]

    def make(**changed: object) -> tuple[Channel, Path]:
        given = {"folder": "scans", "settle": 0, **changed}
        path = tmp_path / "inbox" / "scans"
        path.mkdir(parents=True)
        return create_channel(entity, "Scanner", "folder", given, actor="user:test"), path

    return make


@pytest.fixture
def remote(entity: LegalEntity, request: pytest.FixtureRequest) -> Make:
    def make(**changed: object) -> tuple[Channel, Path]:
        sshd: Sshd = request.getfixturevalue("sshd")
        path = sshd.files / str(request.node.name).partition("[")[0]
        path.mkdir()
        given = {"host": "127.0.0.1", "port": sshd.port, "user": sshd.user, "host_key": sshd.host_key}
        given |= {"directory": str(path), "settle": 0, **changed}
        return create_channel(entity, "Supplier's server", "sftp", given, secret=sshd.key, actor="user:test"), path

    return make


@pytest.fixture(params=["folder", "remote"])
def place(request: pytest.FixtureRequest) -> Make:
    made: Make = request.getfixturevalue(request.param)
    return made


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir()) if path.is_dir() else []


def test_files_are_taken_once_and_put_away_with_the_reason(place: Make) -> None:
    channel, path = place()
    (path / "good.pdf").write_bytes(invoice(1))
    (path / "bad.pdf").write_bytes(b"MZ this is a program")
    (path / "both.zip").write_bytes(zipped(("a.pdf", invoice(2)), ("b.txt", b"hello")))
    fetch_channel(channel.pk)
    assert sorted(Arrival.objects.values_list("filename", "outcome")) == [
        ("a.pdf", "accepted"),
        ("b.txt", "refused"),
        ("bad.pdf", "refused"),
        ("good.pdf", "accepted"),
    ]
    assert names(path / "accepted") == ["good.pdf"]
    assert names(path / "refused") == ["bad.pdf", "bad.pdf.reason.txt", "both.zip", "both.zip.reason.txt"]
    assert "Windows program" in (path / "refused" / "bad.pdf.reason.txt").read_text()
    assert names(path / ".taken") == []
    fetch_channel(channel.pk)
    assert Arrival.objects.count() == 4


def test_the_same_name_again_is_another_file(place: Make) -> None:
    channel, path = place()
    for number in range(3):
        (path / "scan.pdf").write_bytes(invoice(number))
        fetch_channel(channel.pk)
    assert Document.objects.count() == 3
    assert len(names(path / "accepted")) == 3


def test_what_a_crash_left_half_done_is_finished_and_not_doubled(place: Make) -> None:
    channel, path = place()
    (path / ".taken").mkdir()
    (path / ".taken" / "claimed.pdf").write_bytes(invoice(1))
    fetch_channel(channel.pk)
    (path / "accepted" / "claimed.pdf").rename(path / ".taken" / "claimed.pdf")  # the door had it, the move was lost
    fetch_channel(channel.pk)
    assert Arrival.objects.count() == 1
    assert names(path / "accepted") == ["claimed.pdf"]


def test_links_and_unfinished_files_are_left_alone_or_refused(place: Make, tmp_path: Path) -> None:
    channel, path = place()
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7 salaries")
    (path / "link.pdf").symlink_to(secret)
    (path / "upload.pdf.part").write_bytes(invoice(1)[:100])
    (path / ".hidden.pdf").write_bytes(invoice(2))
    fetch_channel(channel.pk)
    assert list(Arrival.objects.values_list("filename", "code")) == [("link.pdf", "not_a_file")]
    assert names(path / "refused") == ["link.pdf", "link.pdf.reason.txt"]
    assert secret.read_bytes() == b"%PDF-1.7 salaries"
    assert {"upload.pdf.part", ".hidden.pdf"} <= set(names(path))


def test_a_sub_folder_is_another_entitys_and_an_unknown_one_nobodys(place: Make) -> None:
    other = LegalEntity.objects.create(name="Example Services SAS")
    channel, path = place(entities={"FR01": "Example Services SAS"})
    for code in ("FR01", "XX99"):
        (path / code).mkdir()
        (path / code / "a.pdf").write_bytes(invoice(code))
    fetch_channel(channel.pk)
    assert Document.objects.get().entity == other
    refused = Arrival.objects.get(outcome="refused")
    assert (refused.code, refused.entity) == ("unknown_folder", channel.entity)
    assert names(path / "FR01" / "accepted") == ["a.pdf"]


def test_details_beside_a_file_come_with_it(place: Make) -> None:
    channel, path = place(sidecar="required")
    (path / "a.pdf").write_bytes(invoice(1))
    fetch_channel(channel.pk)
    assert not Arrival.objects.exists()
    (path / "a.pdf.json").write_text(json.dumps({"sender": "Portal robot", "purchase_order": 4711}))
    (path / "b.pdf").write_bytes(invoice(2))
    (path / "b.pdf.json").write_text("[")
    fetch_channel(channel.pk)
    taken = Arrival.objects.get(outcome="accepted")
    assert taken.metadata == {"sender": "Portal robot", "purchase_order": "4711"} and taken.sender == "Portal robot"
    assert Arrival.objects.get(outcome="refused").code == "sidecar_damaged"
    assert names(path / "accepted") == ["a.pdf", "a.pdf.json"]


def test_details_may_be_a_table(place: Make) -> None:
    channel, path = place(sidecar="required")
    for name, table in (
        ("a.pdf", "\ufeffsender;purchase_order;cost_centre\nPortal robot;4711;K1\n"),
        ("b.pdf", "sender,Portal robot\npurchase_order,4711\ncost_centre,K1"),
        ("c.pdf", "a;b;c\n1"),
    ):
        (path / name).write_bytes(invoice(name))
        (path / f"{name}.csv").write_text(table)
    fetch_channel(channel.pk)
    said = {"sender": "Portal robot", "purchase_order": "4711", "cost_centre": "K1"}
    assert [arrival.metadata for arrival in Arrival.objects.filter(outcome="accepted")] == [said, said]
    assert Arrival.objects.get(outcome="refused").code == "sidecar_damaged"
    assert names(path / "accepted") == ["a.pdf", "a.pdf.csv", "b.pdf", "b.pdf.csv"]


def test_a_file_that_grows_waits(folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    channel, path = folder(settle=1)
    growing = path / "a.pdf"
    growing.write_bytes(invoice(1)[:200])

    whole = invoice(1)
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", lambda _: growing.write_bytes(whole))
        left = fetch_channel(channel.pk)
    assert left is not None and (left.waiting, left.soon) == (1, True) and not Arrival.objects.exists()
    fetch_channel(channel.pk)
    assert Document.objects.get().size == len(whole)


def test_a_folder_outside_the_inbox_is_no_channel(entity: LegalEntity, folder: Make) -> None:
    for outside in ("../elsewhere", "/etc", "", "."):
        with pytest.raises(Invalid):
            create_channel(entity, "Outside", "folder", {"folder": outside}, actor="user:test")


def test_a_saved_file_is_noticed_at_once(folder: Make, transactional_db: None) -> None:
    channel, path = folder(every=3600)
    ended = threading.Event()
    process = threading.Thread(target=follow, args=(ended,))
    process.start()
    try:
        wait_until(lambda: Channel.objects.get(pk=channel.pk).worked_at is not None)
        partial = path / "a.pdf.part"
        wait_until(lambda: _saved(partial, path / "a.pdf") and Document.objects.exists())
    finally:
        ended.set()
        process.join(30)
    assert not process.is_alive() and names(path / "accepted") == ["a.pdf"]


def test_a_file_saved_before_the_watch_began_is_noticed(folder: Make) -> None:
    channel, path = folder(every=3600)
    fetch_channel(channel.pk)
    (path / "a.pdf").write_bytes(invoice(1))
    channel.refresh_from_db()
    assert wait(visit(channel, lambda: False), 30)


def _saved(partial: Path, final: Path) -> bool:
    if not final.exists() and not (final.parent / "accepted" / final.name).exists():
        partial.write_bytes(invoice(1))
        partial.rename(final)
    return True


def test_a_local_rename_never_replaces(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    assert not LocalDirectory(tmp_path).rename("a", "b")
    assert (tmp_path / "b").read_text() == "b"


def test_another_host_key_gets_nothing(remote: Make) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    channel, path = remote(host_key=other)
    (path / "a.pdf").write_bytes(invoice(1))
    fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and channel.error["code"] == "host_key_changed"
    assert names(path) == ["a.pdf"]


def test_a_key_that_the_server_does_not_know_is_said(remote: Make) -> None:
    channel, _ = remote()
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    change_channel(channel.pk, expected_version=1, secret=other, actor="user:test")
    fetch_channel(channel.pk)
    channel.refresh_from_db()
    assert channel.error and channel.error["code"] == "sign_in_refused"


def test_each_file_once_though_the_connection_breaks_at_random(remote: Make, sshd: Sshd) -> None:
    proxy = CuttingProxy(sshd.port, most=40_000, seed=3)
    channel, path = remote(port=proxy.port)
    for number in range(30):
        (path / f"{number}.pdf").write_bytes(invoice(number) + os.urandom(3000))
    from tests.ingestion.many_mails import fetch_all

    fetch_all(channel)
    proxy.close()
    assert proxy.cuts > 3
    assert Document.objects.count() == Arrival.objects.count() == 30
    assert len(names(path / "accepted")) == 30
