"""What an operator does to a run, and what becomes of the document."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from audit.queries import trail
from automation import breakers
from automation.documents import operate
from automation.documents.models import Document, State
from automation.errors import Conflict, Invalid, TemporaryFailure
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.posting import adapters
from automation.workflow import engine
from automation.workflow.models import Attempt, Run, RunState, StepResult
from review.actions.approve import approve
from review.demo.draw import draw
from review.demo.invoices import SAMPLES

GOOD = draw(next(sample for sample in SAMPLES if sample.file == "alpenwerk-88213.pdf"))
OPERATOR = "user:olga"


class Erp:
    """A receiver that is away until it is back. It applies a key once."""

    def __init__(self) -> None:
        self.away = True
        self.applied: dict[str, object] = {}

    def deliver(self, key: str, payload: object) -> str:
        if self.away:
            raise TemporaryFailure("no route to host")
        self.applied.setdefault(key, payload)
        return f"ERP-{len(self.applied)}"

    def lookup(self, key: str) -> str | None:
        if self.away:
            raise TemporaryFailure("no route to host")
        return "ERP-1" if key in self.applied else None


@pytest.fixture
def erp(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Erp:
    receiver = Erp()
    monkeypatch.setattr(adapters, "ADAPTERS", {**adapters.ADAPTERS, "erp": lambda: receiver})
    settings.POSTING_ADAPTERS = ["erp"]
    no_rest = {"posting": replace(breakers.DOWNSTREAMS["posting"], rest=0)}  # here no time passes between tries
    monkeypatch.setattr(breakers, "DOWNSTREAMS", no_rest)
    return receiver


@pytest.fixture(autouse=True)
def lenient_policy(db: None) -> None:
    """Nobody verifies unless something blocks: how well the document is read is not the matter here."""
    publish(
        {**FIRST, "minimum_confidence": "0", "key_fields": [], "highest_silent_severity": "warning"}, acting_user=None
    )


def run_of(document: Document) -> Run:
    return Run.objects.get(subject=f"document:{document.pk}")


def go_on(document: Document) -> Document:
    """Let the run go as far as it can, all its retries included."""
    for _ in range(40):
        engine.advance(run_of(document).pk)
        if not Run.objects.filter(pk=run_of(document).pk, state=RunState.READY).update(due_at="2000-01-01T00:00Z"):
            break
    document.refresh_from_db()
    return document


def handed_in(entity: LegalEntity, data: bytes = GOOD) -> Document:
    return go_on(accept(IncomingFile(entity, "invoice.pdf", data, channel="email"), wake=False).document)


@pytest.fixture
def approved(entity: LegalEntity, approver: User, erp: Erp) -> Document:
    """Approved, and failed in `post`: the receiver stayed away for all attempts."""
    document = handed_in(entity)
    assert document.state == State.TO_APPROVE
    approve(document.pk, expected_version=document.version, acting_user=approver)
    document = go_on(document)
    assert (document.state, run_of(document).state, run_of(document).step) == (State.FAILED, RunState.FAILED, "post")
    assert Attempt.objects.filter(run=run_of(document), step="post").count() == 8
    return document


def test_a_run_that_failed_in_posting_is_retried_and_ends_posted(approved: Document, erp: Erp) -> None:
    erp.away = False
    operate.retry(run_of(approved).pk, actor=OPERATOR, because="the ERP is back")
    approved.refresh_from_db()
    assert (approved.state, approved.problem) == (State.APPROVED, None)
    document = go_on(approved)
    assert (document.state, run_of(document).state, len(erp.applied)) == (State.POSTED, RunState.DONE, 1)
    assert trail(f"run:{document.run_id}")[0].because == "the ERP is back"
    assert "document.resumed" in [event.action for event in trail(f"document:{document.pk}")]


def test_a_retry_from_before_the_approval_asks_for_it_again(approved: Document, approver: User, erp: Erp) -> None:
    erp.away = False
    operate.retry(run_of(approved).pk, actor=OPERATOR, from_step="check")
    document = go_on(approved)
    assert document.state == State.TO_APPROVE
    assert not StepResult.objects.filter(run=run_of(document), step="approve").exists()
    approve(document.pk, expected_version=document.version, acting_user=approver)
    assert go_on(document).state == State.POSTED


def test_what_was_not_approved_in_this_run_cannot_be_retried_into_posting(entity: LegalEntity) -> None:
    document = handed_in(entity, GOOD[:700])
    assert document.state == State.QUARANTINED
    with pytest.raises(Conflict, match="not approved"):
        operate.retry(run_of(document).pk, actor=OPERATOR, from_step="post")
    document.refresh_from_db()
    assert (document.state, run_of(document).state) == (State.QUARANTINED, RunState.FAILED)


def test_a_quarantined_document_is_read_again(entity: LegalEntity, settings: Any) -> None:
    settings.DOCUMENT_MAX_PAGES = 0
    document = handed_in(entity)
    assert (document.state, run_of(document).step) == (State.QUARANTINED, "read")
    settings.DOCUMENT_MAX_PAGES = 300
    operate.retry(run_of(document).pk, actor=OPERATOR, from_step="read", because="the limit was too low")
    assert go_on(document).state == State.TO_APPROVE


def test_what_a_person_booked_by_hand_counts_as_posted(approved: Document, erp: Erp) -> None:
    operate.skip(run_of(approved).pk, actor=OPERATOR, because="Booked by hand as 4711.")
    document = go_on(approved)
    assert (document.state, run_of(document).state, erp.applied) == (State.POSTED, RunState.DONE, {})
    posted = next(event for event in trail(f"document:{document.pk}") if event.action == "document.posted")
    assert (posted.actor, posted.because) == (OPERATOR, "Booked by hand as 4711.")


def test_a_persons_decision_cannot_be_skipped(entity: LegalEntity, erp: Erp) -> None:
    document = handed_in(entity)
    with pytest.raises(Conflict, match="decision"):
        operate.skip(run_of(document).pk, actor=OPERATOR, because="in a hurry")
    document.refresh_from_db()
    assert (document.state, run_of(document).state) == (State.TO_APPROVE, RunState.WAITING)


def test_a_step_whose_findings_are_needed_cannot_be_skipped(entity: LegalEntity) -> None:
    document = handed_in(entity, GOOD[:700])
    with pytest.raises(Conflict, match="need what it finds"):
        operate.skip(run_of(document).pk, actor=OPERATOR, because="never mind")


def test_cancel_says_why_on_the_document(entity: LegalEntity, approver: User) -> None:
    document = handed_in(entity)
    with pytest.raises(Invalid):
        operate.cancel(run_of(document).pk, actor=OPERATOR, because=" ")
    operate.cancel(run_of(document).pk, actor=OPERATOR, because="ordered twice")
    document.refresh_from_db()
    assert (document.state, run_of(document).state) == (State.FAILED, RunState.CANCELLED)
    assert document.problem == {"code": "cancelled", "message": "An operator stopped it: ordered twice"}
    with pytest.raises(Conflict):
        approve(document.pk, expected_version=document.version, acting_user=approver)


def test_a_document_that_failed_after_posting_stays_posted(
    approved: Document, erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Conflict("the suppliers are locked")

    erp.away = False
    monkeypatch.setattr("automation.documents.archive.remember_supplier", refuse)
    operate.retry(run_of(approved).pk, actor=OPERATOR)
    document = go_on(approved)
    assert (document.state, run_of(document).state, run_of(document).step) == (State.POSTED, RunState.FAILED, "archive")
    monkeypatch.undo()
    with pytest.raises(Conflict, match="posted already"):
        operate.retry(run_of(document).pk, actor=OPERATOR, from_step="read")
    operate.retry(run_of(document).pk, actor=OPERATOR)
    document = go_on(document)
    assert (document.state, run_of(document).state) == (State.POSTED, RunState.DONE)
