"""Everything that people do here, by keyboard alone: each control is reached with Tab, none is pointed at."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import FileChooser, Page, expect
from pytest_django.live_server_helper import LiveServer

from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.ledger.models import LegalEntity, Supplier
from automation.policy.publish import FIRST, publish
from review.access import grant_role
from review.actions import lease
from review.models import Comment, Decision, Hold, Letter, Preference, SavedView, StandIn
from tests.browser.conftest import SignIn, go_on, invoice_pdf, process, soon, with_terms
from tests.browser.test_upload import pdf

pytestmark = pytest.mark.django_db(transaction=True)
MOST_TABS = 120
HAS_FOCUS = "selector => document.activeElement?.matches(selector)"


def reach(page: Page, selector: str) -> None:
    """Tab to it, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if page.evaluate(HAS_FOCUS, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keyboard")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_handing_in_filtering_and_keeping_a_view(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    page, asked = sign_in(clerk), list[FileChooser]()
    page.on("filechooser", lambda chooser: asked.append(chooser))
    press(page, "u")
    page.wait_for_url("**/upload/")
    reach(page, "#choose")
    press(page, "Enter")
    while not asked:
        page.wait_for_timeout(20)
    asked[0].set_files([pdf("a.pdf", invoice_pdf())])
    expect(page.locator("#handed-in li")).to_contain_text("being read")
    go_on(Document.objects.get())
    page.goto(f"{live_server.url}/?tab=team")
    reach(page, "details.narrow summary")
    press(page, "Enter")
    reach(page, "select[name=due]")
    press(page, "ArrowDown", "ArrowDown")
    reach(page, "input[name=minimum]")
    page.keyboard.type("100")
    press(page, "Enter")
    page.wait_for_url("**minimum=100**")
    assert "due=week" in page.url
    reach(page, "#view-name")
    page.keyboard.type("Dear ones")
    press(page, "Enter")
    page.wait_for_selector(".views [aria-current]")
    assert SavedView.objects.get().name == "Dear ones"
    reach(page, ".views button.quiet")
    press(page, "Enter")
    assert soon(page, lambda: not SavedView.objects.exists())
    page.goto(f"{live_server.url}/")
    reach(page, "#tab-all")
    press(page, "Enter")
    page.wait_for_url("**tab=all**")


def test_clean_documents_are_approved_together(
    sign_in: SignIn, entity: LegalEntity, clerk: User, approver: User, live_server: LiveServer
) -> None:
    easy = {**FIRST, "name": "Easy", "minimum_confidence": "0.1", "highest_silent_severity": "warning"}
    publish(easy, acting_user=None)
    Supplier.objects.create(
        entity=entity, name="Nordwind Bürobedarf GmbH", normal_name="nordwind buerobedarf", vat_id="DE129273398"
    )
    documents = [process(entity, invoice_pdf(f"RE-{n}"), f"{n}.pdf") for n in range(2)]
    assert {document.state for document in documents} == {State.TO_APPROVE}
    page = sign_in(approver)
    page.wait_for_selector(".documents tbody a")
    press(page, "x")
    chosen = page.locator(".pick input:checked").count()
    expect(page.locator("#approve-clean")).to_be_focused()
    press(page, "Enter")
    assert chosen > 0
    assert soon(page, lambda: Decision.objects.filter(gate="approve").count() == chosen)


def test_a_document_held_released_asked_about_and_booked(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    page.wait_for_selector("#panel")
    press(page, "Escape", "Escape")
    reach(page, "#f-cost_centre")
    page.keyboard.type("k-410")
    press(page, "Enter")
    expect(page.locator("#row-cost_centre")).to_contain_text("Understood as k-410")
    assert current_values(document.pk)["cost_centre"].value == "k-410"
    page.wait_for_function("() => !document.querySelector('#panel .sent')")
    press(page, "Escape", "Escape")
    page.wait_for_function("document.activeElement.id === 'go'")
    press(page, "c")
    page.keyboard.type("Who ordered this?")
    reach(page, "#comment-field")
    page.keyboard.type("Due")
    press(page, "Tab", "Enter")
    expect(page.locator("#row-due_date .remark")).to_contain_text("Who ordered this?")
    assert Comment.objects.get().field == "due_date"
    reach(page, "#ask summary")
    press(page, "Enter")
    reach(page, "#ask-recipient")
    page.keyboard.type("supplier@example.com")
    press(page, "Tab")
    page.keyboard.type("Which order is this?")
    press(page, "Tab", "Enter")
    expect(page.locator("#panel")).to_contain_text("to supplier@example.com, being sent")
    assert Letter.objects.get().text == "Which order is this?"
    press(page, "Escape")
    reach(page, "[data-open=more-dialog]")
    press(page, "Enter")
    reach(page, "dialog[open] [data-open=hold-dialog]")
    press(page, "Enter")
    reach(page, "#hold-name")
    press(page, "Tab", "Tab", "Enter")
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    reach(page, "[id^=release-]")
    press(page, "Enter")
    expect(page.locator("#live")).to_contain_text("Released")
    assert Hold.objects.get().released_by == clerk


def test_taking_over_rebinding_and_pages(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    file = process(entity, with_terms(), "two.pdf")
    colleague = User.objects.create_user("anna", "anna@example.com", "correct horse battery", first_name="Anna")
    grant_role(colleague, "clerk", entity, acting_user=None)
    lease.take(file.pk, acting_user=colleague)
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/documents/{file.pk}/")
    expect(page.locator("#lease")).to_contain_text("Anna has it open")
    reach(page, "[data-take-over]")
    press(page, "Enter")
    expect(page.locator("#lease")).to_be_hidden()
    reach(page, "[data-open=help]")
    press(page, "Enter")
    reach(page, "[data-rebind=arrange]")
    press(page, "Enter", "y")
    expect(page.locator("[data-rebind=arrange] kbd")).to_have_text("Y")
    press(page, "Escape")
    reach(page, "#go")
    press(page, "y")
    page.wait_for_url("**/arrange/", wait_until="commit")
    assert Preference.objects.get().keys == {"arrange": "y"}
    reach(page, "[name=begin][value='2']")
    press(page, "Space")
    reach(page, "[value=split]")
    press(page, "Enter")
    page.wait_for_selector("#panel")
    assert Document.objects.filter(parent=file).count() == 2
    for one in (file, *Document.objects.filter(parent=file)):
        go_on(one)
    page.wait_for_selector("#arrange")  # the page saw that its document was read
    reach(page, "#arrange")
    press(page, "Enter")
    page.wait_for_url("**/arrange/", wait_until="commit")
    reach(page, "[value=merge]")
    press(page, "Enter")
    page.wait_for_selector("#panel, [role=alert]")
    assert page.locator("[role=alert]").all_inner_texts() == []
    assert Document.objects.get(pk=file.pk).state == State.RECEIVED


def test_one_s_own_page_and_the_access_review(
    sign_in: SignIn, entity: LegalEntity, approver: User, clerk: User, auditor: User, live_server: LiveServer
) -> None:
    page = sign_in(approver)
    page.goto(f"{live_server.url}/account/")
    reach(page, "#deputy")
    page.keyboard.type("carla")
    reach(page, "#last_day")
    today = timezone.now().date()
    year = today.year + (today > date(today.year, 12, 12))
    page.keyboard.type(f"1212{year}")  # the same in every order of day and month
    press(page, "Enter")
    page.wait_for_selector("section[aria-labelledby=away] .trail")
    assert StandIn.objects.get().deputy == clerk
    reach(page, "section[aria-labelledby=away] .trail button")
    press(page, "Enter")
    page.wait_for_selector("section[aria-labelledby=away]:not(:has(.trail))")
    reach(page, "#language")
    page.keyboard.type("Deu")
    press(page, "Tab", "Enter")
    page.wait_for_selector("html[lang=de]")
    grant_role(auditor, "governance", None, acting_user=None)
    page = sign_in(auditor)
    page.goto(f"{live_server.url}/people/")
    reach(page, f"#note-{clerk.pk}")
    page.keyboard.type("As agreed.")
    press(page, "Tab", "Enter")
    expect(page.locator(".people")).to_contain_text("auda")
