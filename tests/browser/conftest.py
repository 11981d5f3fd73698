"""A real browser on a real server: Chromium from the system, the documents processed by the real pipeline."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from django.contrib.auth.models import User
from pikepdf import Pdf
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from automation.documents.models import Document
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.workflow import engine
from tests.parts import need

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ARGS += ["--disable-component-update", "--disable-sync"]
PASSWORD = "correct horse battery"
SMALLEST_WAIT = 30_000  # milliseconds until a missing element is an error

# Playwright keeps an event loop running in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SignIn = Callable[..., Page]
Scheme = Literal["light", "dark"]
WIDE: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    need(CHROMIUM, "Chromium drives the browser tests: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(browser: Browser, live_server: LiveServer) -> Iterator[SignIn]:
    """`sign_in(person, viewport, color_scheme)`: a page at the queue. An error in the console fails the test."""
    contexts, complaints = [], list[str]()

    def enter(person: User, viewport: ViewportSize = WIDE, color_scheme: Scheme = "light") -> Page:
        context = browser.new_context(viewport=viewport, color_scheme=color_scheme, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SMALLEST_WAIT)
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said.text) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/sign-in/?next=/")
        page.fill("#id_username", person.username)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#tabs, .notice")
        page.wait_for_load_state()  # keys are heard once the scripts have run
        return page

    yield enter
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")  # what a page says on leaving is heard before its database is gone
        context.close()
    assert complaints == []


def _is_complaint(text: str) -> bool:
    return "Content Security Policy" in text or "Uncaught" in text


@pytest.fixture(autouse=True)
def strict_policy(transactional_db: None) -> None:
    """A policy so strict that a person looks at every document, however well it was read."""
    publish({**FIRST, "name": "Look at all", "minimum_confidence": "0.999"}, acting_user=None)


def invoice_pdf(number: str = "RE-4711", seller: str = "Nordwind Bürobedarf GmbH", *, net: str = "100,00") -> bytes:
    """A plain German invoice of one page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, 770, seller)
    canvas.setFont("Helvetica", 10)
    lines = ["Hafenstraße 12, 20457 Hamburg", "", "Example Trading GmbH", "Lindenallee 3", "10115 Berlin", ""]
    lines += [f"Rechnung Nr.: {number}", "Rechnungsdatum: 02.11.2026", "Fällig am: 02.12.2026", ""]
    for row, line in enumerate(lines):
        canvas.drawString(60, 750 - 15 * row, line)
    table = [("Pos", "Bezeichnung", "Menge", "Einzelpreis", "Betrag"), ("1", "Kopierpapier A4", "20", "5,00", "100,00")]
    table += [
        ("", "Nettobetrag", "", "", net),
        ("", "USt. 19 %", "", "", "19,00"),
        ("", "Gesamtbetrag EUR", "", "", "119,00"),
    ]
    for row, cells in enumerate(table):
        for x, cell in zip((60, 100, 330, 400, 500), cells, strict=True):
            canvas.drawString(x, 560 - 18 * row, cell)
    canvas.drawString(60, 80, "IBAN DE89 3704 0044 0532 0130 00   USt-IdNr. DE129273398")
    canvas.save()
    return buffer.getvalue()


def with_terms(pages: int = 1) -> bytes:
    """An invoice, and pages of terms behind it."""
    buffer = io.BytesIO(invoice_pdf())
    terms = io.BytesIO()
    canvas = Canvas(terms, pagesize=A4, invariant=True)
    for number in range(1, pages + 1):
        canvas.drawString(60, 750, f"General terms of business, part {number}. Payment within thirty days.")
        canvas.showPage()
    canvas.save()
    with Pdf.open(buffer) as pdf, Pdf.open(terms) as more:
        pdf.pages.extend(more.pages)
        joined = io.BytesIO()
        pdf.save(joined)
    return joined.getvalue()


def process(entity: LegalEntity, data: bytes, filename: str = "invoice.pdf") -> Document:
    """A document as the pipeline leaves it: at its first gate, or with its problem."""
    document = accept(IncomingFile(entity, filename, data, channel="email"), wake=False).document
    return go_on(document)


def go_on(document: Document) -> Document:
    """Let the run go as far as it can, as a worker would."""
    document.refresh_from_db()
    assert document.run_id is not None
    engine.advance(document.run_id)
    document.refresh_from_db()
    return document


def soon(page: Page, holds: Callable[[], bool]) -> bool:
    """Whether it holds within five seconds (more on a busy machine), while the page goes on."""
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(50)
    return False
