"""What is written as CII and Factur-X holds against schema and rules, and reads back as what was written."""

import io
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from automation.einvoice import cii, facturx, ubl
from automation.einvoice.compose import compose
from automation.einvoice.model import Invoice
from automation.einvoice.validation import broken_rules, schema_errors
from inference import sandbox
from inference.einvoice.container import embedded_invoice
from inference.einvoice.read import read
from inference.media_types import PDF
from inference.types import Value
from tests.einvoice.test_ubl import US, Cells, header, invoices

SAME_IN_BOTH = (
    "document_type",
    "invoice_number",
    "issue_date",
    "currency",
    "purchase_order",
    "delivery_note",
    "credited_invoice",
    "seller_name",
    "seller_vat_id",
    "seller_tax_number",
    "buyer_name",
    "seller_iban",
    "seller_bic",
    "net_amount",
    "tax_amount",
    "gross_amount",
    "amount_due",
    "amount_paid",
)


def composed(values: Cells, lines: list[Cells] | None = None, tax_lines: list[Cells] | None = None) -> Invoice:
    return compose(values, lines or [], tax_lines or [], US)


def checked(invoice: Invoice) -> bytes:
    xml = cii.write(invoice)
    assert schema_errors(xml) == []
    assert broken_rules(xml) == []
    return xml


@given(invoices())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_was_read_is_written_as_cii_that_holds_and_says_the_same_as_the_ubl(
    said: tuple[Cells, list[Cells], list[Cells]],
) -> None:
    invoice = composed(*said)
    one, other = read(checked(invoice)), read(ubl.write(invoice))
    assert not one.problems and not other.problems
    for name in SAME_IN_BOTH:
        assert one.header.get(name) == other.header.get(name), name
    assert one.lines == other.lines
    assert one.tax_lines == other.tax_lines


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"document_type": "credit_note", "credited_invoice": "RE-0"},
        {"discount_amount": Decimal("10.00"), "net_amount": Decimal("90.00"), "gross_amount": Decimal("107.10")},
        {"seller_vat_id": "", "seller_tax_number": "12/345/67890"},
        {"document_type": "credit_note", "net_amount": Decimal("-100.00"), "gross_amount": Decimal("-100.00")},
    ],
)
def test_kinds_of_invoices(changes: dict[str, Value]) -> None:
    values = header(**changes)
    values["tax_amount"] = Decimal(str(values["gross_amount"])) - Decimal(str(values["net_amount"]))
    checked(composed(values, [{"description": "Paper", "net_amount": Decimal("100.00"), "tax_rate": Decimal(19)}]))


def test_a_nil_has_no_sign() -> None:
    nil = Decimal("-0.00")
    values = header(document_type="credit_note", net_amount=nil, tax_amount=nil, gross_amount=nil)
    assert b">-0" not in checked(composed(values, [], [{"rate": Decimal(0), "net": nil, "tax": nil}]))


def test_factur_x_shows_and_holds_the_same_invoice() -> None:
    invoice = composed(header(), [{"description": "Paper", "quantity": Decimal(20), "net_amount": Decimal("100.00")}])
    pdf = facturx.write(invoice)
    assert pdf == facturx.write(invoice)
    assert embedded_invoice(pdf) == cii.write(invoice)
    found = sandbox.read_einvoice(pdf, PDF)
    assert found is not None and found.problems == ()
    shown = [word.text for page in sandbox.read_document(pdf, PDF).pages for word in page.words]
    for value in ("RE-1", "Nordwind", "119.00", "DE89370400440532013000", "Paper"):
        assert value in shown


def test_factur_x_is_a_pdf_a_3_as_far_as_its_structure_says() -> None:
    with pikepdf.open(io.BytesIO(facturx.write(composed(header())))) as document:
        root: Any = document.Root
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        xmp = etree.fromstring(root.Metadata.read_bytes())
        names = {etree.QName(element).localname: element.text for element in xmp.iter(etree.Element)}
        assert names["DocumentFileName"] == "factur-x.xml" and names["ConformanceLevel"] == "EN 16931"
        assert "schemas" in names and names["Producer"] == str(document.docinfo["/Producer"])
        assert root.OutputIntents[0].S == "/GTS_PDFA1" and int(root.OutputIntents[0].DestOutputProfile.N) == 3
        [associated] = root.AF
        assert associated.AFRelationship == "/Alternative" and associated.EF.F.Subtype == "/text/xml"
        assert document.trailer.get("/ID") is not None and not document.is_encrypted
        fonts = [font for page in document.pages for font in page.obj.Resources.Font.values()]
        assert fonts and all("/FontFile2" in font.FontDescriptor for font in fonts)
