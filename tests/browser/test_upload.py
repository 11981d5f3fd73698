import pytest
from django.contrib.auth.models import User
from playwright.sync_api import FilePayload, expect
from pytest_django.live_server_helper import LiveServer

from audit.models import Event
from automation.documents.models import Document, State
from automation.ledger.models import LegalEntity
from tests.browser.conftest import SignIn, go_on, invoice_pdf

pytestmark = pytest.mark.django_db(transaction=True)


def pdf(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


def test_each_file_gets_its_own_answer(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/upload/")
    page.set_input_files(
        "#files", [pdf("good.pdf", invoice_pdf()), pdf("notes.pdf", b"just some text"), pdf("nothing.pdf", b"")]
    )
    refused = page.locator("li.refused")
    expect(refused).to_have_count(2)
    expect(refused.filter(has_text="nothing.pdf")).to_contain_text("empty")
    expect(refused.filter(has_text="notes.pdf")).to_contain_text("PDF, PNG, JPEG, TIFF")
    assert Event.objects.filter(action="document.refused").count() == 2
    busy = page.locator("#handed-in li", has_text="good.pdf")
    expect(busy).to_contain_text("being read")
    document = go_on(Document.objects.get())
    assert document.state == State.TO_VERIFY
    expect(busy).to_contain_text("Nordwind")
    expect(page.locator("#live")).to_contain_text("good.pdf")
    page.set_input_files("#files", [pdf("again.pdf", invoice_pdf())])
    twice = page.locator("li.duplicate")
    expect(twice).to_contain_text("already here")
    twice.get_by_role("link").click()
    expect(page).to_have_url(f"{live_server.url}/documents/{document.pk}/")


def test_a_person_of_several_companies_chooses_one(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    from review.access import grant_role

    other = LegalEntity.objects.create(name="Zweite Handels AG", country="DE")
    grant_role(clerk, "clerk", other, acting_user=None)
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/upload/")
    page.select_option("#entity", label="Zweite Handels AG")
    page.set_input_files("#files", [pdf("good.pdf", invoice_pdf())])
    expect(page.locator("#handed-in li")).to_contain_text("being read")
    assert Document.objects.get().entity == other


def test_an_unreadable_file_says_so_in_the_list_and_on_its_page(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/upload/")
    page.set_input_files("#files", [pdf("cut.pdf", invoice_pdf()[:700])])
    expect(page.locator("#handed-in li")).to_contain_text("being read")
    document = go_on(Document.objects.get())
    assert document.state == State.QUARANTINED
    expect(page.locator("#handed-in li")).to_contain_text("damaged")
    page.get_by_role("link", name="Open cut.pdf").click()
    expect(page.get_by_text("This file could not be read")).to_be_visible()
