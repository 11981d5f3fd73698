from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.queries import trail
from automation.documents.models import Document, FieldValue, State
from automation.errors import Conflict, Invalid, NotAllowed, Stale
from automation.ledger.models import LegalEntity
from automation.workflow.models import Signal
from review.actions.approve import approve, approve_many
from review.actions.comment import comment
from review.actions.correct import confirm_field, correct_field
from review.actions.decide import NotReady
from review.actions.dismiss import dismiss
from review.actions.postpone import postpone
from review.actions.reject import reject
from review.actions.verify import verify
from review.models import Correction, Decision, Gate, Task
from tests.factories import CLEAN, make_document
from tests.review.waiting import fresh, go_on, make_waiting, run_of


def open_task(document: Document) -> Task:
    return Task.objects.get(document=document, closed_at=None)


def test_verifying_records_signals_and_closes(to_verify: Document, clerk: User) -> None:
    task = open_task(to_verify)
    decision = verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    assert (decision.task, decision.by, decision.verdict) == (task, clerk, "approved")
    assert Task.objects.get(pk=task.pk).closed_at is not None
    signal = Signal.objects.get(run=run_of(to_verify))
    assert (signal.name, signal.dedupe_key) == ("verify", str(task.pk))
    assert signal.payload == {"outcome": "verified", "by": "carla", "reason": ""}
    assert trail(f"document:{to_verify.pk}")[0].action == "document.verified"


