"""The same invoice in other clothes: prefixes, encodings, envelopes, names in a PDF; other syntaxes are named."""

import re
from collections.abc import Mapping

import pytest

from inference.einvoice.answer import answer
from inference.errors import UnsupportedType
from inference.fields import to_text
from inference.media_types import sniff
from tests.einvoice.samples import cii_xml, page, ubl_xml, with_xml


def said(data: bytes) -> Mapping[str, str]:
    found = answer(data)
    assert found is not None
    return {name: to_text(field.value) for name, field in found.extraction.fields.items()}


def renamed(xml: bytes) -> bytes:
    """Every prefix another one; the default namespace gets one too."""
    text = xml.decode()
    prefixes = set(re.findall(r"xmlns:(\w+)=", text))
    for number, prefix in enumerate(sorted(prefixes, key=len, reverse=True)):
        text = re.sub(rf"(</?|xmlns:){prefix}(?=[:=])", rf"\1p{number}", text)
    return text.encode()


@pytest.mark.parametrize("xml", [cii_xml(), ubl_xml()], ids=["cii", "ubl"])
def test_prefixes_and_encodings_do_not_matter(xml: bytes) -> None:
    text = re.sub(r"^<\?xml[^>]*\?>\s*", "", xml.decode())
    expected = said(xml)
    assert said(renamed(xml)) == expected
    assert said(b"\xef\xbb\xbf" + text.encode()) == expected
    assert said(('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")) == expected
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?>' + text
    assert said(latin.encode("latin-1", "xmlcharrefreplace")) == expected
    assert said(b"\r\n<!-- made by hand -->\n" + text.encode()) == expected


@pytest.mark.parametrize("name", ["factur-x.xml", "Rechnung_4711.XML", "attachment", "x.rechnung.xml"])
def test_the_file_in_a_pdf_may_have_any_name(name: str) -> None:
    assert said(with_xml(page(), cii_xml(), name)) == said(cii_xml())


def test_of_several_attachments_the_one_with_a_standards_name_is_the_invoice() -> None:
    pdf = with_xml(page(), cii_xml(invoice_number="OTHER"), "copy.xml")
    pdf = with_xml(pdf, b"<order xmlns='urn:x'/>", "order.xml")
    assert said(with_xml(pdf, cii_xml(), "factur-x.xml"))["invoice_number"] == said(cii_xml())["invoice_number"]


def test_danish_oioubl_states_the_tax_where_others_state_the_net() -> None:
    xml = re.sub(rb"(<cbc:CustomizationID>)[^<]*", rb"\1OIOUBL-2.1", ubl_xml())
    assert "net_amount" not in said(xml) and said(xml)["gross_amount"] == said(ubl_xml())["gross_amount"]


@pytest.mark.parametrize(
    ("xml", "root"),
    [
        (b'<SCRDMCCBDACIOMessageStructure xmlns="urn:un:unece:uncefact"/>', "SCRDMCCBDACIOMessageStructure"),
        (b'<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/x"/>', "FatturaElettronica"),
        (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "Order"),
    ],
)
def test_what_is_no_invoice_that_is_read_is_named(xml: bytes, root: str) -> None:
    with pytest.raises(UnsupportedType, match=f"<{root}>"):
        sniff(xml)
