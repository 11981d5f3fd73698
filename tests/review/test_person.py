"""A person's own page: stand-ins; keys."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from automation.ledger.models import LegalEntity
from review.models import Limit, Preference, StandIn


def test_a_stand_in_is_appointed_and_ended_on_ones_own_page(client: Client, approver: User, clerk: User) -> None:
    client.force_login(approver)
    today = timezone.now().date()
    form = {"deputy": clerk.username, "first_day": str(today), "last_day": str(today + timedelta(days=3))}
    assert "carla" in client.post("/account/stand-in/", form, follow=True).content.decode()
    assert client.post("/account/stand-in/", {**form, "deputy": "nobody"}).status_code == 422
    assert client.post("/account/stand-in/", {**form, "last_day": "someday"}).status_code == 422
    made = StandIn.objects.get()
    client.force_login(clerk)
    assert "You stand in for amir" in client.get("/account/").content.decode()
    assert client.post(f"/account/stand-in/{made.pk}/end/").status_code == 404
    client.force_login(approver)
    client.post(f"/account/stand-in/{made.pk}/end/")
    assert not StandIn.objects.filter(ended_at=None).exists()


def test_keys_are_kept_and_nonsense_is_not(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.post("/keys/", {"keys": '{"undo": "u"}'}).status_code == 204
    for wrong in ("", "[]", '{"undo": "far too long"}', '{"undo": 1}'):
        assert client.post("/keys/", {"keys": wrong}).status_code == 422
    assert Preference.objects.get(person=clerk).keys == {"undo": "u"}


def test_the_command_sets_and_takes_a_limit(entity: LegalEntity, approver: User) -> None:
    call_command("person", "limit", approver.username, "2500", "eur")
    limit = Limit.objects.get()
    assert (limit.entity, limit.currency, limit.amount) == (entity, "EUR", Decimal(2500))
    call_command("person", "limit", approver.username, "none", "EUR")
    assert not Limit.objects.exists()
