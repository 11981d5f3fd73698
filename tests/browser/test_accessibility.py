"""Every screen, light and dark, wide and narrow, by axe-core: no violation of WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from automation.ledger.models import LegalEntity
from tests.browser.conftest import Scheme, SignIn, invoice_pdf, process

pytestmark = pytest.mark.django_db(transaction=True)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_shuts_anybody_out(
    sign_in: SignIn,
    live_server: LiveServer,
    entity: LegalEntity,
    clerk: User,
    approver: User,
    scheme: Scheme,
    size: str,
) -> None:
    document, broken = process(entity, invoice_pdf(net="90,00")), process(entity, invoice_pdf()[:700], "cut.pdf")
    page = sign_in(clerk, color_scheme=scheme, viewport=SIZES[size])
    paths = (
        "/",
        "/start/",
        "/?tab=all",
        "/?tab=team&minimum=1",
        "/?tab=posted",
        "/upload/",
        "/account/",
        f"/documents/{document.pk}/",
        f"/documents/{broken.pk}/",
        "/nowhere/",
    )
    found = {path: violations(page, f"{live_server.url}{path}") for path in paths}
    page.goto(f"{live_server.url}/documents/{document.pk}/")
    for dialog in ("reject", "postpone", "hold", "duplicate", "more"):
        page.evaluate("name => desk.open(`${name}-dialog`)", dialog)
        found[f"{dialog} dialog"] = violations(page)
        page.keyboard.press("Escape")
    page.evaluate("desk.open('help')")
    found["keys"] = violations(page)
    page.context.clear_cookies()
    found["sign-in"] = violations(page, f"{live_server.url}/sign-in/")
    assert {path: told for path, told in found.items() if told} == {}


def violations(page: Page, url: str = "") -> list[str]:
    if url:
        page.goto(url)
        page.wait_for_load_state("networkidle")
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    width, seen = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    sideways = [f"scrolls sideways: {seen} of {width} pixels"] if seen > width else []
    return sideways + [f"{one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]
