"""Signing in through an OpenID Connect provider: a small one of our own that speaks the protocol over HTTP."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from audit.queries import trail

CLIENT = "countersign"


class Provider(ThreadingHTTPServer):
    """Knows one person; hands out one code, which it trades only to whoever asked for it (PKCE)."""

    person: dict[str, Any]
    challenge = ""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/userinfo":
            self._say(self.server.person if self.headers["Authorization"] == "Bearer access" else {})
        else:
            places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{issuer}/{path}" for name, path in places.items()}
            self._say({"issuer": issuer, "jwks_uri": f"{issuer}/keys", **found})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.server.challenge:
            self._say({"error": "invalid_grant"}, 400)
            return
        claims = {"iss": self.server.issuer, "aud": CLIENT, "sub": self.server.person["sub"], "exp": 4_000_000_000}
        told = jwt.encode(claims, "a secret of thirty-two characters!", algorithm="HS256")
        self._say({"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": told})

    def _say(self, what: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Answers)
    server.person = {"sub": "p-1", "email": "carla@example.com", "email_verified": True, "name": "Carla Clerk"}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {"provider_id": "oidc", "name": "Example ID", "client_id": CLIENT, "secret": "s"}
    shared = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {**shared, "APPS": [{**app, "settings": {"server_url": server.issuer}}]}
    }
    yield server
    server.shutdown()
    server.server_close()


def come(client: Client, provider: Provider) -> Any:
    """The whole way: the button, the provider's page, and back."""
    assert "Sign in with Example ID" in client.get("/sign-in/").content.decode()
    away = client.post("/sign-in/with/oidc/").headers["Location"]
    assert away.startswith(f"{provider.issuer}/authorize?")
    asked = parse_qs(urlsplit(away).query)
    provider.challenge = asked["code_challenge"][0]
    return client.get("/sign-in/with/oidc/back/", {"code": "once", "state": asked["state"][0]}, follow=True)


def test_somebody_with_an_account_comes_in_by_their_verified_address(
    client: Client, clerk: User, provider: Provider
) -> None:
    come(client, provider)
    assert client.get("/account/").status_code == 200
    assert [event.action for event in trail("user:carla")][:2] == ["user.signed_in", "user.identity_linked"]
    provider.person["email"] = "carla.married@example.com"
    other = Client()
    come(other, provider)
    assert other.get("/account/").status_code == 200
    assert User.objects.exclude(username="AnonymousUser").count() == 1


@pytest.mark.parametrize(
    "told", [{"email": "stranger@example.com"}, {"email_verified": False}, {"email_verified": "false"}, {"email": ""}]
)
def test_nobody_else_does(client: Client, clerk: User, provider: Provider, told: dict[str, Any]) -> None:
    provider.person |= told
    assert "There is no account for you here" in come(client, provider).content.decode()
    assert client.get("/account/").status_code == 302
    assert User.objects.exclude(username="AnonymousUser").count() == 1


def test_an_address_that_two_accounts_share_opens_neither(client: Client, clerk: User, provider: Provider) -> None:
    User.objects.create_user("carl", clerk.email, "correct horse battery")
    assert "There is no account" in come(client, provider).content.decode()


def test_new_people_of_allowed_domains_get_an_account_without_roles(
    client: Client, db: None, provider: Provider, settings: LazySettings
) -> None:
    settings.OIDC_NEW_PEOPLE = frozenset({"example.com"})
    come(client, provider)
    assert client.get("/account/").status_code == 200
    assert client.get("/?tab=all").status_code == 403
    person = User.objects.get(email="carla@example.com")
    assert not person.groups.exists()
    assert not person.has_usable_password()
    assert "user.created" in [event.action for event in trail(f"user:{person.username}")]
    settings.OIDC_NEW_PEOPLE = frozenset({"elsewhere.example"})
    provider.person |= {"sub": "p-2", "email": "nora@example.com"}
    assert "There is no account" in come(Client(), provider).content.decode()


def test_a_code_that_was_not_asked_for_here_is_of_no_use(client: Client, clerk: User, provider: Provider) -> None:
    come(client, provider)
    other = Client()
    answer = other.get("/sign-in/with/oidc/back/", {"code": "once", "state": "made-up"})
    assert "Sign-in did not work" in answer.content.decode()
    assert other.get("/account/").status_code == 302
