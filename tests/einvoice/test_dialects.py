"""What electronic invoices of other countries and profiles say in their own way, by the specification of each."""

from datetime import date
from decimal import Decimal

import pytest

from inference.einvoice.arithmetic import broken_sums
from inference.einvoice.content import Content
from inference.einvoice.read import read
from tests.einvoice.test_read import CII, UBL


def ubl(body: str, profile: str = "urn:cen.eu:en16931:2017") -> Content:
    return read(UBL.format(f"<cbc:CustomizationID>{profile}</cbc:CustomizationID>{body}").encode())


def money(tag: str, amount: str, currency: str = "EUR") -> str:
    return f'<cbc:{tag} currencyID="{currency}">{amount}</cbc:{tag}>'


def tax(amount: str, currency: str = "EUR", *subtotals: tuple[str, str, str, str]) -> str:
    parts = "".join(
        f"<cac:TaxSubtotal>{money('TaxableAmount', net, currency)}{money('TaxAmount', vat, currency)}<cac:TaxCategory>"
        f"<cbc:ID>{category}</cbc:ID><cbc:Percent>{rate}</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
        "</cac:TaxCategory></cac:TaxSubtotal>"
        for category, rate, net, vat in subtotals
    )
    return f"<cac:TaxTotal>{money('TaxAmount', amount, currency)}{parts}</cac:TaxTotal>"


def supplier(*schemes: tuple[str, str]) -> str:
    numbers = "".join(
        f"<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID><cac:TaxScheme>"
        f"{f'<cbc:ID>{scheme}</cbc:ID>' if scheme else ''}</cac:TaxScheme></cac:PartyTaxScheme>"
        for scheme, number in schemes
    )
    return f"<cac:AccountingSupplierParty><cac:Party>{numbers}</cac:Party></cac:AccountingSupplierParty>"


@pytest.mark.parametrize(
    ("schemes", "vat_id", "tax_number"),
    [
        ([("VAT", "NO923456783MVA"), ("TAX", "Foretaksregisteret")], "NO923456783MVA", "Foretaksregisteret"),
        ([("FC", "12/345/67890"), ("vat", "DE129273398")], "DE129273398", "12/345/67890"),
        ([("GST", "47555222000")], "47555222000", None),
        ([("", "RO13547272")], "RO13547272", None),
        ([("", "13547272")], None, "13547272"),
    ],
    ids=["Norway", "Germany", "Australia", "Romania, no scheme", "no scheme, no country"],
)
def test_a_sellers_numbers(schemes: list[tuple[str, str]], vat_id: str | None, tax_number: str | None) -> None:
    header = ubl(supplier(*schemes)).header
    assert (header.get("seller_vat_id"), header.get("seller_tax_number")) == (vat_id, tax_number)


def test_the_tax_in_the_sellers_own_currency_is_not_the_invoices() -> None:
    said = ubl(
        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>RON</cbc:TaxCurrencyCode>"
        + tax("94.50", "RON")
        + tax("19.00", "EUR", ("S", "19", "100.00", "19.00"))
    )
    assert said.header["tax_amount"] == Decimal("19.00") and len(said.tax_lines) == 1


def test_several_taxes_in_one_currency_are_added_up() -> None:
    said = ubl(tax("19.00", "EUR", ("S", "19", "100.00", "19.00")) + tax("2.50", "EUR", ("S", "2.5", "100.00", "2.50")))
    assert said.header["tax_amount"] == Decimal("21.50") and len(said.tax_lines) == 2
    twice = ubl(tax("19.00", "EUR", ("S", "19", "100.00", "19.00")) + tax("19.00"))
    assert twice.header["tax_amount"] == Decimal("19.00"), "a total said again without its parts"


def test_several_categories_with_their_reasons_and_prepaid_and_rounding() -> None:
    said = ubl(
        tax("19.00", "EUR", ("S", "19", "100.00", "19.00"), ("E", "0", "50.00", "0.00"), ("AE", "0", "30.00", "0.00"))
        + "<cac:LegalMonetaryTotal>"
        + money("LineExtensionAmount", "180")
        + money("TaxExclusiveAmount", "180.00")
        + money("TaxInclusiveAmount", "199.00")
        + money("PrepaidAmount", "100.00")
        + money("PayableRoundingAmount", "-0.02")
        + money("PayableAmount", "98.98")
        + "</cac:LegalMonetaryTotal><cbc:DueDate>2026-04-01</cbc:DueDate>"
    )
    assert [row["category"] for row in said.tax_lines] == ["S", "E", "AE"]
    assert said.header["amount_paid"] == Decimal("100.00") and said.header["rounding_amount"] == Decimal("-0.02")
    assert broken_sums(said) == []


