"""Whoever may see the audit log is told by mail what is wrong with it, at once and then once a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from audit.models import Verification
from review.alarms import write_due
from review.models import Letter, Preference


@pytest.fixture
def broken(auditor: User, clerk: User) -> Verification:
    User.objects.filter(pk=auditor.pk).update(email="ada@ours.example")
    User.objects.filter(pk=clerk.pk).update(email="carl@ours.example")
    return Verification.objects.create(intact=False, said="entry 7 is not what was sealed")


def mails() -> list[tuple[str, str]]:
    return list(Letter.objects.filter(kind="alarm").order_by("at").values_list("recipient", "text"))


def test_the_auditor_is_told_once_and_the_clerk_is_not(broken: Verification) -> None:
    write_due()
    write_due()
    ((recipient, text),) = mails()
    assert recipient == "ada@ours.example"
    assert "entry 7 is not what was sealed" in text
    assert "/audit/" in text


def test_they_are_told_again_the_next_day(broken: Verification) -> None:
    write_due()
    Letter.objects.update(at=timezone.now() - timedelta(days=1))
    write_due()
    assert len(mails()) == 2


def test_another_alarm_does_not_wait_and_a_number_makes_no_other_alarm(broken: Verification) -> None:
    write_due()
    Verification.objects.create(intact=False, said="entry 9 is not what was sealed")
    write_due()
    assert len(mails()) == 1
    Verification.objects.create(intact=False, said="an event was taken out")
    write_due()
    assert [("taken out" in text, "entry" in text) for _, text in mails()] == [(False, True), (True, False)]


def test_it_is_said_in_the_readers_language(broken: Verification, people: Callable[[str, str], User]) -> None:
    greta = people("greta", "governance")
    Preference.objects.create(person=greta, language="de")
    write_due()
    letter = Letter.objects.get(recipient=greta.email)
    assert letter.subject == "Sehen Sie bitte nach dem Revisionsprotokoll"
