"""Intake in a browser: accessible in both schemes and sizes, and a refused file tried again by keyboard."""

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from automation.errors import Refused
from automation.ingestion.accept import accept
from automation.ingestion.configure import create_channel
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival, Channel
from automation.ledger.models import LegalEntity
from review.access import grant_role
from tests.browser.conftest import Scheme, SignIn, invoice_pdf
from tests.browser.test_accessibility import SIZES, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(entity: LegalEntity, clerk: User) -> Channel:
    """A channel that something came through, of an entity where the clerk is operator too."""
    grant_role(clerk, "operator", entity, acting_user=None)
    given = {"host": "mail.ours.example", "user": "invoices"}
    made = create_channel(entity, "Invoices by mail", "imap", given, secret="x", actor="user:test")
    failing = {
        "code": "mailbox_unreachable",
        "message": "The mail server broke off: reset by peer",
        "at": "",
    }
    Channel.objects.filter(pk=made.pk).update(error=failing, failures=3)
    data = invoice_pdf()
    for name, content in (("good.pdf", data), ("same.pdf", data), ("bad.pdf", b"MZ a program")):
        try:
            accept(IncomingFile(entity, name, content, "email", source=made, key=name), wake=False)
        except Refused:
            continue
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_intake_shuts_nobody_out(
    sign_in: SignIn, live_server: LiveServer, clerk: User, channel: Channel, scheme: Scheme, size: str
) -> None:
    page = sign_in(clerk, color_scheme=scheme, viewport=SIZES[size])
    paths = (
        "/intake/",
        f"/intake/channels/{channel.pk}/",
        "/intake/channels/new/",
        "/intake/channels/new/?kind=folder",
    )
    found = {path: violations(page, f"{live_server.url}{path}") for path in paths}
    assert {path: told for path, told in found.items() if told} == {}


def test_a_refused_file_is_tried_again_by_keyboard(
    sign_in: SignIn, live_server: LiveServer, clerk: User, channel: Channel
) -> None:
    page = sign_in(clerk)
    page.goto(f"{live_server.url}/intake/")
    assert page.locator("svg.chart rect").count() == 1
    page.focus("[aria-label='Try bad.pdf again']")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=bad.pdf is refused again")
    assert Arrival.objects.filter(retry_of__filename="bad.pdf", by=clerk).count() == 1
