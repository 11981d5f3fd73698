"""Two people act in the same moment, on real connections: one change counts, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection

from automation.documents.models import Document
from automation.errors import Conflict, Stale
from automation.workflow.models import Signal
from review.access import grant_role
from review.actions import lease
from review.actions.approve import approve
from review.actions.correct import correct_field
from review.actions.verify import verify
from review.models import Correction, Decision
from tests.review.waiting import run_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each gave back, or the Conflict it raised."""
    start = Barrier(len(acts))

    def act(what: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return what()
        except Conflict as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_two_approvals_are_one_decision(to_approve: Document, approver: User, controller: User) -> None:
    found = at_once(
        *(
            lambda who=who: approve(to_approve.pk, expected_version=to_approve.version, acting_user=who)
            for who in (approver, controller)
        )
    )
    assert {type(answer) for answer in found} == {Decision, Stale}
    assert Decision.objects.count() == 1
    assert Signal.objects.filter(run=run_of(to_approve)).count() == 1


def test_a_correction_and_a_verification_do_not_cross(to_verify: Document, clerk: User, controller: User) -> None:
    version = to_verify.version
    found = at_once(
        lambda: correct_field(to_verify.pk, "due_date", "", expected_version=version, acting_user=controller),
        lambda: verify(to_verify.pk, expected_version=version, acting_user=clerk),
    )
    assert [type(answer) for answer in found].count(Stale) == 1
    assert Correction.objects.count() + Decision.objects.count() == 1


def test_one_of_two_gets_the_lease(to_verify: Document, clerk: User, controller: User) -> None:
    found = at_once(*(lambda who=who: lease.take(to_verify.pk, acting_user=who) for who in (clerk, controller)))
    leases = [answer for answer in found if isinstance(answer, lease.Lease)]
    assert len(leases) == 2
    assert [held.mine for held in leases].count(True) == 1
    assert len({held.holder for held in leases}) == 1


def test_a_role_granted_twice_at_once_is_held_once(to_verify: Document, outsider: User, clerk: User) -> None:
    at_once(*[lambda: grant_role(outsider, "treasury", to_verify.entity, acting_user=None)] * 2)
    assert outsider.groups.count() == 1
