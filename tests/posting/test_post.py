"""The outbox: intended first, sent once, asked before any repeat; a crash at any boundary posts once."""

import csv
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from lxml import etree

from audit.models import Event
from audit.personal import opened
from automation.documents.models import Document, State
from automation.errors import Conflict, CountersignError, PermanentFailure, TemporaryFailure
from automation.identity import new_id
from automation.ledger.models import LegalEntity
from automation.posting import adapters
from automation.posting.adapters.base import CannotTell
from automation.posting.models import Outcome, Posting
from automation.posting.payload import Payload
from automation.posting.post import run
from automation.workflow import engine, operators
from automation.workflow.definition import Step, Workflow, publish
from automation.workflow.models import Run, RunState
from automation.workflow.results import Context, Done
from tests.factories import CLEAN, make_document

ONLY_POST = Workflow("post only", (Step("post", "automation.posting.post.run"),))


def context(document: Document, run_id: uuid.UUID | None = None) -> Context:
    return Context(run_id or new_id(), "post", 1, {"document": str(document.pk)}, {})


def finish(done: Any) -> None:
    assert isinstance(done, Done)
    with transaction.atomic():
        done.commit()


def approved(entity: LegalEntity, **changes: str) -> Document:
    return make_document(entity, {**CLEAN, **changes}, state=State.APPROVED)


@dataclass
class Erp:
    """A receiver in memory that can be told to misbehave. It applies a key once."""

    applied: dict[str, Payload] = field(default_factory=dict)
    deliveries: int = 0
    deliver_error: CountersignError | None = None
    loses_answer: bool = False
    lookup_error: CountersignError | None = None

    def deliver(self, key: str, payload: Payload) -> str:
        self.deliveries += 1
        if self.deliver_error is not None:
            raise self.deliver_error
        self.applied.setdefault(key, payload)
        if self.loses_answer:
            raise TemporaryFailure("the answer was lost")
        return f"ERP-{len(self.applied)}"

    def lookup(self, key: str) -> str | None:
        if self.lookup_error is not None:
            raise self.lookup_error
        return f"ERP-{list(self.applied).index(key) + 1}" if key in self.applied else None


@pytest.fixture
def erp(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Erp:
    """A third adapter, as somebody adding one would name it."""
    receiver = Erp()
    monkeypatch.setattr(adapters, "ADAPTERS", {**adapters.ADAPTERS, "erp": lambda: receiver})
    settings.POSTING_ADAPTERS = ["erp"]
    return receiver


def test_an_approved_document_is_posted_to_every_adapter(entity: LegalEntity, settings: Any) -> None:
    document = approved(entity)
    done = run(context(document))
    finish(done)
    document.refresh_from_db()
    assert document.state == State.POSTED
    assert [p.outcome for p in Posting.objects.all()] == ["posted", "posted"]
    xml = etree.parse(settings.POSTING_DIR / "ubl" / done.output["references"]["ubl"])
    assert xml.getroot().findtext("{*}ID") == CLEAN["invoice_number"]
    with (settings.POSTING_DIR / "csv" / done.output["references"]["csv"]).open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["gross_amount"], row["line_description"]) == ("119.00", "Copy paper A4")
    actions = list(
        Event.objects.filter(subject=f"document:{document.pk}").order_by("id").values_list("action", flat=True)
    )
    assert actions == ["document.posting_started", "document.posted"]


@pytest.mark.parametrize("state", [State.TO_APPROVE, State.REJECTED, State.POSTED])
def test_nothing_else_is_posted(entity: LegalEntity, state: State) -> None:
    document = make_document(entity, state=state)
    with pytest.raises(Conflict):
        run(context(document))
    assert not Posting.objects.exists()


def test_run_again_it_asks_and_does_not_send_again(entity: LegalEntity, erp: Erp) -> None:
    document, run_id = approved(entity), new_id()
    first = run(context(document, run_id))
    again = run(context(document, run_id))
    assert (first.output, erp.deliveries) == (again.output, 1)