def test_two_clicks_are_one_decision(to_verify: Document, clerk: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    with pytest.raises(Stale):
        verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    with pytest.raises(Conflict, match="waits for nobody"):
        verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    assert Decision.objects.count() == 1


def test_a_missing_required_field_stops_verification(entity: LegalEntity, clerk: User) -> None:
    document = make_waiting(entity, {name: text for name, text in CLEAN.items() if name != "invoice_number"})
    with pytest.raises(NotReady, match=r"Still missing: Invoice number\."):
        verify(document.pk, expected_version=document.version, acting_user=clerk)
    correct_field(document.pk, "invoice_number", "RE-1", expected_version=document.version, acting_user=clerk)
    verify(document.pk, expected_version=fresh(document).version, acting_user=clerk)


def test_a_blocking_finding_stops_verification_and_says_what(
    entity: LegalEntity, clerk: User, to_verify: Document
) -> None:
    twin = make_waiting(entity)
    with pytest.raises(NotReady, match="stands in the way"):
        verify(twin.pk, expected_version=twin.version, acting_user=clerk)
    assert fresh(twin).state == State.TO_VERIFY


def test_each_gate_asks_for_its_own_right(
    to_verify: Document, to_approve: Document, clerk: User, approver: User, auditor: User, outsider: User
) -> None:
    for person in (approver, auditor, outsider):
        with pytest.raises(NotAllowed):
            verify(to_verify.pk, expected_version=to_verify.version, acting_user=person)
        with pytest.raises(NotAllowed):
            reject(to_verify.pk, "No.", expected_version=to_verify.version, acting_user=person)
    for person in (clerk, auditor, outsider):
        with pytest.raises(NotAllowed):
            approve(to_approve.pk, expected_version=to_approve.version, acting_user=person)
    assert not Decision.objects.exists()


def test_a_gate_cannot_be_jumped(to_verify: Document, controller: User) -> None:
    with pytest.raises(Conflict, match="to verify"):
        approve(to_verify.pk, expected_version=to_verify.version, acting_user=controller)


def test_an_approver_who_touched_nothing_approves(to_approve: Document, approver: User) -> None:
    approve(to_approve.pk, expected_version=to_approve.version, acting_user=approver)
    assert fresh(to_approve).state == State.APPROVED
    assert trail(f"document:{to_approve.pk}")[0].action == "document.approved"


def touch_by_correcting(document: Document, person: User) -> None:
    correct_field(document.pk, "payment_terms", "30 days", expected_version=fresh(document).version, acting_user=person)


def touch_by_confirming(document: Document, person: User) -> None:
    confirm_field(document.pk, "seller_name", expected_version=fresh(document).version, acting_user=person)


def touch_by_verifying(document: Document, person: User) -> None:
    verify(document.pk, expected_version=fresh(document).version, acting_user=person)


def touch_by_handing_in(document: Document, person: User) -> None:
    Document.objects.filter(pk=document.pk).update(uploaded_by=person)


TOUCHES = [touch_by_correcting, touch_by_confirming, touch_by_verifying, touch_by_handing_in]


@pytest.fixture(params=TOUCHES, ids=lambda touch: touch.__name__)
def touched(request: pytest.FixtureRequest, to_verify: Document, clerk: User, controller: User) -> Document:
    """A document at approval that the controller touched before."""
    request.param(to_verify, controller)
    if fresh(to_verify).state == State.TO_VERIFY:
        verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    return go_on(to_verify)


def test_whoever_touched_a_document_cannot_approve_it(touched: Document, controller: User, approver: User) -> None:
    with pytest.raises(NotAllowed, match="another person") as refused:
        approve(touched.pk, expected_version=touched.version, acting_user=controller)
    assert refused.value.code == "four_eyes"
    approve(touched.pk, expected_version=touched.version, acting_user=approver)


def test_the_database_refuses_them_too_whoever_writes(touched: Document, controller: User) -> None:
    User.objects.filter(pk=controller.pk).update(is_superuser=True)
    with pytest.raises(IntegrityError, match="cannot approve it"), transaction.atomic():
        Decision.objects.create(
            task=open_task(touched), document=touched, gate=Gate.APPROVE, verdict="approved", by=controller
        )
    assert not Decision.objects.filter(document=touched, gate=Gate.APPROVE).exists()


def test_the_database_wants_a_decision_to_be_about_its_task(
    entity: LegalEntity, to_verify: Document, approver: User
) -> None:
    other = make_document(entity)
    for document, gate in ((other, Gate.VERIFY), (to_verify, Gate.APPROVE)):
        with pytest.raises(IntegrityError, match="not about its task"), transaction.atomic():
            Decision.objects.create(
                task=open_task(to_verify), document=document, gate=gate, verdict="approved", by=approver
            )


def test_what_was_decided_stays(to_verify: Document, clerk: User, controller: User) -> None:
    touch_by_confirming(to_verify, clerk)
    comment(to_verify.pk, "Called them.", acting_user=clerk)
    verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    for change in (
        lambda: Decision.objects.update(by=controller),
        lambda: Decision.objects.all().delete(),
        lambda: Correction.objects.update(by=controller),
        lambda: FieldValue.objects.filter(entered_by=clerk).update(entered_by=controller),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_task_has_one_decision(to_verify: Document, clerk: User, controller: User) -> None:
    task = open_task(to_verify)
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            task=task, document=to_verify, gate=Gate.VERIFY, verdict="rejected", reason="No.", by=controller
        )


def test_many_are_approved_each_on_its_own(entity: LegalEntity, approver: User) -> None:
    good, own, stale = (make_waiting(entity, {**CLEAN, "invoice_number": f"N-{n}"}, route="approve") for n in range(3))
    Document.objects.filter(pk=own.pk).update(uploaded_by=approver)
    asked = [(good.pk, good.version), (own.pk, own.version), (stale.pk, stale.version - 1)]
    outcomes = approve_many(asked, acting_user=approver)
    assert [outcome.document_id for outcome in outcomes] == [good.pk, own.pk, stale.pk]
    assert [outcome.decision is not None for outcome in outcomes] == [True, False, False]
    assert "another person" in outcomes[1].problem
    assert "version" in outcomes[2].problem
    assert [fresh(d).state for d in (good, own, stale)] == [State.APPROVED, State.TO_APPROVE, State.TO_APPROVE]


def test_a_rejection_needs_a_reason(to_approve: Document, approver: User) -> None:
    with pytest.raises(Invalid, match="Say why"):
        reject(to_approve.pk, "  ", expected_version=to_approve.version, acting_user=approver)
    reject(to_approve.pk, "Ordered by nobody.", expected_version=to_approve.version, acting_user=approver)
    assert fresh(to_approve).problem == {"code": "rejected", "message": "Ordered by nobody."}
    assert trail(f"document:{to_approve.pk}")[0].because == "Ordered by nobody."


def test_a_postponed_task_keeps_waiting(to_verify: Document, clerk: User) -> None:
    until = timezone.now() + timedelta(days=3)
    task = postpone(to_verify.pk, until, expected_version=to_verify.version, acting_user=clerk)
    assert (task.postponed_until, task.closed_at) == (until, None)
    assert trail(f"document:{to_verify.pk}")[0].action == "document.postponed"
    assert fresh(to_verify).version == to_verify.version + 1


@pytest.mark.parametrize(
    "until",
    [
        timezone.now() - timedelta(minutes=1),
        timezone.now() + timedelta(days=400),
        datetime(2999, 1, 1),  # noqa: DTZ001 - a time without zone is what is refused here
    ],
)
def test_only_to_a_time_that_makes_sense(to_verify: Document, clerk: User, until: datetime) -> None:
    with pytest.raises(Invalid, match="Choose a time"):
        postpone(to_verify.pk, until, expected_version=to_verify.version, acting_user=clerk)


def test_remarks_are_for_those_who_work_here(to_verify: Document, approver: User, auditor: User) -> None:
    remark = comment(to_verify.pk, " Is this ours? ", acting_user=approver, field="buyer_name")
    assert (remark.text, remark.by) == ("Is this ours?", approver)
    for person, text, field, error in (
        (auditor, "Hm", "", NotAllowed),
        (approver, " ", "", Invalid),
        (approver, "Hm", "colour", Invalid),
    ):
        with pytest.raises(error):
            comment(to_verify.pk, text, acting_user=person, field=field)


@pytest.mark.parametrize("state", [State.FAILED, State.QUARANTINED])
def test_a_problem_is_put_aside_with_a_reason(entity: LegalEntity, clerk: User, auditor: User, state: State) -> None:
    document = make_document(entity, state=state)
    with pytest.raises(NotAllowed):
        dismiss(document.pk, "Spam.", expected_version=document.version, acting_user=auditor)
    dismiss(document.pk, "Spam.", expected_version=document.version, acting_user=clerk)
    assert (fresh(document).state, fresh(document).problem) == (
        State.REJECTED,
        {"code": "rejected", "message": "Spam."},
    )
    event = trail(f"document:{document.pk}")[0]
    assert (event.action, event.before, event.because) == ("document.rejected", document.problem, "Spam.")


def test_only_problems_are_put_aside(to_verify: Document, clerk: User) -> None:
    with pytest.raises(Conflict, match="only problems"):
        dismiss(to_verify.pk, "Spam.", expected_version=to_verify.version, acting_user=clerk)
