"""The queue as a page: its queries, filters in the address, saved views, bulk approval."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity, Supplier
from review.models import Decision, SavedView
from tests.factories import CLEAN
from tests.review.waiting import fresh, go_on, make_waiting

QUERIES = 25


@pytest.fixture
def known(entity: LegalEntity) -> Supplier:
    return Supplier.objects.create(
        entity=entity, name="Nordwind", normal_name="nordwind", vat_id=CLEAN["seller_vat_id"]
    )


def approvable(entity: LegalEntity, number: str, **values: str) -> Document:
    return make_waiting(
        entity, {**CLEAN, "invoice_number": number, **values}, route="approve", filename=f"{number}.pdf"
    )


def page_of(client: Client, person: User, query: str = "") -> str:
    client.force_login(person)
    return client.get(f"/{query}").content.decode()


def test_the_page_costs_the_same_for_one_and_for_many(
    client: Client, entity: LegalEntity, approver: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counted = []
    for count in (1, 7):
        for n in range(count):
            approvable(entity, f"{count}-{n}")
        client.force_login(approver)
        with django_assert_max_num_queries(QUERIES) as asked:
            client.get("/")
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_filters_in_the_address_narrow_the_rows(client: Client, entity: LegalEntity, approver: User) -> None:
    approvable(entity, "CHEAP-1", net_amount="10.00", tax_amount="1.90", gross_amount="11.90")
    approvable(entity, "DEAR-1", due_date="2020-01-01")
    for query, there, gone in (
        ("?minimum=100", "DEAR-1", "CHEAP-1"),
        ("?maximum=100", "CHEAP-1", "DEAR-1"),
        ("?due=overdue", "DEAR-1", "CHEAP-1"),
        ("?q=cheap", "CHEAP-1", "DEAR-1"),
    ):
        page = page_of(client, approver, query)
        assert there in page
        assert gone not in page
    both = page_of(client, approver, "?minimum=lots&entity=none&state=nowhere&due=never&sort=up")
    assert "DEAR-1" in both
    assert "CHEAP-1" in both


def test_a_view_is_saved_under_a_name_and_forgotten(client: Client, approver: User, clerk: User) -> None:
    client.force_login(approver)
    client.post("/views/?tab=team&minimum=100&page=x", {"name": "Large"})
    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query) == (approver, "Large", "tab=team&minimum=100")
    assert 'href="?tab=team&amp;minimum=100"' in page_of(client, approver)
    client.force_login(clerk)
    client.post(f"/views/{view.pk}/forget/")
    assert SavedView.objects.exists()
    client.force_login(approver)
    client.post(f"/views/{view.pk}/forget/")
    assert not SavedView.objects.exists()


def test_clean_documents_of_known_suppliers_are_approved_together(
    client: Client, entity: LegalEntity, known: Supplier, approver: User
) -> None:
    clean = [approvable(entity, f"RE-{n}", gross_amount="119.00", issue_date=f"2026-10-0{n}") for n in (1, 2)]
    unknown = approvable(entity, "X-1", seller_vat_id="DE136695976", seller_name="Somebody")
    page = page_of(client, approver)
    offered = re.findall(r'name="document" value="([0-9a-f-]+) (\d+)"', page)
    assert {key for key, _ in offered} == {str(document.pk) for document in clean}
    chosen = [f"{key} {version}" for key, version in offered]
    answer = client.post("/approve-clean/", {"document": [*chosen, "nonsense", f"{unknown.pk} 99"]}, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert "2 documents approved." in said
    assert any("changed in the meantime" in text for text in said)
    assert Decision.objects.count() == 2
    assert {go_on(document).state for document in clean} == {State.APPROVED}
    assert fresh(unknown).state == State.TO_APPROVE
