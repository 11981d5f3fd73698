"""Every screen, light and dark, wide and narrow, by axe-core: no violation of WCAG 2.2 AA.

A run looks at each size, scheme and language at least once; SCREENS=all at all of them together. SCREENSHOTS=folder
keeps a picture of each screen.
"""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from automation.ingestion.models import Channel
from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.actions.comment import comment
from review.actions.hold import hold
from review.actions.verify import verify
from review.models import Limit, Preference, SavedView, StandIn
from tests.browser.conftest import Scheme, SignIn, go_on, invoice_pdf, process, with_terms

pytestmark = pytest.mark.django_db(transaction=True)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
LOOKS: list[tuple[str, Scheme, str]] = [
    ("wide", "light", "en"),
    ("narrow", "light", "fr"),
    ("wide", "dark", "es"),
    ("narrow", "dark", "de"),
]
if os.environ.get("SCREENS") == "all":
    LOOKS = list(product(SIZES, ("light", "dark"), ("en", "de", "fr", "es")))
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def everybody(entity: LegalEntity) -> User:
    """Somebody who may do everything, so that the menu is as long as it can be."""
    person = User.objects.create_user("gina", "gina@example.com", "correct horse battery", first_name="Gina")
    for role in ("clerk", "approver", "operator", "auditor", "governance"):
        grant_role(person, role, None, acting_user=None)
    return person


@pytest.fixture
def screens(entity: LegalEntity, everybody: User, clerk: User, approver: User) -> dict[str, str]:
    """Name to path, with something to see on each."""
    doubtful = process(entity, invoice_pdf("RE-1", net="90,00"))
    broken = process(entity, invoice_pdf()[:700], "cut.pdf")
    verified = process(entity, with_terms(), "with terms.pdf")
    comment(doubtful.pk, "Is this ours, @gina?", acting_user=clerk)
    hold(doubtful.pk, "goods", "Half of it came.", acting_user=clerk)
    verify(verified.pk, expected_version=verified.version, acting_user=clerk)
    verified = go_on(verified)
    today = timezone.now().date()
    StandIn.objects.create(absent=everybody, deputy=clerk, first_day=today, last_day=today)
    SavedView.objects.create(owner=everybody, name="Dear ones", query="tab=all&minimum=100")
    Limit.objects.create(person=approver, entity=entity, cost_centre="K-410", currency="EUR", amount=5000)
    channel = Channel.objects.create(entity=entity, name="Invoices", kind="imap", place="imap://mail/invoices")
    return {
        "queue": "/",
        "all": "/?tab=all",
        "filtered": "/?tab=all&minimum=1",
        "nothing-found": "/?tab=all&q=nowhere",
        "today": "/start/",
        "upload": "/upload/",
        "document": f"/documents/{doubtful.pk}/",
        "document-broken": f"/documents/{broken.pk}/",
        "document-to-approve": f"/documents/{verified.pk}/",
        "pages": f"/documents/{verified.pk}/arrange/",
        "intake": "/intake/",
        "channel": f"/intake/channels/{channel.pk}/",
        "channel-new": "/intake/channels/new/?kind=folder",
        "suppliers": "/suppliers/",
        "runs": "/runs/?tab=all",
        "run": f"/runs/{broken.run_id}/",
        "audit": "/audit/",
        "audit-completeness": "/audit/completeness/",
        "audit-packs": "/audit/packs/",
        "audit-retention": "/audit/retention/",
        "people": "/people/",
        "account": "/account/",
        "security": "/account/security/",
        "missing": "/nowhere/",
    }


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS, ids=["-".join(look) for look in LOOKS])
def test_no_screen_shuts_anybody_out(
    sign_in: SignIn,
    live_server: LiveServer,
    everybody: User,
    screens: dict[str, str],
    size: str,
    scheme: Scheme,
    language: str,
) -> None:
    Preference.objects.create(person=everybody, language=language)
    page = sign_in(everybody, color_scheme=scheme, viewport=SIZES[size])
    found = {}
    for name, path in screens.items():
        found[name] = violations(page, f"{live_server.url}{path}")
        keep(page, f"{name}-{size}-{scheme}-{language}")
        assert page.locator("html").get_attribute("lang") == language
    for name, told in dialogs(page, f"{live_server.url}{screens['document']}"):
        found[name] = told
        keep(page, f"{name}-{size}-{scheme}-{language}")
    page.context.clear_cookies()
    found["sign-in"] = violations(page, f"{live_server.url}/sign-in/")
    keep(page, f"sign-in-{size}-{scheme}-{language}")
    assert {name: told for name, told in found.items() if told} == {}


def dialogs(page: Page, url: str) -> Iterator[tuple[str, list[str]]]:
    page.goto(url)
    for name in ("reject-dialog", "postpone-dialog", "hold-dialog", "duplicate-dialog", "more-dialog", "help"):
        page.evaluate("name => desk.open(name)", name)
        yield name, violations(page)
        page.keyboard.press("Escape")


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=not page.locator("dialog[open]").count())


def violations(page: Page, url: str = "") -> list[str]:
    if url:
        page.goto(url)
        page.wait_for_load_state("networkidle")
    page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    width, seen = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    sideways = [f"scrolls sideways: {seen} of {width} pixels"] if seen > width else []
    cut = page.evaluate(CUT)
    return (
        sideways
        + [f"cut off: {text}" for text in cut]
        + [f"{one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]
    )


CUT = """() => [...document.querySelectorAll("nav a, button, .button, summary, label, th")]
    .filter((one) => one.checkVisibility() && one.offsetWidth > 1 && !one.closest(".tabs, .wide, .lines"))
    .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
    .map((one) => one.textContent.trim())"""
