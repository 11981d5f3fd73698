"""Passkeys with Chromium's own virtual authenticator; pages of signing in and of people, by axe, in German too."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.models import Preference
from tests.browser.conftest import PASSWORD, SignIn, invoice_pdf, process
from tests.browser.test_accessibility import SIZES, violations

pytestmark = pytest.mark.django_db(transaction=True)


def give_authenticator(page: Page) -> None:
    """A device that keeps passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def confirm(page: Page) -> None:
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_is_added_and_signs_in_alone(sign_in: SignIn, live_server: LiveServer, clerk: User) -> None:
    page = sign_in(clerk)
    give_authenticator(page)
    page.goto(f"{live_server.url}/account/security/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.fill("#id_name", "Laptop")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert Authenticator.objects.filter(user=clerk, type="webauthn").count() == 1
    page.goto(f"{live_server.url}/account/security/")
    expect(page.get_by_text("Laptop")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/**")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.fill("#id_username", clerk.username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_people_shut_nobody_out_in_any_language(
    sign_in: SignIn, live_server: LiveServer, entity: LegalEntity, clerk: User, auditor: User, size: str
) -> None:
    grant_role(auditor, "governance", None, acting_user=None)
    grant_role(auditor, "clerk", entity, acting_user=None)
    document = process(entity, invoice_pdf(net="90,00"))
    Preference.objects.create(person=auditor, language="de")
    page = sign_in(auditor, viewport=SIZES[size], color_scheme="dark" if size == "narrow" else "light")
    paths = ["/account/security/", "/people/", "/", "/account/", f"/documents/{document.pk}/"]
    found = {path: violations(page, f"{live_server.url}{path}") for path in paths}
    assert page.locator("html").get_attribute("lang") == "de"
    page.goto(f"{live_server.url}/account/app/")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("img.qr")
    found["app"] = violations(page)
    assert {path: told for path, told in found.items() if told} == {}
