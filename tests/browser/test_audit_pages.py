"""The auditor's pages in a browser: they can be read on a phone and by everybody."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from audit.checkpoint import checkpoint
from audit.models import Pack
from audit.record import record
from audit.retention import place_hold
from audit.sequencer import fold_all
from audit.signing import configured
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from review.access import grant_role
from tests.browser.conftest import Scheme, SignIn
from tests.browser.test_accessibility import SIZES, violations

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "completeness/", "packs/", "retention/")


@pytest.fixture
def governor(settings: Any, tmp_path: Path, entity: LegalEntity) -> User:
    """Somebody who sees and governs everything, and a log with something in it."""
    settings.AUDIT_KEY_PATH = str(tmp_path / "key.pem")
    person = User.objects.create_user("gina", "gina@example.com", "correct horse battery", first_name="Gina")
    grant_role(person, "governance", None, acting_user=None)
    for n in range(6):
        incoming = IncomingFile(
            entity=entity, data=b"%PDF-1.4 " + bytes([65 + n]), filename=f"invoice-{n}.pdf", channel="upload"
        )
        document = accept(incoming, wake=False).document
        with transaction.atomic():
            what: dict[str, Any] = {"before": {"gross_amount": "10.00"}, "after": {"gross_amount": "12.00"}}
            record(
                "document.corrected", actor="user:gina", subject=f"document:{document.pk}", because="as printed", **what
            )
    place_hold(f"document:{document.pk}", "Asked for by the tax office.", actor="user:gina")
    fold_all()
    checkpoint(configured(), Path(project.AUDIT_HEADS_PATH))
    today = timezone.now().date()
    Pack.objects.create(
        since=today - timedelta(days=30), until=today, requested_by="gina", total=16, done=5, doing="events.csv"
    )
    return person


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_shut_nobody_out(
    sign_in: SignIn, live_server: LiveServer, governor: User, size: str, scheme: Scheme
) -> None:
    page = sign_in(governor, color_scheme=scheme, viewport=SIZES[size])
    found = {}
    for path in PAGES:
        found[path] = violations(page, f"{live_server.url}/audit/{path}")
        if shots := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(shots) / f"audit-{path.strip('/') or 'log'}-{size}-{scheme}.png", full_page=True)
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize("size", SIZES)
def test_the_console_works_under_its_own_policy(
    sign_in: SignIn, live_server: LiveServer, governor: User, size: str
) -> None:
    page = sign_in(governor, viewport=SIZES[size])
    for path in ("", "documents/document/", "audit/legalhold/add/"):
        page.goto(f"{live_server.url}/console/{path}")
        page.wait_for_selector("#content", state="visible")
        if shots := os.environ.get("SCREENSHOTS"):
            name = path.strip("/").replace("/", "-") or "index"
            page.screenshot(path=Path(shots) / f"console-{name}-{size}.png")
    page.fill("#id_subject", f"entity:{LegalEntity.objects.get().pk}")
    page.fill("#id_reason", "A lawsuit.")
    page.click("[name=_save]")
    page.wait_for_selector("text=A lawsuit.")
