import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from audit.models import Event
from audit.queries import trail


def test_signing_in_and_out_is_on_record(clerk: User, client: Client) -> None:
    client.force_login(clerk)
    client.logout()
    assert [(e.action, e.actor) for e in trail("user:carla")][:2] == [
        ("user.signed_out", "user:carla"),
        ("user.signed_in", "user:carla"),
    ]


@pytest.mark.parametrize(("username", "subject"), [("carla", "user:carla"), ("my-password-by-mistake", "user:unknown")])
def test_a_failed_sign_in_names_only_accounts_that_exist(
    clerk: User, rf: RequestFactory, username: str, subject: str
) -> None:
    request = rf.post("/sign-in")
    assert authenticate(request, username=username, password="wrong") is None
    event = Event.objects.filter(action="user.sign_in_failed").latest("id")
    assert (event.subject, event.actor) == (subject, "system:sign_in")
    assert not Event.objects.filter(subject__contains="mistake").exists()
