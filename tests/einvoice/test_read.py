"""Electronic invoices are read exactly as they say, by the standards, wherever they are found."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from automation.einvoice.read import extraction_of
from inference import sandbox
from inference.einvoice.arithmetic import broken_sums
from inference.einvoice.read import invoice_xml, read
from inference.evaluation import ALIASES, Prediction, evaluate, matches
from inference.fields import FIELDS, to_text
from inference.media_types import PDF, XML, sniff
from tests.conftest import DEV_DATA
from tests.einvoice.samples import cii_xml, page, ubl_xml, with_xml

CII = """<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">{}</rsm:CrossIndustryInvoice>"""
UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">{}</Invoice>"""


def entries() -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in ("xml-einvoices", "zugferd", "facturx-fr"):
        truth = DEV_DATA / folder / "truth.jsonl"
        if not truth.is_file():
            pytest.skip(f"{truth} is not here")
        for line in truth.read_text().splitlines():
            entry = json.loads(line)
            yield DEV_DATA / folder / entry["file"], entry


def test_every_labelled_value_of_every_known_electronic_invoice_is_exact() -> None:
    pairs, wrong = [], []
    for path, entry in entries():
        xml = invoice_xml(path.read_bytes())
        assert xml is not None, path.name
        content = read(xml)
        rows = [{name: to_text(value) for name, value in row.items()} for row in content.lines]
        taxes = [{name: to_text(value) for name, value in row.items()} for row in content.tax_lines]
        fields = {name: to_text(value) for name, value in content.header.items()}
        for name, value in {**entry["fields"], **(entry.get("xml_fields_not_found_on_page") or {})}.items():
            ours = ALIASES.get(name, name)
            if ours in FIELDS and not matches(FIELDS[ours].kind, ours, fields.get(ours, ""), str(value)):
                wrong.append((path.name, ours, value, fields.get(ours)))
        assert len(rows) == len(entry["line_items"]), path.name
        pairs.append((entry, Prediction(fields, rows, taxes)))
    result = evaluate(pairs)
    assert wrong == []
    assert (result.line_items.wrong, result.line_items.missing) == (0, 0)
    assert (result.tax_lines.wrong, result.tax_lines.missing) == (0, 0)


def test_both_syntaxes_say_the_same_of_one_invoice() -> None:
    one, other = extraction_of(cii_xml()), extraction_of(ubl_xml())
    assert one is not None and other is not None
    texts = [{name: field.value for name, field in said.fields.items()} for said in (one, other)]
    assert texts[0] == texts[1]
    assert texts[0]["gross_amount"] == Decimal("119.00") and texts[0]["seller_iban"] == "DE89370400440532013000"
    assert {field.confidence for field in one.fields.values()} == {1.0}
    assert {field.reader for field in one.fields.values()} == {"xml"}
    assert one.fields["gross_amount"].box is not None, "the page that is drawn shows it"


@pytest.mark.parametrize("tree", [True, False], ids=["name tree", "associated"])
@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "anything.xml", "invoice"])
def test_an_invoice_is_found_in_a_pdf(name: str, tree: bool) -> None:
    xml = cii_xml()
    assert invoice_xml(with_xml(page(), xml, name, tree=tree)) == xml


def test_other_files_in_a_pdf_are_no_invoice() -> None:
    assert invoice_xml(page()) is None
    assert invoice_xml(with_xml(page(), b"<order/>", "order.xml")) is None
    both = with_xml(with_xml(page(), ubl_xml(), "a.xml"), cii_xml(), "factur-x.xml")
    assert invoice_xml(both) == cii_xml(), "a standard's name goes before any other"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ('<udt:DateTimeString format="102">20260304</udt:DateTimeString>', date(2026, 3, 4)),
        ('<udt:DateTimeString format="101">260304</udt:DateTimeString>', date(2026, 3, 4)),
        ('<udt:DateTimeString format="610">202603</udt:DateTimeString>', date(2026, 3, 1)),
        ('<udt:DateTimeString format="616">202610</udt:DateTimeString>', date(2026, 3, 2)),
        ('<udt:DateTimeString format="203">202603041530</udt:DateTimeString>', date(2026, 3, 4)),
        ("<udt:DateTime>2026-03-04T00:00:00Z</udt:DateTime>", date(2026, 3, 4)),
        ("<udt:DateTimeString>2026-03-04+01:00</udt:DateTimeString>", date(2026, 3, 4)),
    ],
)
def test_dates_in_every_notation(written: str, day: date) -> None:
    document = f"<rsm:ExchangedDocument><ram:IssueDateTime>{written}</ram:IssueDateTime></rsm:ExchangedDocument>"
    assert read(CII.format(document).encode()).header["issue_date"] == day


