"""The grids of lines and taxes by keyboard; what is typed is understood and added up at once."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from automation.documents.models import Document
from automation.documents.values import current_values
from automation.ledger.models import LegalEntity
from tests.browser.conftest import SignIn, invoice_pdf, process

pytestmark = pytest.mark.django_db(transaction=True)
PASTE = """([id, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const how = { clipboardData: data, bubbles: true, cancelable: true };
    document.getElementById(id).dispatchEvent(new ClipboardEvent("paste", how));
}"""


@pytest.fixture
def document(entity: LegalEntity) -> Document:
    return process(entity, invoice_pdf())


@pytest.fixture
def page(sign_in: SignIn, clerk: User, document: Document, live_server: LiveServer) -> Page:
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    page.wait_for_selector("#lines [data-cell]")
    return page


def cells(page: Page, column: str) -> list[str]:
    return [cell.input_value() for cell in page.locator(f"#lines [data-cell={column}]").all()]


def test_lines_are_split_merged_filled_pasted_and_removed(page: Page, document: Document) -> None:
    page.focus("#lines-1-description")
    page.keyboard.press("Home")
    for _ in range(len("Kopierpapier")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+s")
    assert cells(page, "description") == ["Kopierpapier", "A4"]
    expect(page.locator("#lines-2-description")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+m")
    assert cells(page, "description") == ["Kopierpapier A4"]
    page.keyboard.press("Alt+a")
    page.evaluate(PASTE, ["lines-2-description", "Toner\t2\t10,00\t20,00\nPens\t\t\t5,00\n"])
    assert cells(page, "description") == ["Kopierpapier A4", "Toner", "Pens"]
    page.focus("#lines-2-quantity")
    page.keyboard.press("Control+d")
    assert cells(page, "quantity")[1:] == ["2", "2"]
    page.focus("#lines-3-quantity")
    page.keyboard.press("Control+Delete")
    expect(page.locator("#sum-lines")).to_contain_text("≠")
    page.focus("#lines-2-net_amount")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#lines-2-net_amount")).to_have_value("20.00")
    page.wait_for_function(
        "() => document.querySelector('#lines').closest('section').querySelector('[data-save]').hidden"
    )
    rows = current_values(document.pk)["line_items"].value
    assert [(row["description"]["value"], row["net_amount"]["value"]) for row in rows] == [
        ("Kopierpapier A4", "100.00"),
        ("Toner", "20.00"),
    ]


def test_taxes_are_entered(page: Page, document: Document) -> None:
    if not page.locator("#taxes-1-rate").count():
        page.focus("#add-taxes")
        page.keyboard.press("Enter")
    page.fill("#taxes-1-rate", "19")
    page.fill("#taxes-1-net", "100,00")
    page.fill("#taxes-1-tax", "19,00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sum-taxes")).to_contain_text("✓")
    page.wait_for_function(
        "() => document.querySelector('#taxes').closest('section').querySelector('[data-save]').hidden"
    )
    (row,) = current_values(document.pk)["tax_lines"].value
    assert {name: cell["value"] for name, cell in row.items() if name in ("rate", "net", "tax")} == {
        "rate": "19",
        "net": "100.00",
        "tax": "19.00",
    }


def test_what_is_typed_is_understood_and_added_up_at_once(page: Page) -> None:
    expect(page.locator("#sum-amounts")).to_contain_text("✓")
    page.fill("#f-tax_amount", "1.019,00")
    expect(page.locator("#sum-amounts")).to_contain_text("≠")
    expect(page.locator("#row-tax_amount .meant")).to_have_text("= 1,019.00")
    page.fill("#f-due_date", "31.12.26")
    expect(page.locator("#row-due_date .meant")).to_have_text("= 31 Dec 2026")
    page.fill("#f-due_date", "31.31.26")
    expect(page.locator("#row-due_date .meant")).to_contain_text("is not a date")
