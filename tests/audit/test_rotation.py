"""New keys, witnesses and receivers: old heads stay good, who vouches for what is in the log."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail

from audit.checkpoint import checkpoint
from audit.copies import send_all
from audit.export import export
from audit.integrity import check
from audit.models import Checkpoint, Event, HeadCopy
from audit.rotation import rotate, statement
from audit.sequencer import fold_all
from audit.signing import Signer, configured
from audit.status import status
from audit.verify import (
    COSIGNATURE,
    BrokenError,
    Key,
    check_bundle,
    cosigned_text,
    key_of,
    parse_key,
    read_heads,
)
from audit.witness import UnknownHeadError, accept
from tests.audit.conftest import write_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]


@pytest.fixture
def heads(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_KEY_PATH = str(tmp_path / "keys" / "key.pem")
    settings.AUDIT_HEADS_PATH = str(tmp_path / "heads.jsonl")
    return tmp_path / "heads.jsonl"


def seal(heads: Path, count: int = 3) -> Checkpoint:
    write_events(count)
    fold_all()
    head = checkpoint(configured(), heads)
    assert head is not None
    return head


def test_heads_of_a_retired_key_stay_good_and_it_vouches_for_the_new_one(heads: Path, tmp_path: Path) -> None:
    seal(heads)
    old = configured().key
    new = rotate(heads).key
    seal(heads)
    assert (old != new, configured().keys) == (True, (old, new))
    assert check(configured().keys, heads).unsealed == 0
    export(tmp_path / "bundle", configured().keys)
    assert "Intact" in check_bundle(tmp_path / "bundle", [old, new], heads)
    for alone in (old, new):
        with pytest.raises(BrokenError, match="key you trust"):
            check_bundle(tmp_path / "bundle", [alone], heads)
    event = Event.objects.get(action="log.key_rotated")
    assert isinstance(event.because, dict)
    signature = base64.b64decode(str(event.because["signature_of_the_old_key"]))
    Ed25519PublicKey.from_public_bytes(old.public).verify(signature, statement(old, new))


class Witness:
    def __init__(self, name: str = "witness.example/w") -> None:
        self._private = Ed25519PrivateKey.generate()
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key: Key = key_of(name, public, COSIGNATURE)

    def cosign(self, note: str, seconds: int = 1_770_000_000) -> str:
        text = note.rpartition("\n\n")[0] + "\n"
        signature = self.key.id + seconds.to_bytes(8) + self._private.sign(cosigned_text(text, seconds))
        return f"{note}— {self.key.name} {base64.b64encode(signature).decode()}\n"


def test_a_witness_is_believed_where_its_signature_holds(heads: Path, tmp_path: Path) -> None:
    head, witness, stranger = seal(heads), Witness(), Witness("stranger.example")
    keys = (*configured().keys, witness.key)
    assert parse_key(str(witness.key)) == witness.key
    note = stranger.cosign(witness.cosign(head.note))
    assert accept(note, keys) == [witness.key.name]
    assert accept(note, keys) == [], "once is enough"
    fold_all()
    export(tmp_path / "bundle", configured().keys)
    assert "seen by witness.example/w" in check_bundle(tmp_path / "bundle", keys, quorum=1)
    with pytest.raises(BrokenError, match="of 2 witnesses asked for, 1"):
        check_bundle(tmp_path / "bundle", keys, quorum=2)
    with pytest.raises(BrokenError, match="no witness that is known"):
        accept(stranger.cosign(head.note), keys)
    with pytest.raises(BrokenError, match="is false"):
        accept(witness.cosign(head.note.replace("\n3\n", "\n4\n")).replace("\n4\n", "\n3\n"), keys)


def test_a_head_of_another_history_is_not_taken(heads: Path, tmp_path: Path) -> None:
    from audit.verify import checkpoint_text

    head, witness = seal(heads), Witness()
    other = configured().sign(checkpoint_text(configured().name, 2, b"\1" * 32), head.at)
    with pytest.raises(UnknownHeadError):
        accept(witness.cosign(other), (*configured().keys, witness.key))


@pytest.fixture
def receiver() -> Iterator[Any]:
    """A web server that takes what it is sent, or refuses while `status` says so."""

    class Handler(BaseHTTPRequestHandler):
        status, taken = 204, list[tuple[Any, bytes]]()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if Handler.status < 300:
                Handler.taken.append((self.headers, body))
            self.send_response(Handler.status)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.url = f"http://127.0.0.1:{server.server_port}/"  # type: ignore[attr-defined]
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_head_reaches_the_receiver_though_it_was_away(heads: Path, receiver: Any, settings: Any) -> None:
    settings.AUDIT_HEADS_WEBHOOK, settings.AUDIT_HEADS_WEBHOOK_SECRET = receiver.url, "whsec_c2VjcmV0"
    seal(heads)
    send_all()
    receiver.status = 503
    seal(heads)
    send_all()
    assert "does not take the heads" in " ".join(status(configured().keys, heads).alarms)
    seal(heads)
    receiver.status = 204
    send_all()
    send_all()
    lines = "".join(json.loads(body)["data"]["heads"] for _, body in receiver.taken)
    assert lines == heads.read_text()
    assert [head.size for head in read_heads(lines, configured().keys)] == [3, 6, 9]
    assert receiver.taken[0][0]["webhook-signature"].startswith("v1,")
    assert HeadCopy.objects.get().problem == ""


def test_the_auditor_gets_the_heads_by_mail(heads: Path, settings: Any) -> None:
    settings.AUDIT_HEADS_MAIL = "auditor@example.com"
    seal(heads)
    send_all()
    send_all()
    (sent,) = mail.outbox
    assert sent.to == ["auditor@example.com"]
    assert sent.body == heads.read_text()


_SERVICE = Ed25519PrivateKey.generate()


def in_a_key_service(name: str, path: Path) -> Signer:
    """As a key service is used: the private key is elsewhere, and only signatures come back."""
    return Signer(key_of(name, _SERVICE.public_key().public_bytes_raw()), _SERVICE.sign)


def test_a_key_service_signs_and_rotates_its_own_key(heads: Path, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_SIGNER = f"{__name__}.in_a_key_service"
    seal(heads)
    export(tmp_path / "bundle", configured().keys)
    service = key_of(settings.AUDIT_ORIGIN, _SERVICE.public_key().public_bytes_raw())
    assert check_bundle(tmp_path / "bundle", [service], heads).startswith("Intact: 3 events")
    assert not Path(settings.AUDIT_KEY_PATH).exists()
    with pytest.raises(BrokenError, match="rotate it where it is kept"):
        rotate(heads)
