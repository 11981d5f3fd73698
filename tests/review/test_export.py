"""The approved invoice, kept as a file of any form from its page."""

from django.contrib.auth.models import User
from django.test import Client

from automation.documents.models import State
from automation.ledger.models import LegalEntity
from tests.factories import make_document


def test_the_page_of_an_approved_invoice_offers_its_forms(entity: LegalEntity, approver: User) -> None:
    client = Client()
    client.force_login(approver)
    document = make_document(entity, state=State.POSTED)
    page = client.get(f"/documents/{document.pk}/").content.decode()
    for form in ("factur-x", "ubl", "cii"):
        address = f"/documents/{document.pk}/export/{form}/"
        assert address in page
        written = client.get(address)
        assert written.status_code == 200 and written["Content-Disposition"].startswith("attachment")


def test_what_is_not_approved_is_not_exported(entity: LegalEntity, approver: User) -> None:
    client = Client()
    client.force_login(approver)
    document = make_document(entity, state=State.TO_APPROVE)
    assert "/export/" not in client.get(f"/documents/{document.pk}/").content.decode()
    assert client.get(f"/documents/{document.pk}/export/ubl/").status_code == 409
    assert client.get(f"/documents/{document.pk}/export/fax/").status_code == 404
