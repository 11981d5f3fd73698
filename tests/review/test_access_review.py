"""The page on which governance looks at who may do what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audit.queries import trail
from automation.errors import NotAllowed
from automation.ledger.models import LegalEntity
from review.access import grant_role, revoke_role
from review.access_review import Access, everybody, mark_reviewed
from review.actions.absence import set_limit
from review.actions.people import close_account


@pytest.fixture
def governor(outsider: User) -> User:
    grant_role(outsider, "governance", None, acting_user=None)
    return outsider


def of(person: User) -> Access:
    return next(one for one in everybody() if one.person == person)


def test_roles_that_do_not_go_together_show_where_they_meet(clerk: User, entity: LegalEntity) -> None:
    other = LegalEntity.objects.create(name="Another Company SARL", country="FR")
    grant_role(clerk, "approver", other, acting_user=None)
    assert not of(clerk).conflicts
    grant_role(clerk, "treasury", None, acting_user=None)
    met = {(where, what) for where, what in of(clerk).conflicts}
    assert met == {
        (entity, "enters bank details and confirms them"),
        (other, "approves payments and confirms where they go"),
    }
    close_account(clerk, acting_user=None)
    assert not of(clerk).conflicts


def test_a_review_holds_until_something_changes(governor: User, clerk: User, entity: LegalEntity) -> None:
    assert of(clerk).wants_a_look
    mark_reviewed(clerk, "As agreed in March", acting_user=governor)
    assert (of(clerk).reviewed_by, of(clerk).wants_a_look) == ("otto", False)
    event = trail("user:carla")[0]
    assert (event.action, event.actor) == ("access.reviewed", "user:otto")
    set_limit(clerk, Decimal(100), "EUR", entity, acting_user=governor)
    assert of(clerk).changed
    mark_reviewed(clerk, "", acting_user=governor)
    revoke_role(clerk, "clerk", entity, acting_user=governor)
    assert of(clerk).wants_a_look


def test_nobody_reviews_themselves_and_only_governance_reviews(governor: User, clerk: User) -> None:
    with pytest.raises(NotAllowed):
        mark_reviewed(governor, "", acting_user=governor)
    with pytest.raises(NotAllowed):
        mark_reviewed(governor, "", acting_user=clerk)


def test_who_has_not_signed_in_for_long_is_dormant(clerk: User) -> None:
    assert not of(clerk).dormant
    User.objects.filter(pk=clerk.pk).update(last_login=timezone.now() - timedelta(days=91))
    assert of(clerk).dormant


def test_the_page_is_for_governance_of_all_entities(client: Client, governor: User, clerk: User, auditor: User) -> None:
    for person in (clerk, auditor):
        client.force_login(person)
        for path in ("/people/", "/people/access.csv"):
            assert client.get(path).status_code == 403
        assert client.post(f"/people/{clerk.pk}/reviewed/").status_code == 403
    client.force_login(governor)
    assert client.post(f"/people/{clerk.pk}/reviewed/", {"note": "fine"}, follow=True).status_code == 200
    assert "carla" not in client.get("/people/?look=1").content.decode().split("<table")[1]
    assert "note-" in client.get("/people/").content.decode()


def test_the_table_is_harmless_in_a_spreadsheet(client: Client, governor: User, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(first_name='=HYPERLINK("https://evil.example")')
    client.force_login(governor)
    told = b"".join(client.get("/people/access.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=HYPERLINK" in told
    assert ",clerk,Example Trading GmbH," in told


def test_it_costs_the_same_for_few_and_for_many(
    client: Client,
    governor: User,
    clerk: User,
    entity: LegalEntity,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(governor)
    for number in range(12):
        grant_role(User.objects.create_user(f"p{number}"), "clerk", entity, acting_user=None)
    client.get("/people/")
    with django_assert_max_num_queries(12):
        client.get("/people/")