def test_a_lost_answer_is_unknown_until_the_receiver_is_asked(entity: LegalEntity, erp: Erp) -> None:
    document, run_id = approved(entity), new_id()
    erp.loses_answer = True
    with pytest.raises(TemporaryFailure):
        run(context(document, run_id))
    assert Posting.objects.get().outcome == Outcome.UNKNOWN
    assert Event.objects.filter(action="document.posting_unknown").count() == 1
    finish(run(context(document, run_id)))
    posting = Posting.objects.get()
    assert (posting.outcome, posting.reference, erp.deliveries) == (Outcome.POSTED, "ERP-1", 1)


def test_what_never_arrived_is_sent_again_with_the_same_key(entity: LegalEntity, erp: Erp) -> None:
    document, run_id = approved(entity), new_id()
    erp.deliver_error = TemporaryFailure("no route to host")
    for _ in range(2):
        with pytest.raises(TemporaryFailure):
            run(context(document, run_id))
    erp.deliver_error = None
    finish(run(context(document, run_id)))
    assert list(erp.applied) == [f"{run_id}:post:erp"]
    assert Event.objects.filter(action="document.posting_unknown").count() == 1


def test_a_receiver_that_is_away_is_left_in_peace_and_nothing_is_in_doubt(entity: LegalEntity, erp: Erp) -> None:
    erp.deliver_error = TemporaryFailure("no route to host")
    for _ in range(5):
        with pytest.raises(TemporaryFailure):
            run(context(approved(entity)))
    last = approved(entity)
    with pytest.raises(TemporaryFailure, match="not asked again") as refused:
        run(context(last))
    assert (refused.value.code, erp.deliveries) == ("circuit_open", 5)
    assert Posting.objects.get(document=last).outcome == Outcome.INTENDED


def test_a_receiver_that_cannot_tell_leaves_it_to_a_person(entity: LegalEntity, erp: Erp) -> None:
    document, run_id = approved(entity), new_id()
    erp.loses_answer, erp.lookup_error = True, CannotTell("It keeps no record of keys.")
    with pytest.raises(TemporaryFailure):
        run(context(document, run_id))
    with pytest.raises(CannotTell) as refused:
        run(context(document, run_id))
    assert (refused.value.code, refused.value.retryable) == ("posting_unknown", False)
    assert (Posting.objects.get().outcome, erp.deliveries) == (Outcome.UNKNOWN, 1)


def test_a_refusal_is_kept_with_its_reason(entity: LegalEntity, erp: Erp) -> None:
    document = approved(entity)
    erp.deliver_error = PermanentFailure("The period is closed.")
    with pytest.raises(PermanentFailure):
        run(context(document))
    posting = Posting.objects.get()
    assert (posting.outcome, posting.detail) == (Outcome.REFUSED, "The period is closed.")
    (failed,) = opened(Event.objects.filter(action="document.posting_failed"))
    assert failed.because == "The period is closed."


@pytest.mark.parametrize("change", [{"currency": "EURO"}, {"gross_amount": "191.00"}, {"issue_date": "soon"}])
def test_what_makes_no_valid_ubl_is_refused_and_not_written(
    entity: LegalEntity, settings: Any, change: dict[str, str]
) -> None:
    document = approved(entity, **change)
    with pytest.raises(CountersignError):
        run(context(document))
    assert Posting.objects.get(adapter="ubl").outcome == Outcome.REFUSED
    assert not (settings.POSTING_DIR / "ubl").exists()


def test_the_payload_is_what_was_approved_then(entity: LegalEntity, erp: Erp) -> None:
    from tests.factories import add_value

    document, run_id = approved(entity), new_id()
    erp.deliver_error = TemporaryFailure("busy")
    with pytest.raises(TemporaryFailure):
        run(context(document, run_id))
    add_value(document, "gross_amount", "999.00")
    erp.deliver_error = None
    run(context(document, run_id))
    assert next(iter(erp.applied.values())).fields["gross_amount"] == "119.00"


