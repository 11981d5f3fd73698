"""Where the day begins: one's own work, and how the work goes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audit.models import Verification
from automation.documents.models import Document, State
from automation.documents.states import move
from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.models import Task
from review.overview import overview
from tests.factories import CLEAN, make_document
from tests.review.waiting import make_waiting


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def page_of(client: Client, person: User) -> str:
    client.force_login(person)
    return client.get("/start/").content.decode()


def test_a_clerk_begins_with_their_most_urgent_document(client: Client, entity: LegalEntity, clerk: User) -> None:
    late = make_waiting(entity, {**CLEAN, "invoice_number": "L-1", "due_date": "2020-01-01"}, confidence=0.6)
    make_waiting(entity, {**CLEAN, "invoice_number": "L-2", "due_date": "2099-01-01"}, confidence=0.6)
    page = page_of(client, clerk)
    assert "<strong>2</strong> wait for you" in page
    assert "<strong>1</strong> past their due date" in page
    assert f'href="/documents/{late.pk}/?tab=mine" id="begin"' in page
    assert "Throughput" not in page


def test_an_approver_sees_what_is_theirs_to_approve(client: Client, to_approve: Document, approver: User) -> None:
    assert f"/documents/{to_approve.pk}/" in page_of(client, approver)


def test_an_empty_installation_leads_to_the_first_invoice(client: Client, clerk: User, auditor: User) -> None:
    assert 'href="/upload/">Upload an invoice' in page_of(client, clerk)
    assert "your role only looks on" in page_of(client, auditor)


def test_who_answers_for_the_work_sees_how_it_goes(client: Client, entity: LegalEntity, controller: User) -> None:
    waits, failed = make_waiting(entity, confidence=0.6), make_waiting(entity, {**CLEAN, "invoice_number": "F-1"})
    move(failed.pk, State.FAILED, problem={"code": "x", "message": "It failed."})
    posted = make_document(entity, {**CLEAN, "invoice_number": "P-1"}, filename="posted.pdf")
    Document.objects.filter(pk=posted.pk).update(state=State.POSTED, state_since=timezone.now())
    old = timezone.now() - timedelta(days=2)
    Task.objects.filter(document=waits).update(opened_at=old, due_at=timezone.now() - timedelta(hours=1))
    figures = overview([entity.pk])
    assert (figures.days[-1].received, figures.days[-1].posted) == (3, 1)
    assert sum(day.received for day in figures.days[:-1]) == 0
    assert figures.ages == (0, 1, 0, 0)
    assert (figures.overdue, figures.failed, figures.in_time) == (1, 1, 0)
    page = page_of(client, controller)
    assert "3 received" in page
    assert "style=" not in page


def test_figures_are_of_the_companies_that_one_may_see(client: Client, to_verify: Document, outsider: User) -> None:
    other = LegalEntity.objects.create(name="Another Company SARL", country="FR")
    grant_role(outsider, "controller", other, acting_user=None)
    assert "Your first invoice" in page_of(client, outsider)
    assert sum(day.received for day in overview([other.pk]).days) == 0


def test_it_costs_the_same_for_one_and_for_many(
    client: Client, entity: LegalEntity, controller: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = []
    for count in (1, 4):
        for n in range(count):
            make_waiting(entity, {**CLEAN, "invoice_number": f"{count}-{n}"}, filename=f"{count}-{n}.pdf")
        cache.clear()
        client.force_login(controller)
        with django_assert_max_num_queries(30) as queries:
            client.get("/start/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_an_auditor_begins_with_how_the_log_stands(client: Client, auditor: User, clerk: User) -> None:
    assert "Last signed head" in page_of(client, auditor)
    Verification.objects.create(intact=False, said="entry 7 is not what was sealed")
    shown = page_of(client, auditor)
    assert "The last full check found the log broken" in shown and "entry 7 is not what was sealed" in shown
    assert "Last signed head" not in page_of(client, clerk)
