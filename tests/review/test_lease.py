from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from automation.documents.models import Document
from automation.errors import Conflict
from review.actions import lease
from review.models import Task


def test_one_person_holds_a_document_and_may_renew(to_verify: Document, clerk: User, controller: User) -> None:
    first = lease.take(to_verify.pk, acting_user=clerk)
    assert first.mine
    assert timezone.now() < first.until <= timezone.now() + lease.HELD_FOR
    other = lease.take(to_verify.pk, acting_user=controller)
    assert (other.holder, other.mine, other.until) == ("carla", False, first.until)
    assert lease.take(to_verify.pk, acting_user=clerk).until > first.until


def test_a_lease_that_ran_out_or_was_given_back_is_free(to_verify: Document, clerk: User, controller: User) -> None:
    lease.take(to_verify.pk, acting_user=clerk)
    Task.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert lease.take(to_verify.pk, acting_user=controller).mine
    lease.release(to_verify.pk, acting_user=clerk)
    assert not lease.take(to_verify.pk, acting_user=clerk).mine
    lease.release(to_verify.pk, acting_user=controller)
    assert lease.take(to_verify.pk, acting_user=clerk).mine


def test_nobody_holds_what_is_not_theirs_to_do(to_verify: Document, approver: User, auditor: User) -> None:
    for person in (approver, auditor):
        with pytest.raises(Conflict):
            lease.take(to_verify.pk, acting_user=person)
