"""The operator's pages in a browser: accessible, usable by keyboard, live."""

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState
from review.access import grant_role
from tests.browser.conftest import Scheme, SignIn, invoice_pdf, process
from tests.browser.test_accessibility import SIZES, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(entity: LegalEntity) -> User:
    person = User.objects.create_user("olga", "olga@example.com", "correct horse battery", first_name="Olga")
    grant_role(person, "operator", entity, acting_user=None)
    return person


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_operators_pages_shut_nobody_out(
    sign_in: SignIn, live_server: LiveServer, entity: LegalEntity, operator: User, scheme: Scheme, size: str
) -> None:
    waiting, broken = process(entity, invoice_pdf()), process(entity, invoice_pdf()[:700], "cut.pdf")
    page = sign_in(operator, color_scheme=scheme, viewport=SIZES[size])
    found = {
        path: violations(page, f"{live_server.url}{path}")
        for path in ("/runs/", "/runs/?tab=all", f"/runs/{waiting.run_id}/", f"/runs/{broken.run_id}/")
    }
    page.click("#open-retry")
    found["retry dialog"] = violations(page)
    assert {path: told for path, told in found.items() if told} == {}


def test_a_failed_run_is_retried_by_keyboard(
    sign_in: SignIn, live_server: LiveServer, entity: LegalEntity, operator: User
) -> None:
    broken = process(entity, invoice_pdf()[:700], "cut.pdf")
    page = sign_in(operator)
    page.goto(f"{live_server.url}/runs/?tab=failed")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#open-retry")
    page.focus("#open-retry")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("A better copy of the reader is here.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The run starts again.")
    assert Run.objects.get(subject=f"document:{broken.pk}").state == RunState.READY
    page.wait_for_selector("text=A better copy of the reader is here.")
