"""The step: findings, event and checkpoint commit together; rounds only grow; the cost does not grow with history."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from automation.checks.models import CheckRound
from automation.checks.run import check_document, find, run
from automation.identity import new_id
from automation.ledger.models import LegalEntity
from automation.workflow.results import Context, Done
from tests.factories import CLEAN, make_document


def test_the_step_stores_its_round_only_with_the_checkpoint(entity: LegalEntity) -> None:
    document = make_document(entity, {**CLEAN, "gross_amount": "191.00"})
    done = run(Context(new_id(), "check", 1, {"document": str(document.pk)}, {}))
    assert isinstance(done, Done)
    assert not CheckRound.objects.exists()
    with transaction.atomic():
        done.commit()
    round = CheckRound.objects.get()
    assert done.output == {"round": str(round.pk), "worst": "blocks"}
    event = Event.objects.get(action="document.checked")
    assert isinstance(event.after, dict)
    assert event.after["findings"] == list(round.findings.order_by("id").values_list("code", flat=True))


def test_nothing_found_is_kept_too(entity: LegalEntity) -> None:
    round = check_document(make_document(entity))
    assert not round.findings.exists()
    assert Event.objects.filter(action="document.checked").count() == 1


@pytest.mark.parametrize("statement", ["UPDATE checks_finding SET severity = 'info'", "DELETE FROM checks_checkround"])
def test_what_was_found_stays_found(entity: LegalEntity, statement: str) -> None:
    check_document(make_document(entity, {**CLEAN, "gross_amount": "191.00"}))
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_number_of_queries_is_constant(entity: LegalEntity) -> None:
    document = make_document(entity)
    with CaptureQueriesContext(connection) as alone:
        find(document)
    for number in range(5):
        make_document(entity, {**CLEAN, "invoice_number": f"RE-2026-{number}"})
    with CaptureQueriesContext(connection) as among_others:
        find(document)
    assert len(alone) == len(among_others) <= 6