def test_the_database_takes_intents_for_approved_documents_only(entity: LegalEntity) -> None:
    document = make_document(entity, state=State.TO_APPROVE)
    with pytest.raises(DatabaseError, match="not approved"):
        Posting.objects.create(document=document, key="k", adapter="csv", payload={})


@pytest.mark.parametrize("change", ["payload = '{}'", "key = 'other'", "outcome = 'refused'"])
def test_the_database_keeps_what_was_confirmed(entity: LegalEntity, change: str) -> None:
    run(context(approved(entity)))
    with pytest.raises(DatabaseError, match="kept as it was"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE posting_posting SET {change}")


APPROVED_BEFORE = Workflow(
    "approve, then post",
    (Step("approve", "tests.posting.test_post.approve"), Step("post", "automation.posting.post.run")),
    on_failure="automation.documents.states.run_failed",
)


def approve(context: Context) -> Done:
    return Done({"outcome": "approved", "by": "amir"})


def test_what_failed_is_shown_to_a_person_and_posted_when_an_operator_retries(entity: LegalEntity, erp: Erp) -> None:
    document = approved(entity)
    publish(APPROVED_BEFORE)
    started = engine.start(APPROVED_BEFORE.name, f"document:{document.pk}", {"document": str(document.pk)}, wake=False)
    Document.objects.filter(pk=document.pk).update(run_id=started.pk)
    erp.deliver_error = CannotTell("It keeps no record of keys.")
    engine.advance(started.pk)
    document.refresh_from_db()
    assert document.state == State.FAILED
    assert document.problem == {"code": "posting_unknown", "message": "It keeps no record of keys."}
    erp.deliver_error = None
    operators.retry(started.pk, actor="user:olga", because="Asked by telephone: nothing was booked.")
    engine.advance(started.pk)
    document.refresh_from_db()
    assert (document.state, document.problem, len(erp.applied)) == (State.POSTED, None, 1)


def test_a_document_that_failed_before_its_approval_is_not_posted(entity: LegalEntity, erp: Erp) -> None:
    document = make_document(entity, state=State.FAILED)
    with pytest.raises(Conflict):
        run(context(document))
    assert erp.deliveries == 0


CRASHING = """
import sys, uuid, django
django.setup()
from automation.workflow import engine
engine.advance(uuid.UUID(sys.argv[1]))
"""


@pytest.mark.parametrize("point", ["posting_intended", "posting_delivered", "before_checkpoint"])
def test_killed_at_any_boundary_it_is_posted_once(transactional_db: None, settings: Any, point: str) -> None:
    from tests.servers import service_environment

    document = approved(LegalEntity.objects.create(name="Example Trading GmbH", vat_id="DE136695976"))
    publish(ONLY_POST)
    with transaction.atomic():
        run_id = engine.start(ONLY_POST.name, f"document:{document.pk}", {"document": str(document.pk)}, wake=False).pk
    environment = {
        **service_environment(),
        "DJANGO_SETTINGS_MODULE": "automation.settings",
        "COUNTERSIGN_CRASH_AT": point,
    }
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run([sys.executable, "-c", CRASHING, str(run_id)], env=environment, cwd=root, check=False)
    assert killed.returncode == -9
    Run.objects.filter(pk=run_id).update(due_at="2000-01-01T00:00Z")  # its lease has run out
    engine.advance(run_id)
    assert Run.objects.get(pk=run_id).state == RunState.DONE
    document.refresh_from_db()
    assert document.state == State.POSTED
    assert Event.objects.filter(action="document.posted").count() == 1
    for folder in ("ubl", "csv"):
        assert len(list((settings.POSTING_DIR / folder).iterdir())) == 1
