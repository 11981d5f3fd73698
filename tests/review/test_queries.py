import uuid

import pytest
from django.contrib.auth.models import User
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from review import queries
from review.actions.comment import comment
from review.actions.correct import confirm_field, correct_field
from review.actions.verify import verify
from tests.factories import CLEAN
from tests.review.waiting import fresh, go_on, make_waiting


def test_doubtful_fields_come_in_the_order_of_the_form_with_reasons(entity: LegalEntity, clerk: User) -> None:
    values = {name: text for name, text in CLEAN.items() if name != "issue_date"} | {"gross_amount": "120.00"}
    document = make_waiting(entity, values, confidence={"seller_name": 0.5, "invoice_number": 0.84})
    confirm_field(document.pk, "currency", expected_version=document.version, acting_user=clerk)
    view = queries.document_view(clerk, document.pk)
    assert list(view.doubts)[:3] == ["invoice_number", "issue_date", "seller_name"]
    assert view.doubts["invoice_number"] == ["The reader is 84% sure; 85% are asked for."]
    assert view.doubts["issue_date"][0] == "Required, but not found on the document."
    amounts = {reason for name in ("net_amount", "tax_amount", "gross_amount") for reason in view.doubts.get(name, ())}
    assert amounts & {finding.message for finding in view.findings if finding.severity != "info"}
    assert "buyer_name" not in view.doubts


def test_a_confirmed_field_is_no_longer_doubtful(to_verify: Document, clerk: User) -> None:
    assert "invoice_number" in queries.document_view(clerk, to_verify.pk).doubts
    confirm_field(to_verify.pk, "invoice_number", expected_version=to_verify.version, acting_user=clerk)
    assert "invoice_number" not in queries.document_view(clerk, to_verify.pk).doubts


def test_the_view_tells_the_whole_story(to_verify: Document, clerk: User, approver: User) -> None:
    correct_field(to_verify.pk, "payment_terms", "30 days", expected_version=to_verify.version, acting_user=clerk)
    comment(to_verify.pk, "Asked purchasing.", acting_user=clerk)
    verify(to_verify.pk, expected_version=fresh(to_verify).version, acting_user=clerk)
    go_on(to_verify)
    view = queries.document_view(approver, to_verify.pk)
    assert view.task is not None
    assert view.task.gate == "approve"
    assert [correction.name for correction in view.corrections] == ["payment_terms"]
    assert [remark.text for remark in view.comments] == ["Asked purchasing."]
    assert [event.action for event in view.trail if event.actor.startswith("user:")] == [
        "document.verified",
        "document.commented",
        "document.corrected",
    ]
    assert view.values["payment_terms"].entered_by == clerk
    assert view.stopped_at == ""
    assert view.policy.key_fields


def test_what_each_person_may_do_now(
    to_verify: Document, clerk: User, approver: User, auditor: User, controller: User
) -> None:
    def allowed(user: User) -> tuple[bool, ...]:
        may = queries.document_view(user, to_verify.pk).allowed
        return may.correct, may.verify, may.approve, may.reject, may.comment

    assert allowed(clerk) == (True, True, False, True, True)
    assert allowed(approver) == (False, False, False, False, True)
    assert allowed(auditor) == (False, False, False, False, False)
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=controller)
    go_on(to_verify)
    assert allowed(clerk) == (True, False, False, False, True)
    assert allowed(approver) == (False, False, True, True, True)
    assert allowed(controller) == (True, False, False, True, True)
    assert queries.document_view(controller, to_verify.pk).allowed.why_not_approve


def test_what_may_not_be_seen_does_not_exist(to_verify: Document, outsider: User, clerk: User) -> None:
    for user, document_id in ((outsider, to_verify.pk), (clerk, uuid.uuid4())):
        with pytest.raises(Http404):
            queries.visible_document(user, document_id)
        with pytest.raises(Http404):
            queries.document_view(user, document_id)


def test_the_words_of_a_page_are_those_of_the_newest_reading(to_verify: Document) -> None:
    assert queries.words_of_page(to_verify, 1) == [["Invoice", 0.1, 0.1, 0.2, 0.12, 1.0]]
    assert queries.words_of_page(to_verify, 2) == []


def test_a_document_without_a_run_or_checks_can_be_seen(entity: LegalEntity, auditor: User) -> None:
    bare = Document.objects.create(
        entity=entity,
        filename="x",
        media_type="a",
        size=1,
        sha256="0" * 64,
        wrapped_key=b"",
        storage_name="x",
        channel="t",
    )
    view = queries.document_view(auditor, bare.pk)
    assert (view.document.state, view.stopped_at, view.task, view.invoice, view.findings) == (
        State.RECEIVED,
        "",
        None,
        None,
        [],
    )


def test_a_document_costs_the_same_however_much_was_done(
    to_verify: Document, clerk: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def look() -> None:
        with django_assert_num_queries(17):
            view = queries.document_view(User.objects.get(pk=clerk.pk), to_verify.pk)
            assert all(value.entered_by is None or value.entered_by.username for value in view.values.values())
            assert all(c.by.username and c.after.value is not None for c in view.corrections)

    confirm_field(to_verify.pk, "seller_name", expected_version=to_verify.version, acting_user=clerk)
    look()
    for name in ("invoice_number", "currency", "gross_amount", "net_amount"):
        confirm_field(to_verify.pk, name, expected_version=fresh(to_verify).version, acting_user=clerk)
        comment(to_verify.pk, f"{name} is right", acting_user=clerk)
    look()
