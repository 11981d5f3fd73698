"""The auditor's pages: who sees which events, what a search finds, proofs, packs."""

import csv
import io
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import audit.verify
from audit.checkpoint import checkpoint
from audit.models import Event, Pack
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import configured
from automation.documents.models import Document
from automation.ledger.models import LegalEntity, Supplier
from review.access import grant_role
from review.pack.build import build_packs
from review.pack.cells import csv_lines, neutral
from tests.factories import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_log(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_PATH = str(tmp_path / "key.pem")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }


@pytest.fixture
def overall(db: None) -> User:
    """An auditor of all entities."""
    person = User.objects.create_user("olaf", "olaf@example.com", "correct horse battery")
    grant_role(person, "auditor", None, acting_user=None)
    return person


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(user: User, name: str, *, status: int = 200, asked: dict[str, str] | None = None) -> str:
    answer = client_of(user).get(reverse(name), asked)
    assert answer.status_code == status
    return answer.content.decode()


def said(document: Document, action: str = "document.read", actor: str = "system:test", **what: Any) -> Event:
    with transaction.atomic():
        return record(action, actor=actor, subject=f"document:{document.pk}", **what)


def test_an_auditor_of_one_entity_sees_its_documents_and_no_more(
    auditor: User, overall: User, entity: LegalEntity
) -> None:
    mine, other = make_document(entity), make_document(LegalEntity.objects.create(name="Other"))
    said(mine, actor="user:mine")
    said(other, actor="user:others")
    assert "user:mine" in page(auditor, "audit-log")
    assert "user:others" not in page(auditor, "audit-log")
    assert "user:others" in page(overall, "audit-log")


@pytest.mark.parametrize("name", ["audit-log", "audit-complete", "audit-packs", "audit-retention"])
def test_the_pages_are_for_auditors(clerk: User, auditor: User, name: str) -> None:
    page(clerk, name, status=403)
    assert "Audit" in page(auditor, name)


def test_search_by_person_document_supplier_action_and_time(overall: User, entity: LegalEntity) -> None:
    first, second = make_document(entity), make_document(entity)
    Document.objects.filter(pk=first.pk).update(filename="needle.pdf")
    said(first, actor="user:carla", because="the first")
    said(second, actor="user:amir", because="the second")

    def found(**asked: str) -> set[str]:
        shown = page(overall, "audit-log", asked=asked)
        return {word for word in ("first", "second") if f"the {word}" in shown}

    assert found(person="carl") == set()
    assert found(person="carla") == {"first"}
    assert found(document="needle") == {"first"}
    assert found(document=str(second.pk)) == {"second"}
    assert found(action="document.read") == found(action="document.") == {"first", "second"}
    assert found(action="run.") == set()
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    assert found(first=tomorrow) == set()
    assert found(last=tomorrow, supplier="nobody") == set()
    assert found(last="nonsense", before="x") == {"first", "second"}


@pytest.mark.django_db(transaction=True)
def test_the_log_says_how_it_stands(overall: User, heads: Path) -> None:
    fold_all()
    checkpoint(configured(), heads)
    assert "In order" in page(overall, "audit-log")
    heads.write_text("nonsense\n")
    assert "is not what was written" in page(overall, "audit-log")


@pytest.fixture
def heads(settings: Any) -> Path:
    return Path(settings.AUDIT_HEADS_PATH)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["json", "compact"])
def test_a_proof_from_the_page_holds_on_another_machine(
    auditor: User, entity: LegalEntity, heads: Path, tmp_path: Path, form: str
) -> None:
    document = make_document(entity)
    event = said(document, because="proved")
    where = reverse("event-proof", args=(document.pk, event.id))
    client = client_of(auditor)
    assert client.get(where).status_code == 409, "no head yet"
    fold_all()
    checkpoint(configured(), heads)
    answer = client.get(where, {"as": form})
    assert answer.status_code == 200
    assert client.get(where, {"as": "xml"}).status_code == 404
    assert client.get(reverse("event-proof", args=(document.pk, event.id + 1))).status_code == 404
    proof = tmp_path / "a.proof"
    proof.write_bytes(answer.content)
    command = [sys.executable, "-I", audit.verify.__file__, str(proof), "--key", str(configured().key)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Intact: the event is entry" in done.stdout) == (0, True), done
    proof.write_bytes(answer.content.replace(b"proved", b"denied"))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.django_db(transaction=True)
def test_a_pack_holds_the_log_and_what_an_auditor_asks_for(
    overall: User, auditor: User, entity: LegalEntity, heads: Path, tmp_path: Path
) -> None:
    document = make_document(entity)
    said(document, "document.commented", actor="user:carla", after={"text": "=cmd()"}, because="=2+3")
    fold_all()
    checkpoint(configured(), heads)
    today = timezone.now().date().isoformat()
    days = {"first": today, "last": today}
    assert client_of(auditor).post(reverse("audit-packs"), days).status_code == 403
    assert client_of(overall).post(reverse("audit-packs"), days).status_code == 302
    pack = Pack.objects.get()
    assert "waits for a worker" in page(overall, "audit-packs")
    build_packs()
    pack.refresh_from_db()
    assert (pack.problem, pack.done) == ("", pack.total)
    answer = client_of(overall).get(reverse("audit-pack", args=(pack.pk,)))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert client_of(auditor).get(reverse("audit-pack", args=(pack.pk,))).status_code == 403
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "pack")
        rows = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode("utf-8-sig"))))
        roles = archive.read("roles.csv").decode()
        process = archive.read("process.md").decode()
    assert any(row["because"] == '"=2+3"' for row in rows)
    assert "olaf" in roles
    assert "§ 147" in process
    assert "Adapters:" in process
    folder, zipped = tmp_path / "pack", tmp_path / "pack.zip"
    zipped.write_bytes(content)
    for what in (folder / "log", folder, zipped):
        command = [sys.executable, "-I", str(folder / "verify.py"), str(what), "--key", str(configured().key)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout.startswith("Intact:"), done
    assert Event.objects.filter(action="export.created", subject=f"pack:{pack.pk}").count() == 1


def test_days_in_the_wrong_order_are_refused(overall: User) -> None:
    client_of(overall).post(reverse("audit-packs"), {"first": "2026-02-01", "last": "2026-01-01"})
    assert not Pack.objects.exists()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"
    (row,) = list(csv.reader(io.StringIO(b"".join(csv_lines(["a"], [[text]])).decode("utf-8-sig"), newline="")))[1:]
    assert row == [f"'{text}"]


def test_numbers_and_words_stay_as_they_are() -> None:
    assert [neutral(value) for value in ("Ärger", 12, None, "a=b")] == ["Ärger", "12", "", "a=b"]


def test_packs_are_offered_only_to_who_may_have_one(auditor: User, overall: User) -> None:
    assert "Make a pack" not in page(auditor, "audit-packs")
    assert "only auditors of all of them" in page(auditor, "audit-packs")
    assert "Make a pack" in page(overall, "audit-packs")


def test_the_log_names_suppliers_and_shows_what_happens_most(overall: User, entity: LegalEntity) -> None:
    supplier = Supplier.objects.create(entity=entity, name="Nordwind Papier")
    with transaction.atomic():
        record("supplier.changed", actor="user:carla", subject=f"supplier:{supplier.pk}", after={"name": "x"})
    shown = page(overall, "audit-log", asked={"action": "supplier.changed"})
    assert "Nordwind Papier" in shown
    assert 'href="?action=supplier.changed"' in shown
