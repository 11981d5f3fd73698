"""Limits, the approval matrix, stand-ins, holds: in words by the actions, and refused by the database itself."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from audit.personal import opened
from automation.documents.models import Document, State
from automation.errors import Conflict, Invalid, NotAllowed
from automation.ledger.models import BankAccount, LegalEntity, Supplier
from automation.policy.publish import FIRST, publish
from review import queries
from review.actions.absence import appoint, end_stand_in, set_limit
from review.actions.approve import approve
from review.actions.comment import comment, mentions_seen
from review.actions.correct import correct_field
from review.actions.hold import hold, release_hold
from review.actions.reject import mark_duplicate
from review.actions.verify import verify
from review.actions.withdraw import send_back, withdraw_decision
from review.models import Decision, Hold, Mention, Task
from tests.factories import CLEAN, make_document
from tests.review.waiting import fresh, go_on, make_waiting, waiting_for_all


def decide(document: Document, person: User) -> Document:
    approve(document.pk, expected_version=fresh(document).version, acting_user=User.objects.get(pk=person.pk))
    return go_on(document)


def by_hand(document: Document, person: User, **more: Any) -> None:
    """Straight into the table, past all actions."""
    task = Task.objects.get(document=document, closed_at=None)
    with transaction.atomic():
        Decision.objects.create(task=task, document=document, gate=task.gate, verdict="approved", by=person, **more)


def test_nobody_approves_above_their_limit(to_approve: Document, approver: User, people: Any) -> None:
    set_limit(approver, Decimal("118.99"), "EUR", to_approve.entity, acting_user=None)
    with pytest.raises(NotAllowed, match=r"above the limit of 118\.99 EUR"):
        decide(to_approve, approver)
    assert queries.queue(User.objects.get(pk=approver.pk)).rows == []
    with pytest.raises(IntegrityError, match="above the limit"):
        by_hand(to_approve, approver)
    set_limit(approver, Decimal(119), "EUR", to_approve.entity, acting_user=None)
    assert len(queries.queue(User.objects.get(pk=approver.pk)).rows) == 1
    assert decide(to_approve, approver).state == State.APPROVED


def test_a_limit_for_a_cost_centre_holds_in_place_of_the_general_one(
    entity: LegalEntity, clerk: User, approver: User
) -> None:
    def limit(amount: str | None, centre: str, where: LegalEntity | None = entity) -> None:
        set_limit(approver, amount and Decimal(amount), "EUR", where, cost_centre=centre, acting_user=None)  # type: ignore[arg-type]

    def offered() -> bool:
        return bool(queries.queue(User.objects.get(pk=approver.pk)).rows)

    document = make_waiting(entity, route="verify")
    correct_field(document.pk, "cost_centre", " k-410 ", expected_version=document.version, acting_user=clerk)
    verify(document.pk, expected_version=fresh(document).version, acting_user=clerk)
    document = go_on(document)
    assert document.invoice.cost_centre == "K-410"
    limit("5000", "")
    limit("100", "k-410")
    assert not offered()
    with pytest.raises(NotAllowed, match=r"above the limit of 100\.00 EUR"):
        decide(document, approver)
    with pytest.raises(IntegrityError, match="above the limit"):
        by_hand(document, approver)
    limit("100", "")
    limit("119", "K-410", None)
    limit(None, "K-410")
    assert offered()
    limit(None, "K-410", None)
    limit(None, "")
    limit("5000", "K-999")
    assert not offered()
    with pytest.raises(NotAllowed, match="No limit is set for cost centre K-410"):
        decide(document, approver)
    with pytest.raises(IntegrityError, match="above the limit"):
        by_hand(document, approver)
    limit("119", "K-410")
    assert offered()
    assert decide(document, approver).state == State.APPROVED


def test_the_matrix_knows_cost_centres(entity: LegalEntity, people: Any) -> None:
    matrix = {"controller_above": {"EUR": "100.00"}, "cost_centres": {"K-410": {"EUR": "500.00"}}}
    publish({**FIRST, **matrix}, acting_user=None)
    boss = people("boss", "approver")
    dear = decide(waiting_for_all(entity, cost_centre="K-999"), boss)
    assert Task.objects.get(document=dear, closed_at=None).gate == "controller"
    assert decide(waiting_for_all(entity, cost_centre="K-410", invoice_number="RE-2"), boss).state == State.APPROVED
    with pytest.raises(Invalid, match="cost_centres must give amounts"):
        publish({**FIRST, "cost_centres": {"K-410": "500.00"}}, acting_user=None)


def test_a_limit_in_another_currency_is_none_for_this_one(to_approve: Document, approver: User) -> None:
    set_limit(approver, Decimal(10**6), "USD", None, acting_user=None)
    with pytest.raises(NotAllowed, match="No limit is set for EUR"):
        decide(to_approve, approver)
    set_limit(approver, None, "USD", None, acting_user=None)
    assert decide(to_approve, approver).state == State.APPROVED


def test_limits_are_set_by_governance_and_never_ones_own(entity: LegalEntity, approver: User, people: Any) -> None:
    grace = people("grace", "governance")
    set_limit(approver, Decimal(500), "EUR", entity, acting_user=grace)
    assert Event.objects.filter(action="limit.set", actor="user:grace").count() == 1
    for acting in (approver, grace):
        with pytest.raises(NotAllowed):
            set_limit(acting, Decimal(10), "EUR", entity, acting_user=acting)
    with pytest.raises(Invalid):
        set_limit(approver, Decimal(-1), "EUR", entity, acting_user=grace)


def test_above_an_amount_a_controller_approves_too_and_never_the_same_person(
    entity: LegalEntity, approver: User, people: Any
) -> None:
    publish({**FIRST, "controller_above": {"EUR": "100.00"}}, acting_user=None)
    document, cora = waiting_for_all(entity), people("cora", "controller")
    assert decide(document, cora).state == State.TO_APPROVE
    assert Task.objects.get(closed_at=None).gate == "controller"
    with pytest.raises(NotAllowed, match="another person"):
        decide(document, cora)
    with pytest.raises(IntegrityError, match="another person"):
        by_hand(document, cora)
    with pytest.raises(NotAllowed, match="approve as controller"):
        decide(document, approver)
    with pytest.raises(Conflict):
        correct_field(
            document.pk,
            "gross_amount",
            "1",
            expected_version=fresh(document).version,
            acting_user=people("kim", "clerk"),
        )
    assert queries.queue(cora).rows == []
    assert decide(document, people("clement", "controller")).state == State.APPROVED
    assert not Task.objects.filter(closed_at=None).exists()


def test_below_the_amount_one_approval_is_enough(entity: LegalEntity, approver: User) -> None:
    publish({**FIRST, "controller_above": {"EUR": "119.00"}}, acting_user=None)
    assert decide(waiting_for_all(entity), approver).state == State.APPROVED


def test_a_currency_the_policy_does_not_name_goes_to_the_controller(entity: LegalEntity, approver: User) -> None:
    publish({**FIRST, "controller_above": {"USD": "1000000.00"}}, acting_user=None)
    assert decide(waiting_for_all(entity), approver).state == State.TO_APPROVE


def test_a_new_account_is_released_by_treasury(entity: LegalEntity, approver: User, people: Any) -> None:
    publish({**FIRST, "treasury_on_bank_change": True}, acting_user=None)
    supplier = Supplier.objects.create(
        entity=entity, name="Nordwind", normal_name="nordwind", vat_id=CLEAN["seller_vat_id"]
    )
    BankAccount.objects.create(supplier=supplier, iban="DE02120300000000202051")
    document = waiting_for_all(entity)
    assert decide(document, approver).state == State.TO_APPROVE
    assert Task.objects.get(closed_at=None).gate == "treasury"
    theo = people("theo", "treasury")
    assert [row.document.pk for row in queries.queue(theo).rows] == [document.pk]
    assert decide(document, theo).state == State.APPROVED
    (confirmed,) = opened(Event.objects.filter(action="supplier.bank_account_confirmed"))
    assert confirmed.after == {"account": CLEAN["seller_iban"], "document": str(document.pk)}


def test_a_stand_in_uses_the_absent_persons_right_and_limit(
    to_approve: Document, approver: User, clerk: User, people: Any
) -> None:
    deputy = people("dora", "auditor")
    with pytest.raises(NotAllowed):
        decide(to_approve, deputy)
    with pytest.raises(IntegrityError, match="stands in"):
        by_hand(to_approve, deputy, on_behalf_of=approver)
    today = timezone.now().date()
    away = appoint(approver, deputy, today, today + timedelta(days=7))
    set_limit(approver, Decimal(100), "EUR", None, acting_user=None)
    with pytest.raises(NotAllowed, match="limit"):
        decide(to_approve, deputy)
    with pytest.raises(IntegrityError, match="limit"):
        by_hand(to_approve, deputy, on_behalf_of=approver)
    set_limit(approver, None, "EUR", None, acting_user=None)
    assert decide(to_approve, deputy).state == State.APPROVED
    assert Decision.objects.get().on_behalf_of == approver
    end_stand_in(away.pk, acting_user=approver)
    assert queries.document_view(User.objects.get(pk=deputy.pk), to_approve.pk).allowed.approve is False


def test_a_stand_in_approves_neither_their_own_nor_the_absent_persons(
    entity: LegalEntity, clerk: User, approver: User, people: Any
) -> None:
    today = timezone.now().date()
    cora = people("cora", "controller")
    appoint(approver, clerk, today, today)
    appoint(cora, approver, today, today)
    own, absents = make_waiting(entity), make_waiting(entity, {**CLEAN, "invoice_number": "RE-2"})
    for document, who in ((own, clerk), (absents, cora)):
        verify(document.pk, expected_version=document.version, acting_user=who)
        go_on(document)
    with pytest.raises(NotAllowed, match="handed in, corrected or verified"):
        decide(own, clerk)
    with pytest.raises(IntegrityError, match="cannot approve"):
        by_hand(own, clerk, on_behalf_of=approver)
    with pytest.raises(IntegrityError, match="cannot approve"):
        by_hand(absents, approver, on_behalf_of=cora)


def test_days_of_a_stand_in_are_checked(approver: User, clerk: User) -> None:
    today = timezone.now().date()
    for deputy, first, last in (
        (approver, today, today),
        (clerk, today - timedelta(days=1), today),
        (clerk, today + timedelta(days=2), today + timedelta(days=1)),
    ):
        with pytest.raises(Invalid):
            appoint(approver, deputy, first, last)
    appoint(approver, clerk, today + timedelta(days=1), today + timedelta(days=1))
    assert not queries.queue(clerk, tab="approve").rows


def test_a_hold_stops_decisions_until_it_is_released(to_approve: Document, approver: User, clerk: User) -> None:
    held = hold(to_approve.pk, "dispute", "Wrong price", acting_user=clerk)
    assert queries.queue(approver).rows == []
    (row,) = queries.queue(approver, tab="team").rows
    assert row.hold == Hold.Name.DISPUTE.label
    with pytest.raises(Conflict, match="On hold"):
        decide(to_approve, approver)
    with pytest.raises(IntegrityError, match="on hold"):
        by_hand(to_approve, approver)
    with pytest.raises(Conflict):
        hold(to_approve.pk, "dispute", acting_user=approver)
    release_hold(held.pk, acting_user=approver)
    release_hold(held.pk, acting_user=approver)
    assert Event.objects.filter(action="document.released").count() == 1
    assert decide(to_approve, approver).state == State.APPROVED


def test_a_duplicate_names_what_it_repeats(to_verify: Document, entity: LegalEntity, clerk: User) -> None:
    first = make_document(entity, state=State.POSTED)
    assert [copy.pk for copy in queries.similar(queries.visible_document(clerk, to_verify.pk), [])] == [first.pk]
    decision = mark_duplicate(to_verify.pk, first.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    assert decision.duplicate_of == first
    assert fresh(to_verify).state == State.REJECTED
    assert "RE-2026-0117" in decision.reason


def test_an_approval_is_taken_back_until_it_was_passed_on(to_approve: Document, approver: User, settings: Any) -> None:
    settings.UNDO_SECONDS = 60
    assert decide(to_approve, approver).state == State.APPROVED
    task = withdraw_decision(to_approve.pk, acting_user=approver)
    assert fresh(to_approve).state == State.TO_APPROVE
    assert Task.objects.get(pk=task.pk).leased_by == approver
    with pytest.raises(Conflict, match="no decision of yours"):
        withdraw_decision(to_approve.pk, acting_user=approver)
    assert decide(to_approve, approver).state == State.APPROVED


def test_what_was_passed_on_is_not_taken_back(to_approve: Document, approver: User) -> None:
    decide(to_approve, approver)
    with pytest.raises(Conflict, match="too late"):
        withdraw_decision(to_approve.pk, acting_user=approver)


def test_a_verification_is_taken_back_and_given_again(to_verify: Document, clerk: User, approver: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    go_on(to_verify)
    withdraw_decision(to_verify.pk, acting_user=clerk)
    assert fresh(to_verify).state == State.TO_VERIFY
    assert go_on(to_verify).state == State.TO_VERIFY
    verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    assert Task.objects.get(closed_at=None).gate == "approve"
    assert decide(to_verify, approver).state == State.APPROVED


def test_an_approver_sends_back_and_the_run_waits(to_verify: Document, clerk: User, approver: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    go_on(to_verify)
    with pytest.raises(Invalid):
        send_back(to_verify.pk, " ", expected_version=fresh(to_verify).version, acting_user=approver)
    send_back(to_verify.pk, "The date?", expected_version=fresh(to_verify).version, acting_user=approver)
    assert go_on(to_verify).state == State.TO_VERIFY
    assert Task.objects.get(closed_at=None).gate == "verify"
    verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    assert go_on(to_verify).state == State.TO_APPROVE
    assert decide(to_verify, approver).state == State.APPROVED


def test_only_the_last_verification_is_taken_back(
    to_verify: Document, clerk: User, approver: User, people: Any
) -> None:
    for person in (clerk, people("kim", "clerk")):
        verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=person)
        go_on(to_verify)
        if person == clerk:
            send_back(to_verify.pk, "The date?", expected_version=fresh(to_verify).version, acting_user=approver)
    with pytest.raises(Conflict, match="no decision of yours"):
        withdraw_decision(to_verify.pk, acting_user=clerk)


def test_a_mention_reaches_who_may_see_the_document(
    to_verify: Document, clerk: User, approver: User, outsider: User
) -> None:
    remark = comment(to_verify.pk, "@amir, is this ours? cc @otto @nobody a@b.de", acting_user=clerk, field="due_date")
    assert [mention.person for mention in remark.mentions.all()] == [approver]
    mentions_seen(to_verify.pk, acting_user=approver)
    assert not Mention.objects.filter(seen_at=None).exists()
