"""Electronic invoices through the whole workflow, and what bad ones get."""

import io
import zlib
from collections.abc import Callable
from decimal import Decimal

import pikepdf
import pytest
from django.contrib.auth.models import User

from audit.models import Event
from automation.checks.models import Finding
from automation.documents.models import Document, FieldValue, State
from automation.documents.values import current_values, latest_pages
from automation.einvoice.models import ElectronicInvoice
from automation.errors import Refused
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run
from tests.einvoice.samples import cii_xml, page, ubl_xml, with_xml

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def body(xml: bytes) -> bytes:
    return xml.partition(b"?>")[2].lstrip()


def process(entity: LegalEntity, data: bytes, name: str = "invoice.xml") -> Document:
    document = accept(IncomingFile(entity, name, data, "test"), wake=False).document
    engine.advance(Run.objects.get(subject=f"document:{document.pk}").pk)
    document.refresh_from_db()
    return document


def codes(document: Document) -> set[str]:
    return set(Finding.objects.filter(round__document=document).values_list("code", flat=True))


@pytest.mark.parametrize("made", [cii_xml, ubl_xml])
def test_an_xml_file_is_read_exactly_and_has_a_page(entity: LegalEntity, made: Callable[[], bytes]) -> None:
    document = process(entity, made())
    assert document.state == State.TO_APPROVE and document.media_type == "application/xml"
    values = current_values(document.pk)
    assert {value.reader for name, value in values.items()} == {"xml"}
    assert {value.confidence for value in values.values()} == {1.0}
    assert values["gross_amount"].value == "119.00" and values["gross_amount"].box
    assert Event.objects.filter(subject=f"document:{document.pk}", action="document.extracted").exists()
    [shown] = latest_pages(document.pk)
    assert shown.reader == "xml" and not shown.needs_ocr
    facts = ElectronicInvoice.objects.get(document=document)
    assert not facts.embedded and facts.problems == []
    assert not {code for code in codes(document) if code.startswith(("einvoice", "picture"))}


def test_of_a_hybrid_the_xml_counts_and_the_page_agrees(entity: LegalEntity) -> None:
    document = process(entity, with_xml(page(), cii_xml()), "invoice.pdf")
    values = current_values(document.pk)
    assert values["gross_amount"].reader == "xml" and values["gross_amount"].page == 1
    facts = ElectronicInvoice.objects.get(document=document)
    assert facts.compared and facts.differences == [] and facts.missing == []
    assert not {code for code in codes(document) if code.startswith(("einvoice", "picture"))}


@pytest.mark.parametrize(
    "field,changes",
    [
        ("seller_iban", {"seller_iban": "AT611904300234573201"}),
        ("invoice_number", {"invoice_number": "RE-7"}),
        ("seller_name", {"seller_name": "Südsee Holding Ltd"}),
        ("gross_amount", {"net_amount": Decimal(900), "tax_amount": Decimal(171), "gross_amount": Decimal(1071)}),
    ],
)
def test_a_page_that_shows_something_else_blocks(entity: LegalEntity, field: str, changes: dict[str, object]) -> None:
    document = process(entity, with_xml(page(), cii_xml(**changes)), "invoice.pdf")  # type: ignore[arg-type]
    found = Finding.objects.filter(round__document=document, code="picture_differs")
    assert field in {name for finding in found for name in finding.fields}
    assert {finding.severity for finding in found} == {"blocks"}
    value = current_values(document.pk)[field]
    assert any("the XML says this, but" in reason for reason in value.reasons)


def test_what_a_person_decided_no_longer_blocks(entity: LegalEntity, clerk: User) -> None:
    from automation.checks.run import check_document

    document = process(entity, with_xml(page(), cii_xml(seller_iban="AT611904300234573201")), "invoice.pdf")
    FieldValue.objects.create(
        document=document,
        entered_by=clerk,
        name="seller_iban",
        value="DE89370400440532013000",
        confidence=1.0,
        reader="person",
    )
    round = check_document(document)
    assert [f.severity for f in Finding.objects.filter(round=round, code="picture_differs")] == ["warning"]


@pytest.mark.parametrize("attack", [XXE, BOMB], ids=["external entity", "billion laughs"])
def test_a_document_type_is_refused_at_the_door(entity: LegalEntity, attack: bytes) -> None:
    with pytest.raises(Refused, match="document type"):
        accept(IncomingFile(entity, "invoice.xml", attack + body(ubl_xml()), "test"), wake=False)
    assert Event.objects.filter(action="document.refused").exists()


@pytest.mark.parametrize("attack", [XXE, BOMB], ids=["external entity", "billion laughs"])
def test_a_document_type_behind_the_first_bytes_is_quarantined(entity: LegalEntity, attack: bytes) -> None:
    late = b"<?xml version='1.0'?><!--" + b"x" * 70_000 + b"-->" + attack.partition(b"?>")[2] + body(ubl_xml())
    with pytest.raises(Refused):
        accept(IncomingFile(entity, "invoice.xml", late, "test"), wake=False)


