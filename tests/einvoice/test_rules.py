"""The business rules of EN 16931 while a document waits for its decision."""

import pytest

from automation.checks.models import Finding
from automation.documents.models import State
from automation.ledger.models import LegalEntity
from inference.einvoice import rules
from inference.einvoice.schema import artefacts
from tests.einvoice.samples import cii_xml, page, ubl_xml, with_xml
from tests.einvoice.test_pipeline import process

BR_11 = "BR-11"  # the buyer's country
EXTENDED = "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"


def without_the_buyers_country(xml: bytes) -> bytes:
    head, customer, rest = xml.partition(b"<cac:AccountingCustomerParty>")
    before, country, after = rest.partition(b"<cac:Country>")
    return head + customer + before + after.partition(b"</cac:Country>")[2] if country else xml


def said_of(name: str, data: bytes, entity: LegalEntity) -> list[str]:
    document = process(entity, data, name)
    assert document.state == State.TO_VERIFY
    found = Finding.objects.filter(round__document=document, code="einvoice_rule_broken")
    return list(found.values_list("message", flat=True))


def test_a_broken_rule_is_a_finding_in_words_and_takes_the_invoice_to_a_person(entity: LegalEntity) -> None:
    [message] = said_of("invoice.xml", without_the_buyers_country(ubl_xml()), entity)
    assert message.startswith(f"{BR_11}: ") and "BT-55" in message


def test_so_it_is_for_an_xml_in_a_pdf(entity: LegalEntity) -> None:
    xml = cii_xml().replace(b"<ram:CategoryCode>S</ram:CategoryCode>", b"<ram:CategoryCode>E</ram:CategoryCode>")
    messages = said_of("invoice.pdf", with_xml(page(), xml), entity)
    assert any(message.startswith("BR-E-") for message in messages)


def test_a_sum_that_does_not_hold_is_told_once(entity: LegalEntity) -> None:
    xml = ubl_xml().replace(
        b'TaxInclusiveAmount currencyID="EUR">119.00', b'TaxInclusiveAmount currencyID="EUR">120.00'
    )
    messages = said_of("invoice.xml", xml, entity)
    assert [message.partition(":")[0] for message in messages].count("BR-CO-15") == 1


@pytest.mark.parametrize(
    ("syntax", "profile", "stylesheet"),
    [
        ("ubl", "urn:cen.eu:en16931:2017", rules.UBL),
        ("ubl", "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", rules.UBL),
        ("ubl", "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", rules.UBL),
        ("ubl", "urn:cen.eu:en16931:2017#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0", None),
        ("ubl", "urn:peppol:pint:billing-1@aunz-1", None),
        ("ubl", "OIOUBL-2.1", None),
        ("cii", "urn:cen.eu:en16931:2017", rules.CII),
        ("cii", "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", rules.FACTUR_X["basic"]),
        ("cii", "urn:factur-x.eu:1p0:minimum", rules.FACTUR_X["minimum"]),
        ("cii", EXTENDED, rules.FACTUR_X["extended"]),
        ("zugferd1", "urn:ferd:CrossIndustryDocument:invoice:1p0:comfort", None),
    ],
)
def test_each_profile_is_held_to_its_own_rules(syntax: str, profile: str, stylesheet: str | None) -> None:
    assert rules.rules_for(syntax, profile) == stylesheet
    if stylesheet is not None:
        assert (artefacts() / stylesheet).is_file()


def test_the_checker_may_end_at_any_time() -> None:
    assert rules.broken(rules.UBL, ubl_xml()) == []
    checker = rules._process
    assert checker is not None
    checker.kill()
    checker.wait()
    assert rules.broken(rules.UBL, ubl_xml()) == []


def test_what_takes_too_long_is_given_up_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rules.broken(rules.UBL, ubl_xml())
    monkeypatch.setattr(rules, "SECONDS", 0.01)
    line = ubl_xml().partition(b"<cac:InvoiceLine>")
    one = line[1] + line[2].partition(b"</cac:InvoiceLine>")[0] + b"</cac:InvoiceLine>"
    [problem] = rules.problems(line[0] + one * 3000 + b"</Invoice>", "ubl", rules.EN_16931)
    assert problem.code == "einvoice_rules_unchecked"
    monkeypatch.undo()
    assert rules.broken(rules.UBL, ubl_xml()) == []
