"""A decision comes out again from the log alone."""

from io import StringIO
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.models import Event
from audit.personal import opened
from audit.record import record
from automation.errors import Conflict
from automation.identity import new_id
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.policy.replay import replay
from tests.factories import make_document
from tests.policy.test_triage import triage

pytestmark = pytest.mark.django_db


def test_a_decision_comes_out_again_though_the_policy_has_changed(entity: LegalEntity) -> None:
    document = make_document(entity, confidence={"gross_amount": 0.84})
    stored = triage(document)
    publish({**FIRST, "minimum_confidence": "0.20"}, acting_user=None)
    (replayed,) = replay(document.pk)
    assert replayed.same
    assert (replayed.again.route, list(replayed.again.reasons)) == (stored.route, stored.reasons)
    assert any(stored.policy.digest in source for source in replayed.sources)
    out = StringIO()
    call_command("replay", str(document.pk), stdout=out)
    assert "Same decision and same reasons: 1 of 1." in out.getvalue()


def _recorded_otherwise(document: object, **changes: Any) -> None:
    (event,) = opened(Event.objects.filter(action="document.triaged"))
    because = {**cast("dict[str, Any]", event.because), **changes}
    with transaction.atomic():
        record("document.triaged", actor=event.actor, subject=event.subject, after=event.after, because=because)


def test_a_decision_that_does_not_follow_from_its_inputs_is_shown(entity: LegalEntity) -> None:
    document = make_document(entity)
    triage(document)
    _recorded_otherwise(document, confidences={})
    assert [replayed.same for replayed in replay(document.pk)] == [True, False]
    with pytest.raises(CommandError, match="1 of 2 decisions come out differently"):
        call_command("replay", str(document.pk), stdout=StringIO())


def test_a_policy_that_was_never_published_cannot_have_decided(entity: LegalEntity) -> None:
    document = make_document(entity)
    triage(document)
    _recorded_otherwise(document, policy_digest="0" * 64)
    with pytest.raises(Conflict, match="no publication of policy version"):
        replay(document.pk)


def test_without_a_decision_there_is_nothing_to_replay() -> None:
    with pytest.raises(CommandError, match="no automatic decision"):
        call_command("replay", str(new_id()))
