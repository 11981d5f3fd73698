"""A clerk's and an approver's day, by keyboard."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.ledger.models import LegalEntity
from review.actions.correct import correct_field
from review.actions.verify import verify
from tests.browser.conftest import SignIn, go_on, invoice_pdf, process, with_terms

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(document: Document) -> Document:
    return Document.objects.get(pk=document.pk)


def test_from_the_queue_to_verified_without_a_mouse(sign_in: SignIn, entity: LegalEntity, clerk: User) -> None:
    document = process(entity, invoice_pdf())
    assert document.state == State.TO_VERIFY
    page = sign_in(clerk)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel")
    for _ in range(page.locator(".doubtful").count() + 1):
        page.keyboard.press("Enter")
    page.wait_for_selector("#tabs")
    assert fresh(document).state == State.TO_APPROVE
    expect(page.locator("#live")).to_contain_text("verified")


def test_a_correction_is_echoed_kept_and_undone(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = open_document(sign_in(clerk), live_server, document)
    page.fill("#f-due_date", "31.12.26")
    page.keyboard.press("Enter")
    expect(page.locator("#row-due_date")).to_contain_text("Understood as 31 Dec 2026")
    expect(page.locator("#row-due_date del")).to_have_text("2 Dec 2026")
    value = current_values(document.pk)["due_date"]
    assert (value.value, value.reader, value.entered_by) == ("2026-12-31", "person", clerk)
    page.focus("#go")
    page.keyboard.press("z")
    expect(page.locator("#f-due_date")).to_have_value("2 Dec 2026")
    assert current_values(document.pk)["due_date"].value == "2026-12-02"


def test_what_cannot_be_understood_stays_in_the_field_with_the_reason(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    page = open_document(sign_in(clerk), live_server, process(entity, invoice_pdf()))
    page.fill("#f-issue_date", "someday")
    page.keyboard.press("Enter")
    expect(page.locator("#row-issue_date [role=alert]")).to_contain_text("“someday” is not a date")
    expect(page.locator("#f-issue_date")).to_have_value("someday")
    expect(page.locator("#f-issue_date")).to_be_focused()


def test_a_stale_page_shows_both_values_and_lets_the_person_choose(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = open_document(sign_in(clerk), live_server, document)
    correct_field(document.pk, "invoice_number", "RE-1", expected_version=fresh(document).version, acting_user=clerk)
    page.fill("#f-invoice_number", "RE-2")
    page.keyboard.press("Enter")
    message = page.locator("#row-invoice_number [role=alert]")
    expect(message).to_contain_text("RE-1")
    expect(message).to_contain_text("RE-2")
    page.get_by_role("button", name="Use mine").click()
    expect(page.locator("#row-invoice_number")).to_contain_text("Understood as RE-2")
    assert current_values(document.pk)["invoice_number"].value == "RE-2"


def test_clicking_a_word_fills_the_focused_field(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf(number="RE-4711"))
    page = open_document(sign_in(clerk), live_server, document)
    page.focus("#f-due_date")
    box = page.locator("#row-issue_date").evaluate(
        """row => { const [x0, y0, x1, y1] = row.dataset.box.split(' ').map(Number);
        const sheet = document.querySelector('.turned svg').getBoundingClientRect();
        return {x: sheet.left + sheet.width * (x0 + x1) / 2, y: sheet.top + sheet.height * (y0 + y1) / 2}; }"""
    )
    page.mouse.click(box["x"], box["y"])
    expect(page.locator("#f-due_date")).to_have_value("02.11.2026")
    expect(page.locator("#f-due_date")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#row-due_date")).to_contain_text("Understood as 2 Nov 2026")
    value = current_values(document.pk)["due_date"]
    assert value.page == 1
    assert value.box is not None


def test_lines_are_edited_as_a_grid(sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer) -> None:
    document = process(entity, invoice_pdf())
    page = open_document(sign_in(clerk), live_server, document)
    page.click("#add-lines")
    row = page.locator("#lines tbody tr").last
    row.get_by_label("description").fill("Freight")
    row.get_by_label("Net").fill("1.234,50")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines tbody tr").last.get_by_label("Net")).to_have_value("1,234.50")
    lines = current_values(document.pk)["line_items"].value
    assert (lines[-1]["description"]["value"], lines[-1]["net_amount"]["value"]) == ("Freight", "1234.50")


def test_an_approver_approves_and_cannot_change_a_field(
    sign_in: SignIn, entity: LegalEntity, clerk: User, approver: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    verify(document.pk, expected_version=document.version, acting_user=clerk)
    go_on(document)
    page = open_document(sign_in(approver), live_server, document)
    expect(page.locator("#panel .field input")).to_have_count(0)
    expect(page.locator("#go")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tabs")
    assert go_on(document).state == State.POSTED


def test_rejecting_asks_for_the_reason_and_shows_it(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = open_document(sign_in(clerk), live_server, document)
    page.focus("#go")
    page.keyboard.press("r")
    page.keyboard.type("Not ordered by us")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tabs")
    assert fresh(document).state == State.REJECTED
    open_document(page, live_server, document)
    expect(page.get_by_text("Not ordered by us").first).to_be_visible()


def test_a_postponed_document_leaves_the_queue(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, invoice_pdf())
    page = open_document(sign_in(clerk), live_server, document)
    page.focus("#go")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tabs")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()


def test_words_of_a_page_are_text_never_markup(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    hostile = "<script>window.broken=1</script><img src=x onerror=window.broken=1> GmbH"
    document = process(entity, invoice_pdf(seller=hostile, number="<b>RE-1</b>"))
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/?tab=all")
    open_document(page, live_server, document)
    page.mouse.move(300, 130)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.broken") is None
    assert page.locator("#panel script, #panel b:has-text('RE-1')").count() == 0


def test_a_document_of_300_pages_is_as_quick_to_work_with(
    sign_in: SignIn, entity: LegalEntity, clerk: User, live_server: LiveServer
) -> None:
    document = process(entity, with_terms(299))
    assert (document.state, document.page_count) == (State.TO_VERIFY, 300)
    page, drawn = sign_in(clerk), list[str]()
    page.on("request", lambda asked: drawn.append(asked.url) if asked.url.endswith(".webp") else None)
    open_document(page, live_server, document)
    expect(page.locator("#page-number")).to_have_text("1 / 300")
    page.keyboard.press("Enter")  # the first doubt is accepted while nearly all pages are not there yet
    page.wait_for_function("() => !document.querySelector('#panel .sent')")
    assert len(drawn) < 30
    page.focus("#go")
    page.keyboard.press("n")
    expect(page.locator("#page-number")).to_have_text("2 / 300")
    page.keyboard.press("f")
    page.keyboard.type("part 299")
    expect(page.locator("#found")).to_have_text("1", timeout=30_000)


def open_document(page: Page, live_server: LiveServer, document: Document) -> Page:
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    page.wait_for_selector("#panel")
    return page
