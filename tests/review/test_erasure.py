"""Erasing: only what is due, never under a hold, with an event and a certificate; the tree still verifies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.checkpoint import checkpoint
from audit.integrity import check
from audit.models import Event
from audit.queries import trail
from audit.record import record
from audit.retention import LETTER, kept_until, rule_for
from audit.sequencer import fold_all
from audit.signing import configured
from automation.documents import storage
from automation.documents.models import Document, FieldValue, Page
from automation.errors import Conflict, Invalid, NotAllowed, PermanentFailure
from automation.ingestion.accept import accept
from automation.ingestion.configure import create_channel
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival, Mail
from automation.ledger.models import LegalEntity
from automation.workflow.models import Attempt, Run, Signal
from review import pictures
from review.access import grant_role
from review.actions import retention as actions
from review.erasing_due import erase_due
from review.erasure import due
from tests.factories import make_document

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_PATH = str(tmp_path / "key.pem")


@pytest.fixture
def governor(db: None) -> User:
    person = User.objects.create_user("gina", "gina@example.com", "correct horse battery")
    grant_role(person, "governance", None, acting_user=None)
    return person


@pytest.fixture
def old(entity: LegalEntity) -> Document:
    """A posted document of eleven years ago, its bytes in the storage."""
    incoming = IncomingFile(entity=entity, data=b"%PDF-1.4 old", filename="Mueller.pdf", channel="upload")
    stored = accept(incoming, wake=False).document
    decided = make_document(entity)
    FieldValue.objects.create(
        document=stored, entered_by=_anybody(), name="seller_name", value="Mueller", confidence=1, reader="person"
    )
    Document.objects.filter(pk=stored.pk).update(state="posted", received_at=timezone.now() - timedelta(days=11 * 366))
    assert decided.pk != stored.pk
    return Document.objects.select_related("entity").get(pk=stored.pk)


def _anybody() -> User:
    return User.objects.get_or_create(username="anybody")[0]


def test_a_due_document_is_erased_with_an_event_and_a_certificate(
    governor: User, old: Document, entity: LegalEntity, settings: Any
) -> None:
    entities = LegalEntity.objects.all()
    assert [item.document.pk for item in due(entities)] == [old.pk]
    certificate = actions.erase_document(old.pk, acting_user=governor)
    erased = Document.objects.get(pk=old.pk)
    assert (erased.filename, bytes(erased.wrapped_key), erased.sha256) == ("erased", b"", old.sha256)
    assert not storages["documents"].exists(old.storage_name)
    assert {value.value for value in FieldValue.objects.filter(document=old)} == {""}
    assert not any(page.words for page in Page.objects.filter(reading__document=old))
    with pytest.raises(PermanentFailure, match="erased"):
        storage.load(erased)
    event = Event.objects.get(action="document.erased")
    assert certificate.event == event.id
    assert "§ 147" in str(event.because)
    assert old.sha256 in certificate.text()
    assert due(entities) == []
    with pytest.raises(Conflict, match="erased before"):
        actions.erase_document(old.pk, acting_user=governor)
    fold_all()
    heads = Path(settings.AUDIT_HEADS_PATH)
    checkpoint(configured(), heads)
    assert check(configured().keys, heads).unsealed == 0


def test_the_mail_goes_with_the_last_of_its_documents(governor: User, old: Document, entity: LegalEntity) -> None:
    channel = create_channel(entity, "Mail", "imap", {"host": "mail.example", "user": "u"}, secret="x", actor="user:x")
    kept = storage.store(b"From: somebody")
    names = {"sha256": kept.sha256, "wrapped_key": kept.wrapped_key, "storage_name": kept.storage_name}
    mail = Mail.objects.create(
        channel=channel, message_id="1@example", sender="mueller@example.com", size=14, files=2, **names
    )
    other = accept(IncomingFile(entity=entity, data=b"%PDF-1.4 other", filename="b.pdf", channel="upload"), wake=False)
    Arrival.objects.filter(document__in=[old, other.document]).update(mail=mail)
    actions.erase_document(old.pk, acting_user=governor)
    assert Mail.objects.get().sender == "mueller@example.com"
    Document.objects.filter(pk=other.document.pk).update(state="rejected", problem={"code": "x", "message": "No."})
    Document.objects.filter(pk=other.document.pk).update(received_at=timezone.now() - timedelta(days=11 * 366))
    actions.erase_document(other.document.pk, acting_user=governor)
    assert (Mail.objects.get().sender, bytes(Mail.objects.get().wrapped_key)) == ("", b"")
    assert not storages["documents"].exists(kept.storage_name)


def test_a_hold_keeps_it_until_it_is_released(governor: User, old: Document) -> None:
    hold = actions.place_hold("entity", str(old.entity_id), "A lawsuit.", acting_user=governor)
    with pytest.raises(Conflict, match="under a hold already"):
        actions.place_hold("entity", str(old.entity_id), "Again.", acting_user=governor)
    assert due(LegalEntity.objects.all()) == []
    with pytest.raises(Conflict, match="A lawsuit"):
        actions.erase_document(old.pk, acting_user=governor)
    with pytest.raises(Invalid):
        actions.release_hold(hold.pk, "", acting_user=governor)
    actions.release_hold(hold.pk, "It is settled.", acting_user=governor)
    actions.erase_document(old.pk, acting_user=governor)
    actions_logged = Event.objects.order_by("id").values_list("action", flat=True)
    assert [a for a in actions_logged if a.startswith(("hold", "document.er"))] == [
        "hold.placed",
        "hold.released",
        "document.erased",
    ]


def test_what_is_not_due_or_not_decided_stays(governor: User, old: Document) -> None:
    actions.set_rule("DE", 30, "our own decision", acting_user=governor)
    with pytest.raises(Conflict, match="must be kept until"):
        actions.erase_document(old.pk, acting_user=governor)
    actions.set_rule("DE", 8, "the law again", acting_user=governor)
    Document.objects.filter(pk=old.pk).update(state="to_approve")
    with pytest.raises(Conflict, match="not decided"):
        actions.erase_document(old.pk, acting_user=governor)
    assert Event.objects.filter(action="retention.rule_changed").count() == 2


def test_only_governance_may(auditor: User, old: Document) -> None:
    for act in (
        lambda: actions.erase_document(old.pk, acting_user=auditor),
        lambda: actions.set_rule("DE", 1, "x", acting_user=auditor),
        lambda: actions.place_hold("document", str(old.pk), "x", acting_user=auditor),
        lambda: actions.release_hold(1, "x", acting_user=auditor),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT review_erase_document(%s)",
        "SET LOCAL countersign.erasing = 'yes'; UPDATE documents_document SET wrapped_key = '' WHERE id = %s",
        "SET LOCAL countersign.erasing = 'yes'; UPDATE documents_fieldvalue SET raw = '' WHERE document_id = %s",
    ],
)
def test_the_application_cannot_erase_past_the_log(old: Document, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        for part in statement.split("; "):
            cursor.execute(part, [old.pk] if "%s" in part else None)


def test_a_rule_counts_from_the_end_of_the_year() -> None:
    day = timezone.now().date().replace(month=3, day=1, year=2020)
    assert kept_until(day, rule_for("DE")).isoformat() == "2028-12-31"
    assert rule_for("XX").country == "*"


def test_papers_that_are_no_vouchers_have_a_rule_of_their_own(governor: User, old: Document) -> None:
    attached = {"state": "attached", "attached_to": make_document(old.entity)}
    Document.objects.filter(pk=old.pk).update(**attached, received_at=timezone.now() - timedelta(days=8 * 365))
    assert rule_for("DE", LETTER).years == 6
    assert [item.document.pk for item in due(LegalEntity.objects.all())] == [old.pk]
    Document.objects.filter(pk=old.pk).update(state="posted", attached_to=None)
    assert due(LegalEntity.objects.all()) == [], "what was posted is a voucher"
    Document.objects.filter(pk=old.pk).update(**attached)
    actions.set_rule("DE", 9, "our own decision", acting_user=governor, kind="letter")
    assert due(LegalEntity.objects.all()) == []
    assert rule_for("DE").years == 8
    with pytest.raises(Invalid, match="no kind of papers"):
        actions.set_rule("DE", 9, "x", acting_user=governor, kind="diary")


def test_the_page_does_what_its_buttons_say(governor: User, old: Document) -> None:
    client = Client()
    client.force_login(governor, backend="django.contrib.auth.backends.ModelBackend")
    assert "Mueller.pdf" in client.get(reverse("audit-retention")).content.decode()
    client.post(reverse("retention-hold"), {"kind": "document", "key": str(old.pk), "reason": "Asked for."})
    assert "Mueller.pdf" not in client.get(reverse("audit-retention")).content.decode()
    client.post(reverse("retention-release", args=(1,)), {"because": "Done."})
    client.post(reverse("retention-rule"), {"country": "FR", "years": "12", "basis": "board"})
    shown = client.get(reverse("audit-retention")).content.decode()
    assert "board" in shown
    answer = client.post(reverse("retention-erase"), {"document": str(old.pk)})
    assert "Certificate of erasure" in answer.content.decode()
    refused = client.post(reverse("retention-erase"), {"document": "nonsense"})
    assert refused.status_code == 302


def test_what_its_events_said_goes_with_it_and_stays_of_others(
    client: Client, governor: User, old: Document, entity: LegalEntity
) -> None:
    other = accept(
        IncomingFile(entity=entity, data=b"%PDF-1.4 other", filename="Huber.pdf", channel="upload"), wake=False
    )
    run = f"run:{old.run_id}"
    with transaction.atomic():
        record("run.paused", actor="user:gina", subject=run, because="Mr Mueller called.")
    assert trail(run)[0].because == "Mr Mueller called."
    actions.erase_document(old.pk, acting_user=governor)
    received = trail(f"document:{old.pk}")[-1]
    assert isinstance(received.after, dict)
    assert (received.after["filename"], received.after["channel"]) == ("erased", "upload")
    assert trail(run)[0].because == "erased"
    assert "Huber.pdf" in str(trail(f"document:{other.document.pk}")[-1].after)
    with transaction.atomic():
        record("document.commented", actor="user:gina", subject=f"document:{old.pk}", after={"text": "Mueller again"})
        before, after = {"gross_amount": "1.00", "line_items": []}, {"gross_amount": "2.00", "line_items": []}
        record("document.corrected", actor="user:gina", subject=f"document:{old.pk}", before=before, after=after)
    assert "Mueller" not in str(trail(f"document:{old.pk}")[0].after)
    client.force_login(governor)
    for page in (reverse("document", args=[old.pk]), reverse("audit-log")):
        shown = client.get(page)
        assert shown.status_code == 200
        assert "erased" in shown.content.decode()


def test_why_it_failed_or_was_rejected_goes_too(governor: User, old: Document) -> None:
    Document.objects.filter(pk=old.pk).update(
        state="rejected", problem={"code": "not_ours", "message": "Mr Mueller wrote to the wrong company."}
    )
    run = Run.objects.get(subject=f"document:{old.pk}")
    error = {"step": "post", "code": "refused", "message": "Mueller is unknown to the ERP."}
    Run.objects.filter(pk=run.pk).update(error=error)
    Attempt.objects.create(run=run, step="post", number=1, code="refused", message=error["message"])
    answer = {"outcome": "rejected", "by": "carla", "reason": "Mr Mueller moved away."}
    Signal.objects.create(run=run, name="verify", dedupe_key="1", payload=answer)
    actions.erase_document(old.pk, acting_user=governor)
    run.refresh_from_db()
    assert Signal.objects.get(run=run).payload == {"outcome": "rejected", "by": "carla", "reason": "erased"}
    assert run.error == {"step": "post", "code": "refused", "message": "erased"}
    assert Attempt.objects.get(run=run).message == "erased"
    assert Document.objects.get(pk=old.pk).problem == {"code": "not_ours", "message": "erased"}


def test_pictures_of_its_pages_leave_the_shared_cache(governor: User, old: Document) -> None:
    Document.objects.filter(pk=old.pk).update(page_count=2)
    old.page_count = 2
    names = [pictures.key(old, number, width) for number in (1, 2) for width in pictures.WIDTHS]
    cache.set_many(dict.fromkeys(names, b"picture"))
    actions.erase_document(old.pk, acting_user=governor)
    assert not cache.get_many(names)


def test_nothing_is_erased_by_night_until_governance_says_so(governor: User, auditor: User, old: Document) -> None:
    erase_due()
    assert not Event.objects.filter(action__in=("document.erased", "retention.ran")).exists()
    with pytest.raises(NotAllowed):
        actions.set_schedule(True, "x", acting_user=auditor)
    with pytest.raises(Invalid):
        actions.set_schedule(True, "", acting_user=governor)
    actions.set_schedule(True, "Decided by the board.", acting_user=governor)
    erase_due()
    assert not bytes(Document.objects.get(pk=old.pk).wrapped_key)
    assert Event.objects.get(action="document.erased").actor == "system:retention"
    ran = Event.objects.get(action="retention.ran")
    assert ran.after == {"erased": 1, "refused": {}, "refused_count": 0}


def test_the_night_passes_over_what_is_held(governor: User, old: Document) -> None:
    actions.set_schedule(True, "Decided by the board.", acting_user=governor)
    actions.place_hold("document", str(old.pk), "A lawsuit.", acting_user=governor)
    erase_due()
    assert bytes(Document.objects.get(pk=old.pk).wrapped_key)
    actions.set_schedule(False, "Not now.", acting_user=governor)
    assert Event.objects.filter(action="retention.schedule_changed").count() == 2


def test_the_page_says_what_goes_next(client: Client, governor: User, old: Document) -> None:
    years = timezone.now().year - rule_for("DE").years
    incoming = IncomingFile(entity=old.entity, data=b"%PDF-1.4 soon", filename="soon.pdf", channel="upload")
    soon = accept(incoming, wake=False).document
    Document.objects.filter(pk=soon.pk).update(state="posted", received_at=datetime(years, 5, 1, tzinfo=UTC))
    client.force_login(governor)
    shown = client.get(reverse("audit-retention")).content.decode()
    assert shown.index("Next to go") < shown.index("soon.pdf")
    assert shown.index("Mueller.pdf") < shown.index("Next to go")
    client.post(reverse("retention-schedule"), {"enabled": "yes", "because": "The board said so."})
    assert "every night at" in client.get(reverse("audit-retention")).content.decode()
