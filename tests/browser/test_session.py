import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from automation.ledger.models import LegalEntity
from tests.browser.conftest import SignIn, invoice_pdf, process

pytestmark = pytest.mark.django_db(transaction=True)


def test_signing_in_leads_to_where_one_wanted_to_go_and_out_again(
    sign_in: SignIn, live_server: LiveServer, clerk: User
) -> None:
    page = sign_in(clerk)
    page.get_by_role("link", name="Upload").first.click()
    expect(page.get_by_role("heading", name="Upload documents")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/upload/")
    assert "/sign-in/?next=/upload/" in page.url


def test_a_wrong_password_says_what_to_check_and_too_many_lock(
    sign_in: SignIn, clerk: User, live_server: LiveServer
) -> None:
    page = sign_in(clerk)
    page.get_by_role("button", name="Sign out").click()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        page.goto(f"{live_server.url}/sign-in/")
        page.fill("#id_username", clerk.username)
        page.fill("#id_password", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert], h1:has-text('Too many')")
    expect(page.get_by_role("heading", name="Too many sign-in attempts")).to_be_visible()
    expect(page.get_by_text("locked for 15 minutes")).to_be_visible()


def test_an_outsider_sees_no_document_and_no_queue(
    sign_in: SignIn, live_server: LiveServer, entity: LegalEntity, outsider: User, clerk: User
) -> None:
    document = process(entity, invoice_pdf())
    other = LegalEntity.objects.create(name="Another Company SARL", country="FR")
    page = sign_in(outsider)
    expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
    from review.access import grant_role

    grant_role(outsider, "clerk", other, acting_user=None)
    for path in ("", "original/", "pages/1/800.webp", "pages/1/words/"):
        answer = page.goto(f"{live_server.url}/documents/{document.pk}/{path}")
        assert answer is not None
        assert answer.status == 404
    expect(page.get_by_role("heading", name="There is nothing here for you")).to_be_visible()


def test_a_session_that_ends_in_mid_work_keeps_what_was_typed(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    page.fill("#f-invoice_number", "RE-4712")
    session = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
    page.context.add_cookies([{"name": c["name"], "value": c["value"], "url": live_server.url} for c in session])
    page.get_by_role("button", name="I am signed in again").click()
    expect(page.locator("#f-invoice_number")).to_have_value("RE-4712")
    _press_enter_in(page, "#f-invoice_number")
    expect(page.locator("#row-invoice_number")).to_contain_text("Understood as RE-4712")


def _press_enter_in(page: Page, selector: str) -> None:
    page.focus(selector)
    page.keyboard.press("Enter")
