"""Approvals that the policy lets be asked for at once: given in any order, each by another person."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from automation.documents.models import Document, State
from automation.errors import Conflict, Invalid, NotAllowed
from automation.ledger.models import BankAccount, LegalEntity, Supplier
from automation.policy.publish import FIRST, publish
from automation.workflow.models import Run
from review import queries, reminders
from review.actions import lease
from review.actions.absence import set_limit
from review.actions.approve import approve
from review.actions.correct import correct_field
from review.actions.hold import hold, release_hold
from review.actions.postpone import postpone
from review.actions.reject import reject
from review.actions.verify import verify
from review.actions.withdraw import send_back, withdraw_decision
from review.models import Decision, Gate, Letter, Task
from tests.factories import CLEAN
from tests.review.waiting import ALL_GATES, fresh, go_on, make_waiting, run_of, waiting_for_all

ALL = ["approve", "controller", "treasury"]
People = Callable[[str, str], User]


@pytest.fixture
def at_once(entity: LegalEntity) -> LegalEntity:
    """A policy and a supplier under which an invoice needs all three approvals."""
    matrix = {"controller_above": {"EUR": "100.00"}, "treasury_on_bank_change": True}
    publish({**FIRST, **matrix, "approvals": "parallel"}, acting_user=None)
    supplier = Supplier.objects.create(
        entity=entity, name="Nordwind", normal_name="nordwind", vat_id=CLEAN["seller_vat_id"]
    )
    BankAccount.objects.create(supplier=supplier, iban="DE02120300000000202051")
    return entity


def open_gates(document: Document) -> list[str]:
    return sorted(Task.objects.filter(document=document, closed_at=None).values_list("gate", flat=True))


def how(document: Document, person: User) -> dict[str, Any]:
    return {"expected_version": fresh(document).version, "acting_user": User.objects.get(pk=person.pk)}


def decide(document: Document, person: User, gate: Gate | None = None) -> Document:
    approve(document.pk, **how(document, person), gate=gate)
    return go_on(document)


def offered(person: User, **more: Any) -> list[str | None]:
    return [row.gate for row in queries.queue(User.objects.get(pk=person.pk), **more).rows]


def test_all_are_asked_at_once_and_decide_in_any_order(at_once: LegalEntity, approver: User, people: People) -> None:
    document, cora, theo = waiting_for_all(at_once), people("cora", "controller"), people("theo", "treasury")
    assert open_gates(document) == ALL
    assert [offered(one) for one in (approver, cora, theo)] == [["approve"], ["controller"], ["treasury"]]
    assert decide(document, theo).state == State.TO_APPROVE
    assert (open_gates(document), offered(theo)) == (["approve", "controller"], [])
    assert decide(document, approver).state == State.TO_APPROVE
    assert (open_gates(document), run_of(document).step) == (["controller"], "controller")
    assert decide(document, cora).state == State.APPROVED
    assert (open_gates(document), run_of(document).state) == ([], "done")
    outputs = dict(run_of(document).results.values_list("step", "output"))
    assert [outputs[gate]["by"] for gate in ALL] == ["amir", "cora", "theo"]


def test_an_approval_leaves_a_colleagues_screen_good(at_once: LegalEntity, approver: User, people: People) -> None:
    document = waiting_for_all(at_once)
    seen = how(document, approver)
    decide(document, people("theo", "treasury"))
    approve(document.pk, **seen)
    with pytest.raises(Conflict, match="waits for nobody"):
        approve(document.pk, **how(document, approver), gate=Gate.APPROVE)


def test_a_person_with_two_roles_sees_it_once(at_once: LegalEntity, approver: User, people: People) -> None:
    document, cora = waiting_for_all(at_once), people("cora", "controller")
    for tab in ("mine", "team", "approve"):
        assert offered(cora, tab=tab) == ["treasury" if tab == "approve" else "controller"]
        assert queries.counts(cora)[tab] == 1
    task = queries.document_view(cora, document.pk).task
    assert task is not None
    assert task.gate == "controller"
    decide(document, cora)
    assert (offered(cora), open_gates(document)) == ([], ["approve", "treasury"])
    for gate in (None, Gate.APPROVE):
        with pytest.raises(NotAllowed, match="another person"):
            decide(document, cora, gate)
    task = Task.objects.get(document=document, closed_at=None, gate="approve")
    with pytest.raises(IntegrityError, match="another person"), transaction.atomic():
        Decision.objects.create(task=task, document=document, gate="approve", verdict="approved", by=cora)


def test_what_they_put_off_is_not_the_one_that_counts(at_once: LegalEntity, people: People) -> None:
    document, cora = waiting_for_all(at_once), people("cora", "controller")
    postpone(document.pk, timezone.now() + timedelta(days=1), **how(document, cora))
    assert (offered(cora), offered(people("clement", "controller"))) == (["approve"], ["approve"])
    task = queries.document_view(cora, document.pk).task
    assert task is not None
    assert task.gate == "approve"


def test_whoever_gave_the_first_is_offered_none_of_the_others(at_once: LegalEntity, people: People) -> None:
    document, cora, clement = waiting_for_all(at_once), people("cora", "controller"), people("clement", "controller")
    decide(document, cora, Gate.APPROVE)
    assert (offered(cora), offered(clement)) == ([], ["controller"])
    with pytest.raises(Conflict, match="too late"):
        withdraw_decision(document.pk, acting_user=cora)


@pytest.mark.parametrize("role", ["approver", "controller", "treasury"])
def test_a_rejection_by_any_ends_all(at_once: LegalEntity, approver: User, people: People, role: str) -> None:
    document = waiting_for_all(at_once)
    given = people("theo", "treasury") if role != "treasury" else approver
    decide(document, given)
    reject(document.pk, "Not ours.", **how(document, people("rosa", role)))
    assert open_gates(document) == []
    assert (go_on(document).state, run_of(document).state) == (State.REJECTED, "done")
    with pytest.raises(Conflict):
        withdraw_decision(document.pk, acting_user=given)
    assert fresh(document).state == State.REJECTED


def test_limits_and_holds_stand_for_all(at_once: LegalEntity, approver: User, people: People) -> None:
    document, cora = waiting_for_all(at_once), people("cora", "controller")
    set_limit(cora, Decimal(100), "EUR", None, acting_user=None)
    assert offered(cora) == []
    with pytest.raises(NotAllowed, match="limit"):
        decide(document, cora)
    held = hold(document.pk, "dispute", acting_user=approver)
    theo = people("theo", "treasury")
    assert offered(theo) == []
    with pytest.raises(Conflict, match="On hold"):
        decide(document, theo)
    release_hold(held.pk, acting_user=theo)
    assert decide(document, theo).state == State.TO_APPROVE


def test_a_correction_changes_who_is_asked(at_once: LegalEntity, approver: User, people: People) -> None:
    document, cora, kim = waiting_for_all(at_once), people("cora", "controller"), people("kim", "clerk")
    correct_field(document.pk, "gross_amount", "99", **how(document, kim))
    assert open_gates(document) == ["approve", "treasury"]
    assert offered(cora) == ["approve"]
    correct_field(document.pk, "gross_amount", "119", **how(document, kim))
    assert open_gates(document) == ALL
    decide(document, cora)
    with pytest.raises(Conflict, match="approved once"):
        correct_field(document.pk, "gross_amount", "99", **how(document, kim))
    allowed = queries.document_view(kim, document.pk).allowed
    assert not allowed.correct


def test_each_takes_their_own_back(at_once: LegalEntity, approver: User, people: People, settings: Any) -> None:
    settings.UNDO_SECONDS = 60
    document, cora, theo = waiting_for_all(at_once), people("cora", "controller"), people("theo", "treasury")
    for person in (cora, approver, theo):
        decide(document, person)
    assert fresh(document).state == State.APPROVED
    task = withdraw_decision(document.pk, acting_user=cora)
    assert (task.gate, open_gates(document), fresh(document).state) == ("controller", ["controller"], State.TO_APPROVE)
    withdraw_decision(document.pk, acting_user=approver)
    assert open_gates(go_on(document)) == ["approve", "controller"]
    lease.release(document.pk, acting_user=approver)
    assert decide(document, cora, Gate.APPROVE).state == State.TO_APPROVE
    assert offered(cora) == []
    assert decide(document, people("clement", "controller")).state == State.APPROVED


def test_sent_back_all_are_asked_anew(at_once: LegalEntity, approver: User, people: People, client: Client) -> None:
    document, cora, theo = waiting_for_all(at_once), people("cora", "controller"), people("theo", "treasury")
    decide(document, theo)
    send_back(document.pk, "The date?", **how(document, cora))
    assert (go_on(document).state, open_gates(document)) == (State.TO_VERIFY, ["verify"])
    client.force_login(approver)
    assert "asked for anew: Treasury" in client.get(f"/documents/{document.pk}/").content.decode()
    kim = people("kim", "clerk")
    correct_field(document.pk, "payment_terms", "net 10", **how(document, kim))
    verify(document.pk, **how(document, kim))
    assert open_gates(go_on(document)) == ALL
    for person, state in ((approver, State.TO_APPROVE), (theo, State.TO_APPROVE), (cora, State.APPROVED)):
        assert decide(document, person).state == state


def test_a_verification_is_taken_back_until_anybody_approved(at_once: LegalEntity, clerk: User, people: People) -> None:
    document, cora = make_waiting(at_once, workflow=ALL_GATES), people("cora", "controller")
    verify(document.pk, **how(document, clerk))
    assert open_gates(go_on(document)) == ALL
    withdraw_decision(document.pk, acting_user=clerk)
    assert open_gates(go_on(document)) == ["verify"]
    verify(document.pk, **how(document, clerk))
    assert open_gates(go_on(document)) == ALL
    decide(document, cora)
    with pytest.raises(Conflict, match="too late"):
        withdraw_decision(document.pk, acting_user=clerk)


def test_each_has_a_lease_of_their_own(at_once: LegalEntity, approver: User, people: People) -> None:
    document, cora, kim = waiting_for_all(at_once), people("cora", "controller"), people("kim", "clerk")
    assert all(lease.take(document.pk, acting_user=one).mine for one in (approver, cora))
    assert not lease.take(document.pk, acting_user=people("clement", "controller")).mine
    with pytest.raises(Conflict, match="has it open"):
        correct_field(document.pk, "due_date", "", **how(document, kim))
    assert decide(document, approver).state == State.TO_APPROVE
    assert lease.take(document.pk, acting_user=cora).mine


def test_each_has_a_clock_of_their_own(at_once: LegalEntity, approver: User, people: People) -> None:
    hours = {"approve": 40, "controller": 8}
    publish({**FIRST, "controller_above": {"EUR": "100.00"}, "approvals": "parallel", "hours": hours}, acting_user=None)
    document = waiting_for_all(at_once)
    assert open_gates(document) == ["approve", "controller"]
    cora, clement = people("cora", "controller"), people("clement", "controller")
    Run.objects.filter(pk=run_of(document).pk).update(due_at=timezone.now() - timedelta(minutes=1))
    Task.objects.filter(gate="controller").update(due_at=timezone.now() - timedelta(minutes=1))
    go_on(document)
    assert set(Letter.objects.filter(kind="reminder").values_list("recipient", flat=True)) == {
        cora.email,
        clement.email,
    }
    task = Task.objects.get(gate="controller")
    assert (task.assigned_to, Task.objects.get(gate="approve").assigned_to) == (cora, None)
    assert (offered(cora), offered(clement)) == (["controller"], ["approve"])
    decide(document, cora, Gate.APPROVE)
    assert offered(clement) == ["controller"]


def test_a_link_gives_the_approval_that_it_is_for(at_once: LegalEntity, people: People, client: Client) -> None:
    matrix = {"controller_above": {"EUR": "100.00"}, "approvals": "parallel", "approve_by_link": True}
    publish({**FIRST, **matrix}, acting_user=None)
    document, cora = waiting_for_all(at_once), people("cora", "controller")
    address = reminders.link(Task.objects.get(gate="approve"), cora)
    assert client.post(address, {"version": fresh(document).version}).status_code == 200
    assert open_gates(document) == ["controller"]


def test_the_screen_says_who_approved_and_who_is_asked(
    at_once: LegalEntity, approver: User, people: People, client: Client
) -> None:
    document, theo = waiting_for_all(at_once), people("theo", "treasury")
    decide(document, theo)
    client.force_login(approver)
    page = client.get(f"/documents/{document.pk}/").content.decode()
    assert "Treasury: approved by theo." in page
    assert "Controller: open." in page


@pytest.mark.django_db(transaction=True)
def test_the_database_sees_two_given_at_the_same_moment(at_once: LegalEntity, people: People) -> None:
    document, cora = waiting_for_all(at_once), people("cora", "controller")
    seen: list[type[Exception]] = []

    def give(gate: str) -> None:
        task = Task.objects.get(document=document, gate=gate, closed_at=None)
        Decision.objects.create(task=task, document=document, gate=gate, verdict="approved", by=cora)

    def meanwhile() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
                give("controller")
        except OperationalError as error:
            seen.append(type(error))
        finally:
            connection.close()

    with transaction.atomic():
        give("approve")
        other = threading.Thread(target=meanwhile)
        other.start()
        other.join()
    assert seen == [OperationalError]
    with pytest.raises(IntegrityError, match="another person"):
        give("controller")


def test_a_policy_says_which_of_the_two(db: None) -> None:
    with pytest.raises(Invalid, match="approvals must be one of sequential, parallel"):
        publish({**FIRST, "approvals": "both"}, acting_user=None)
