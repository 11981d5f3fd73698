"""What comes with a mail beside its invoice goes with it; what is not certain stays a document of its own."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.models import Event
from automation.checks.models import Finding
from automation.documents.models import Document, State
from automation.documents.values import current_values
from automation.ingestion.models import Channel
from automation.ingestion.receive import receive_mail
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run, RunState
from automation.workflow.store import NOW
from tests.einvoice.samples import cii_xml, page
from tests.einvoice.test_pipeline import codes
from tests.inference import documents as made
from tests.ingestion.mails import mail, raw


def invoice(number: str) -> bytes:
    return made.pdf(
        made.lines("Nordwind GmbH", "Invoice", f"Invoice number: {number}", "Date: 04.03.2026", "Total: 119,00 EUR")
    )


def delivery_note(*names: str) -> bytes:
    said = ("Nordwind GmbH", "Delivery note", "Delivery note number: LS-88123", *(f"For invoice {n}" for n in names))
    return made.pdf(made.lines(*said, "20 x Copy paper A4", "Received by:"))


TERMS = made.pdf(made.lines("General terms and conditions", "1. All deliveries are made on these terms alone."))


@pytest.fixture
def channel(entity: LegalEntity) -> Channel:
    return Channel.objects.create(entity=entity, name="Mail", kind="smtp", place="smtp:invoices@ours.example")


def arrived(channel: Channel, *files: tuple[str, bytes]) -> dict[str, Document]:
    receive_mail(channel, raw(mail(*files)), smallest_picture=0)
    return {document.filename: document for document in Document.objects.all()}


def go(document: Document) -> Document:
    assert document.run_id is not None
    Run.objects.filter(pk=document.run_id, state=RunState.WAITING, step="belong").update(due_at=NOW - timedelta(1))
    engine.advance(document.run_id)
    document.refresh_from_db()
    return document


def test_a_delivery_note_and_terms_go_with_the_invoice_of_their_mail(
    channel: Channel, client: Client, clerk: User
) -> None:
    came = arrived(channel, ("note.pdf", delivery_note()), ("terms.pdf", TERMS), ("a.pdf", invoice("RE-20431")))
    for name in ("note.pdf", "terms.pdf"):
        assert go(came[name]).state == State.RECEIVED, "the invoice is not read yet"
    assert go(came["a.pdf"]).state == State.TO_VERIFY
    for name in ("note.pdf", "terms.pdf"):
        attached = go(came[name])
        assert attached.run_id is not None
        assert (attached.state, attached.attached_to_id) == (State.ATTACHED, came["a.pdf"].pk)
        assert Run.objects.get(pk=attached.run_id).state == RunState.DONE
    assert Event.objects.filter(action="document.attached").count() == 2
    client.force_login(clerk)
    shown = client.get(f"/documents/{came['a.pdf'].pk}/").content.decode()
    assert "note.pdf</a> Delivery note" in shown and "terms.pdf</a> Terms and conditions" in shown


def test_of_several_invoices_it_goes_with_the_one_that_it_names(channel: Channel) -> None:
    came = arrived(
        channel,
        ("a.pdf", invoice("RE-20431")),
        ("b.pdf", invoice("RE-20432")),
        ("note.pdf", delivery_note("RE-20432")),
        ("both.pdf", delivery_note("RE-20431", "RE-20432")),
        ("terms.pdf", TERMS),
    )
    for document in [*came.values(), *came.values()]:  # the first may wait until the last is read
        go(document)
    assert came["note.pdf"].attached_to_id == came["b.pdf"].pk
    assert {came["both.pdf"].state, came["terms.pdf"].state} == {State.TO_VERIFY}, "a person decides"


def test_a_delivery_note_that_came_alone_waits_for_a_person(channel: Channel) -> None:
    note = go(arrived(channel, ("note.pdf", delivery_note()))["note.pdf"])
    assert note.state == State.TO_VERIFY and current_values(note.pk)["document_type"].value == "other"
    assert "not_an_invoice" in codes(note)


def test_two_invoices_of_one_mail_stay_two(channel: Channel) -> None:
    came = arrived(channel, ("a.pdf", invoice("RE-20431")), ("b.pdf", invoice("RE-20432")))
    assert {go(document).state for document in came.values()} == {State.TO_VERIFY}


@pytest.mark.parametrize("order", [("invoice.xml", "invoice.pdf"), ("invoice.pdf", "invoice.xml")])
def test_the_picture_of_an_xml_invoice_in_one_mail_is_a_duplicate(channel: Channel, order: tuple[str, str]) -> None:
    came = arrived(channel, ("invoice.pdf", page()), ("invoice.xml", cii_xml()))
    first, second = (go(came[name]) for name in order)
    assert "duplicate_exact" not in codes(first) and "duplicate_exact" in codes(second)
    assert second.state == State.TO_VERIFY
    found = Finding.objects.get(round__document=second, code="duplicate_exact")
    assert found.severity == "blocks" and order[0] in found.message