def test_what_cannot_be_a_value_is_a_problem_and_no_value() -> None:
    content = read(
        UBL.format(
            "<cbc:IssueDate>2026-02-30</cbc:IssueDate>"
            "<cac:LegalMonetaryTotal><cbc:PayableAmount>12,50</cbc:PayableAmount></cac:LegalMonetaryTotal>"
        ).encode()
    )
    assert [problem.code for problem in content.problems] == ["einvoice_value_malformed"] * 2
    assert not {"issue_date", "amount_due"} & content.header.keys()


def test_parties_accounts_and_currencies_are_told_apart() -> None:
    content = read(
        CII.format(
            """<rsm:SupplyChainTradeTransaction>
            <ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Nordwind GmbH</ram:Name>
             <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">12/345</ram:ID></ram:SpecifiedTaxRegistration>
             <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE129273398</ram:ID></ram:SpecifiedTaxRegistration>
            </ram:SellerTradeParty></ram:ApplicableHeaderTradeAgreement>
            <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>SEK</ram:InvoiceCurrencyCode>
             <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayerPartyDebtorFinancialAccount>
              <ram:IBANID>AT611904300234573201</ram:IBANID></ram:PayerPartyDebtorFinancialAccount>
             </ram:SpecifiedTradeSettlementPaymentMeans>
             <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
              <ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
             </ram:SpecifiedTradeSettlementPaymentMeans>
             <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
              <ram:TaxTotalAmount currencyID="EUR">1.90</ram:TaxTotalAmount>
              <ram:TaxTotalAmount currencyID="SEK">19</ram:TaxTotalAmount>
             </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
            </ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>"""
        ).encode()
    )
    assert content.header["seller_vat_id"] == "DE129273398" and content.header["seller_tax_number"] == "12/345"
    assert content.header["seller_iban"] == "DE89370400440532013000", "not the debtor's own account"
    assert content.header["tax_amount"] == Decimal("19.00"), "of two currencies the invoice's"


def test_lines_keep_base_quantities_allowances_and_charges() -> None:
    content = read(
        UBL.format(
            """<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">300</cbc:InvoicedQuantity>
            <cbc:LineExtensionAmount>36.50</cbc:LineExtensionAmount>
            <cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>2</cbc:Amount></cac:AllowanceCharge>
            <cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:Amount>1</cbc:Amount></cac:AllowanceCharge>
            <cac:Item><cbc:Name>Screws</cbc:Name></cac:Item>
            <cac:Price><cbc:PriceAmount>12.50</cbc:PriceAmount><cbc:BaseQuantity>100</cbc:BaseQuantity></cac:Price>
            </cac:InvoiceLine>"""
        ).encode()
    )
    [line] = content.lines
    assert (line["unit_price"], line["base_quantity"]) == (Decimal("12.50"), Decimal(100))
    assert (line["discount"], line["charge"], line["net_amount"]) == (Decimal(2), Decimal(1), Decimal("36.50"))


def test_an_envelope_is_opened() -> None:
    body = ubl_xml().partition(b"?>")[2]
    envelope = (
        b'<sh:StandardBusinessDocument xmlns:sh="urn:sbdh"><sh:Header/>' + body + b"</sh:StandardBusinessDocument>"
    )
    assert sniff(envelope) == XML
    assert read(envelope).header["invoice_number"] == "RE-1"


def test_utf_16_and_comments_before_the_root() -> None:
    text = "<?xml version='1.0' encoding='UTF-16'?><!-- hello -->" + ubl_xml().decode().partition("?>")[2]
    assert sniff(text.encode("utf-16")) == XML
    assert read(text.encode("utf-16")).header["invoice_number"] == "RE-1"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (("TaxInclusiveAmount currencyID=\"EUR\">119.00", "TaxInclusiveAmount currencyID=\"EUR\">120.00"), "BR-CO-15"),
        (("LineExtensionAmount currencyID=\"EUR\">100.00", "LineExtensionAmount currencyID=\"EUR\">99.00"), "BR-CO-13"),
        (("TaxAmount currencyID=\"EUR\">19.00", "TaxAmount currencyID=\"EUR\">29.00"), "BR-CO-17"),
    ],
)  # fmt: skip
def test_sums_that_do_not_hold_are_named(changed: tuple[str, str], rule: str) -> None:
    xml = ubl_xml().decode()
    assert not broken_sums(read(xml.encode()))
    problems = broken_sums(read(xml.replace(*changed).encode()))
    assert rule in {problem.message.partition(":")[0] for problem in problems}


def test_pages_are_drawn_for_an_xml_and_show_what_it_says() -> None:
    data = cii_xml()
    reading = sandbox.read_document(data, XML)
    words = [word.text for page in reading.pages for word in page.words]
    assert {"RE-1", "119.00", "DE89370400440532013000", "Nordwind"} <= set(words)
    picture = sandbox.render_page(data, XML, 1, 800)
    assert picture[:4] == b"RIFF"
    assert sandbox.read_einvoice(page(), PDF) is None
