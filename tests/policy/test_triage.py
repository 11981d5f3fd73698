"""The policy decides, says why, and decides the same again from what was kept."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from automation.checks.run import check_document
from automation.documents.models import Document
from automation.errors import Conflict, Invalid
from automation.identity import new_id
from automation.ledger.models import LegalEntity
from automation.policy.models import Policy, TriageDecision
from automation.policy.publish import FIRST, publish
from automation.policy.triage import decide, replay, run
from automation.workflow.results import Context
from tests.factories import CLEAN, make_document

SURE = dict.fromkeys(FIRST["key_fields"], 0.99)


def triage(document: Document) -> TriageDecision:
    round = check_document(document)
    outputs = {"check": {"round": str(round.pk), "worst": "none"}}
    done = run(Context(new_id(), "triage", 1, {"document": str(document.pk)}, outputs))
    with transaction.atomic():
        done.commit()
    stored = TriageDecision.objects.get(document=document)
    assert done.output == {"route": stored.route, "decision": str(stored.pk)}
    return stored


def finding(severity: str) -> Any:
    return {"code": "x", "severity": severity, "message": f"A {severity} finding."}


def test_a_clean_confident_invoice_goes_straight_to_approval(entity: LegalEntity) -> None:
    stored = triage(make_document(entity))
    assert (stored.route, stored.reasons) == ("approve", [])


def test_a_doubtful_key_field_is_shown_to_a_person_and_said(entity: LegalEntity) -> None:
    stored = triage(make_document(entity, confidence={"gross_amount": 0.84}))
    assert stored.route == "verify"
    assert stored.reasons == ["Total is 84% certain; the policy asks for 85%."]


def test_a_missing_key_field_a_finding_and_a_blank_page_are_reasons(entity: LegalEntity) -> None:
    values = {**CLEAN, "invoice_number": "", "due_date": "2001-01-01"}
    stored = triage(make_document(entity, values, pages=2, pages_without_text=[2]))
    assert stored.route == "verify"
    assert stored.reasons[0] == "Page 2 has no readable text."
    assert "Invoice number was not found." in stored.reasons
    assert any("2001-01-01 is before" in reason for reason in stored.reasons)
    assert len(stored.reasons) == len(set(stored.reasons))


@pytest.mark.parametrize("severity,route", [("info", "approve"), ("warning", "verify"), ("blocks", "verify")])
def test_only_information_is_silent_under_the_first_policy(severity: str, route: str) -> None:
    assert decide(FIRST, SURE, [finding(severity)], []).route == route


def test_a_policy_may_let_warnings_pass_but_never_what_blocks_nor_a_blank_page() -> None:
    lenient = {**FIRST, "highest_silent_severity": "warning"}
    assert decide(lenient, SURE, [finding("warning")], []).route == "approve"
    assert decide(lenient, SURE, [finding("blocks")], []).route == "verify"
    assert decide(lenient, SURE, [], [1]).route == "verify"
    strict = {**FIRST, "highest_silent_severity": "none"}
    assert decide(strict, SURE, [finding("info")], []).route == "verify"


@given(st.floats(0, 1), st.decimals(0, 1, places=2))
def test_the_threshold_is_exact_and_itself_enough(confidence: float, minimum: Any) -> None:
    body = {**FIRST, "minimum_confidence": str(minimum), "key_fields": ["gross_amount"]}
    route = decide(body, {"gross_amount": confidence}, [], []).route
    assert (route == "approve") == (repr(confidence) == str(minimum) or confidence >= float(minimum))


def test_a_decision_replays_to_the_same_answer_after_values_and_policy_changed(entity: LegalEntity) -> None:
    stored = triage(make_document(entity, confidence=0.5))
    publish({**FIRST, "minimum_confidence": "0.10"}, acting_user=None)
    again = replay(TriageDecision.objects.get(pk=stored.pk))
    assert (again.route, list(again.reasons)) == (stored.route, stored.reasons)
    assert stored.policy.version < Policy.objects.latest("version").version


def test_a_decision_under_a_policy_of_another_digest_is_not_replayed(entity: LegalEntity) -> None:
    stored = triage(make_document(entity))
    stored.policy = publish({**FIRST, "name": "Another"}, acting_user=None)
    with pytest.raises(Conflict):
        replay(stored)


def test_the_event_names_the_policy_and_the_extractor(entity: LegalEntity) -> None:
    stored = triage(make_document(entity))
    event = Event.objects.get(action="document.triaged")
    assert event.subject == f"document:{stored.document_id}"
    assert isinstance(event.because, dict)
    assert event.because["policy_digest"] == stored.policy.digest
    assert event.because["extraction_digest"] == "0" * 64


@pytest.mark.parametrize(
    "change,words",
    [
        ({"minimum_confidence": 0.85}, 'must be a text like "0.85"'),
        ({"minimum_confidence": "1.2"}, "from 0 to 1"),
        ({"key_fields": ["total"]}, "there is no field 'total'"),
        ({"highest_silent_severity": "blocks"}, "highest_silent_severity must be one of none, info, warning"),
        ({"minimum_confidance": "0.9"}, "minimum_confidance is not known here"),
        ({"name": " "}, "name must be a text"),
    ],
)
def test_a_policy_that_says_nonsense_is_not_published(db: None, change: dict[str, Any], words: str) -> None:
    before = Policy.objects.count()
    with pytest.raises(Invalid, match=words):
        publish({**FIRST, **change}, acting_user=None)
    assert Policy.objects.count() == before


def test_everything_wrong_is_said_at_once(db: None) -> None:
    with pytest.raises(Invalid) as refused:
        publish({"key_fields": ["total"]}, acting_user=None)
    for words in ("name is missing", "minimum_confidence is missing", "'total'"):
        assert words in refused.value.message


@pytest.mark.parametrize("table", ["policy_policy", "policy_triagedecision"])
def test_policies_and_decisions_stay_as_they_were(entity: LegalEntity, table: str) -> None:
    from django.db import connection

    triage(make_document(entity))
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