def test_what_is_collected_for_others_belongs_to_the_amount_due_of_the_german_extension() -> None:
    body = (
        "<cbc:DueDate>2026-04-01</cbc:DueDate><cac:PrepaidPayment><cbc:ID>x</cbc:ID>"
        + money("PaidAmount", "25.00")
        + "</cac:PrepaidPayment><cac:LegalMonetaryTotal>"
        + money("TaxInclusiveAmount", "119.00")
        + money("PayableAmount", "144.00")
        + "</cac:LegalMonetaryTotal>"
    )
    extension = "urn:cen.eu:en16931:2017#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
    assert broken_sums(ubl(body, extension)) == []
    assert [problem.message[:9] for problem in broken_sums(ubl(body))] == ["BR-CO-16:"]


def test_lines_within_a_line_are_not_counted_twice() -> None:
    line = "<cac:{0}><cbc:ID>{1}</cbc:ID><cbc:LineExtensionAmount>{2}</cbc:LineExtensionAmount>{3}</cac:{0}>"
    parts = line.format("SubInvoiceLine", "1.1", "60", "") + line.format("SubInvoiceLine", "1.2", "40", "")
    said = ubl(line.format("InvoiceLine", "1", "100", parts))
    assert [row["net_amount"] for row in said.lines] == [Decimal("100.00")]


def test_a_line_whose_rate_stands_in_its_own_tax_total() -> None:
    total = "<cac:TaxTotal><cac:TaxSubtotal><cac:TaxCategory><cbc:Percent>25</cbc:Percent></cac:TaxCategory>"
    total += "</cac:TaxSubtotal></cac:TaxTotal>"
    [line] = ubl(f"<cac:InvoiceLine><cbc:ID>1</cbc:ID>{total}</cac:InvoiceLine>", "OIOUBL-2.1").lines
    assert line["tax_rate"] == Decimal(25)


def test_a_danish_payment_slip() -> None:
    means = "<cac:PaymentMeans><cbc:InstructionID>000000001234563</cbc:InstructionID><cbc:PaymentID>71</cbc:PaymentID>"
    means += "<cbc:PaymentDueDate>2026-04-01</cbc:PaymentDueDate></cac:PaymentMeans>"
    header = ubl(means, "OIOUBL-2.1").header
    assert header["payment_reference"] == "000000001234563" and header["due_date"] == date(2026, 4, 1)


def test_an_attached_document_is_no_part_of_what_is_said() -> None:
    attached = (
        "<cac:AdditionalDocumentReference><cbc:ID>sheet</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject "
        f'mimeCode="application/pdf" filename="hours.pdf">{"QUJD" * 4_000_000}</cbc:EmbeddedDocumentBinaryObject>'
        "</cac:Attachment></cac:AdditionalDocumentReference><cbc:ID>RE-9</cbc:ID>"
    )
    assert ubl(attached).header["invoice_number"] == "RE-9"


def test_a_buyer_known_by_a_global_number_only() -> None:
    party = '<ram:BuyerTradeParty><ram:GlobalID schemeID="0088">4000001123452</ram:GlobalID></ram:BuyerTradeParty>'
    agreement = f"<ram:ApplicableHeaderTradeAgreement>{party}</ram:ApplicableHeaderTradeAgreement>"
    trade = f"<rsm:SupplyChainTradeTransaction>{agreement}</rsm:SupplyChainTradeTransaction>"
    assert read(CII.format(trade).encode()).header["customer_number"] == "4000001123452"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, "invoice") for code in ("380", "384", "389", "326", "386")),
        *((code, "credit_note") for code in ("381", "396", "261", "83")),
    ],
)
def test_types_of_documents(code: str, kind: str) -> None:
    assert ubl(f"<cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>").header["document_type"] == kind
