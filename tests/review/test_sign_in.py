"""Signing in with a second factor, who must have one, sessions, and lock-out."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from audit.queries import trail

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def nothing_counted(redis_server: str) -> None:
    cache.clear()


def enter(client: Client, person: User, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/?next=/account/", {"login": person.username, "password": password})


def code() -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


@pytest.fixture
def with_app(clerk: User) -> User:
    TOTP.activate(clerk, SECRET)
    RecoveryCodes.activate(clerk)
    return clerk


def actions(person: User) -> list[str]:
    return [event.action for event in trail(f"user:{person.username}")]


def test_a_password_alone_is_enough_where_nothing_else_is_set_up(client: Client, clerk: User) -> None:
    assert enter(client, clerk).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert actions(clerk)[0] == "user.signed_in"


def test_an_address_elsewhere_is_not_followed(client: Client, clerk: User) -> None:
    answer = client.post("/sign-in/?next=https://elsewhere.example/", {"login": "carla", "password": PASSWORD})
    assert answer.headers["Location"] == "/start/"


def test_the_second_step_asks_for_the_code_and_takes_each_once(client: Client, with_app: User) -> None:
    assert enter(client, with_app).headers["Location"].startswith("/sign-in/code/")
    assert client.get("/account/").status_code == 302
    assert "Incorrect code" in client.post("/sign-in/code/", {"code": "000000"}).content.decode()
    used = code()
    assert client.post("/sign-in/code/", {"code": used}).headers["Location"] == "/account/"
    assert actions(with_app)[:2] == ["user.signed_in", "user.second_factor_failed"]
    other = Client()
    enter(other, with_app)
    assert other.post("/sign-in/code/", {"code": used}).status_code == 200


def test_a_recovery_code_opens_once(client: Client, with_app: User) -> None:
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    enter(client, with_app)
    assert client.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert "9 left" in client.get("/account/security/").content.decode()
    other = Client()
    enter(other, with_app)
    assert other.post("/sign-in/code/", {"code": codes[0]}).status_code == 200


def test_codes_cannot_be_guessed(client: Client, with_app: User) -> None:
    enter(client, with_app)
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    assert "Too many" in client.post("/sign-in/code/", {"code": code()}).content.decode()
    assert actions(with_app)[0] == "user.locked_out"


def test_too_many_wrong_passwords_lock_and_the_right_one_does_not_open(
    client: Client, clerk: User, settings: LazySettings
) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = enter(client, clerk, "wrong")
    assert answer.status_code == 429
    assert enter(client, clerk).status_code == 429
    assert "user.locked_out" in actions(clerk)
    assert Client(REMOTE_ADDR="10.0.0.7").post("/sign-in/", {"login": "carla", "password": PASSWORD}).status_code == 302


def test_the_secret_of_an_app_is_sealed(with_app: User) -> None:
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert SECRET not in kept


def test_setting_up_an_app_asks_who_it_is_and_gives_codes_once(client: Client, clerk: User) -> None:
    enter(client, clerk)
    assert client.get("/account/app/").headers["Location"].startswith("/account/confirm/")
    client.post("/account/confirm/?next=/account/app/", {"password": PASSWORD})
    secret = client.get("/account/app/").context["form"].secret
    right = str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    assert client.post("/account/app/", {"code": right}).headers["Location"] == "/account/recovery-codes/"
    shown = client.get("/account/recovery-codes/").content.decode()
    codes = Authenticator.objects.get(user=clerk, type="recovery_codes").wrap().get_unused_codes()
    assert all(one in shown for one in codes)
    assert codes[0] not in client.get("/account/recovery-codes/").content.decode()
    assert actions(clerk)[:2] == ["user.second_factor_added", "user.second_factor_added"]
    client.post("/account/app/remove/")
    assert not Authenticator.objects.exists()
    assert "user.second_factor_removed" in actions(clerk)


def test_a_role_can_ask_for_a_second_factor(client: Client, with_app: User, approver: User, settings: Any) -> None:
    settings.MFA_ROLES = frozenset({"clerk", "approver"})
    enter(client, approver)
    for path in ("/", "/account/", "/audit/"):
        assert client.get(path).headers["Location"] == "/account/security/"
    assert "Your role asks for a second factor" in client.get("/account/security/").content.decode()
    clerk = Client()
    enter(clerk, with_app)
    clerk.post("/sign-in/code/", {"code": code()})
    assert clerk.get("/account/").status_code == 200
    clerk.post("/account/confirm/", {"password": PASSWORD})
    clerk.post("/account/app/remove/")
    assert Authenticator.objects.filter(user=with_app, type="totp").exists()


def test_a_role_that_does_not_exist_stops_the_start(settings: Any) -> None:
    settings.MFA_ROLES = frozenset({"aprover"})
    with pytest.raises(Exception, match="aprover"):
        call_command("check")


def test_sessions_are_listed_and_ended_from_elsewhere(clerk: User, approver: User) -> None:
    here = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/133.0")
    there, third, stranger = Client(), Client(), Client()
    for one in (here, there, third):
        enter(one, clerk)
    enter(stranger, approver)
    page = here.get("/account/security/")
    assert "Firefox 133, Linux" in page.content.decode()
    sessions = page.context["sessions"]
    other = next(one.id for one in sessions if not one.here)
    stranger.post(f"/account/sessions/{other}/end/")
    assert len(here.get("/account/security/").context["sessions"]) == 3
    here.post(f"/account/sessions/{other}/end/")
    assert sorted(one.get("/account/").status_code for one in (here, there, third)) == [200, 200, 302]
    here.post("/account/sessions/end-others/")
    assert [one.get("/account/").status_code for one in (here, there, third)] == [200, 302, 302]
    assert actions(clerk)[:2] == ["user.session_ended", "user.session_ended"]


def test_a_new_password_ends_other_sessions(client: Client, clerk: User) -> None:
    enter(client, clerk)
    other = Client()
    enter(other, clerk)
    new = "a fairly long password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/", form).status_code == 302
    assert [client.get("/account/").status_code, other.get("/account/").status_code] == [200, 302]
    assert actions(clerk)[0] == "user.password_changed"
    assert client.post("/account/password/", {**form, "password1": "short"}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in/closed/", "/accounts/signup/", "/accounts/login/"])
def test_nobody_opens_an_account_for_themselves(client: Client, db: None, path: str) -> None:
    assert client.post(path, {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}).status_code in (
        403,
        404,
    )
    assert not User.objects.filter(username="eve").exists()


def test_a_closed_account_opens_nothing(client: Client, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    enter(client, clerk)
    assert client.get("/account/").status_code == 302


def test_a_lost_device_is_helped_with_on_the_command_line(client: Client, with_app: User) -> None:
    enter(client, with_app)
    client.post("/sign-in/code/", {"code": code()})
    call_command("person", "forget-factors", with_app.username)
    assert not Authenticator.objects.exists()
    assert client.get("/account/").status_code == 302
    assert actions(with_app)[:3] == ["user.session_ended", "user.second_factor_removed", "user.second_factor_removed"]
    with pytest.raises(CommandError):
        call_command("person", "forget-factors", "nobody")