@pytest.mark.parametrize("attack", [XXE + b"<x>&x;</x>", BOMB, b"<Invoice"], ids=["entity", "laughs", "cut off"])
def test_an_attack_inside_a_pdf_leaves_the_pages(entity: LegalEntity, attack: bytes) -> None:
    xml = attack + (body(cii_xml()) if attack is BOMB else b"")
    document = process(entity, with_xml(page(), xml), "invoice.pdf")
    values = current_values(document.pk)
    assert values["gross_amount"].value == "119.00" and values["gross_amount"].reader != "xml"


def test_an_embedded_invoice_that_cannot_be_read_is_a_finding(entity: LegalEntity) -> None:
    document = process(entity, with_xml(page(), cii_xml()[:-200]), "invoice.pdf")
    assert "einvoice_unreadable" in codes(document)
    assert current_values(document.pk)["gross_amount"].value == "119.00"


def test_nesting_without_end_is_quarantined(entity: LegalEntity) -> None:
    opened = ubl_xml().replace(b"<cbc:ID>RE-1</cbc:ID>", b"<cbc:ID>" + b"<a>" * 100_000)
    document = process(entity, opened)
    assert document.state == State.QUARANTINED
    assert document.problem is not None and document.problem["code"] in ("xml_too_deep", "damaged")


def test_an_xml_that_is_cut_off_is_quarantined(entity: LegalEntity) -> None:
    document = process(entity, ubl_xml()[:-50])
    assert document.state == State.QUARANTINED and document.problem is not None
    assert document.problem["code"] == "damaged" and "well-formed" in document.problem["message"]


def test_a_gigabyte_is_refused_unread(entity: LegalEntity) -> None:
    with pytest.raises(Refused, match="at most"):
        accept(IncomingFile(entity, "invoice.xml", b"", "test", full_size=2**30), wake=False)


def test_a_gigabyte_within_a_small_pdf_costs_its_reader_only(entity: LegalEntity) -> None:
    squeezed = zlib.compressobj(1)
    head = squeezed.compress(cii_xml()[:-40])
    body = b"".join(squeezed.compress(b" " * 2**24) for _ in range(64))
    with pikepdf.open(io.BytesIO(with_xml(page(), cii_xml()))) as pdf:
        file = pdf.attachments["factur-x.xml"].get_file().obj
        file.write(head + body + squeezed.flush(), filter=pikepdf.Name.FlateDecode)
        out = io.BytesIO()
        pdf.save(out)
    assert len(out.getvalue()) < 2**23
    document = process(entity, out.getvalue(), "invoice.pdf")
    assert document.state == State.TO_VERIFY
    assert "einvoice_unreadable" in codes(document)
    assert current_values(document.pk)["gross_amount"].value == "119.00", "from its page"


def test_another_xml_is_refused_with_its_name(entity: LegalEntity) -> None:
    with pytest.raises(Refused, match="root element is <Order>"):
        accept(IncomingFile(entity, "order.xml", b"<Order xmlns='urn:x'/>", "test"), wake=False)


@pytest.mark.parametrize(
    "before,after,code",
    [
        (b"<cbc:ID>RE-1</cbc:ID>", b"<cbc:Surprise/><cbc:ID>RE-1</cbc:ID>", "einvoice_schema_broken"),
        (b"urn:cen.eu:en16931:2017<", b"urn:example:my-own:1.0<", "einvoice_profile_unknown"),
        (b'TaxAmount currencyID="EUR">19.00', b'TaxAmount currencyID="EUR">29.00', "einvoice_rule_broken"),
        (b"<cbc:DueDate>2026-04-03<", b"<cbc:DueDate>soon<", "einvoice_value_malformed"),
    ],
)
def test_what_is_wrong_with_the_xml_is_a_finding(entity: LegalEntity, before: bytes, after: bytes, code: str) -> None:
    xml = ubl_xml()
    assert before in xml
    document = process(entity, xml.replace(before, after))
    assert document.state == State.TO_VERIFY
    assert code in codes(document)


def test_the_same_file_attached_a_thousand_times_is_read_in_time(entity: LegalEntity) -> None:
    with pikepdf.open(io.BytesIO(page())) as pdf:
        for number in range(1000):
            pdf.attachments[f"{number}.xml"] = pikepdf.AttachedFileSpec(
                pdf,
                b"<nothing/>",
                filename=f"{number}.xml",
                description="",
                creation_date="",
                mod_date="",
                mime_type="",
            )
        out = io.BytesIO()
        pdf.save(out)
    document = process(entity, out.getvalue(), "invoice.pdf")
    assert current_values(document.pk)["invoice_number"].value == "RE-1"
