"""What kind of document it is, by titles, labels and denials; and which of two parties sent it."""

import pytest

from inference.extraction.rules import extract
from inference.fields import to_text
from tests.inference.pages import reading

AMOUNTS = """
Description             Qty       Price       Amount
Oak table                 1      400.00       400.00
Total                                         400.00
"""


def kind(text: str) -> str:
    return to_text(extract(reading(text)).fields["document_type"].value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Invoice MC-20931\n\nPurchase order       PO-77120", "invoice"),
        ("Rechnung\n\nBestellung Nr.:   4500017231\nLieferschein:   LS-1", "invoice"),
        ("Amazing Web Services Invoice", "invoice"),
        ("Tax Invoice\n\nThis is not a receipt.", "invoice"),
        ("Gutschrift GS-7\n\nzu Rechnung: RE-100", "credit_note"),
        ("Purchase Order\n\nInvoice address:   8 Quay Street", "other"),
        ("Mahnung\n\nRechnungsnummer:   RE-1", "other"),
        ("Delivery Note 5616\n\nThis is not an invoice.", "other"),
        ("Angebot\n\nUnser Angebot gilt 30 Tage. Dies ist keine Rechnung.", "other"),
        ("Statement of account\n\nInvoice no.    A-1", "other"),
        ("Order confirmation\n\ninvoice@example.com", "other"),
        ("Second Reminder\n\nInvoice no.   A-1", "other"),
        ("Proforma Invoice\n\nPI-22", "other"),
        ("Purchase order:   PO-77120\n\nBuyer:   Kranich", "other"),
        ("Purchase order:   PO-77120\n\nInvoice no.   A-1", "invoice"),
        ("Thank you\n\nInformation on exchange and refund: what is unused is paid back.", "invoice"),
    ],
)
def test_kinds_of_document(text: str, expected: str) -> None:
    assert kind(text + AMOUNTS) == expected


def test_a_buyer_with_a_vat_id_under_the_address() -> None:
    text = """
Atelier Lumière SARL
12 rue des Tanneurs, 69005 Lyon, France






Brightwater Trading GmbH
Am Sandtorkai 48
20457 Hamburg
N° TVA intracommunautaire: DE136695976

Facture

Atelier Lumière SARL, 12 rue des Tanneurs, 69005 Lyon - N° TVA FR40303265045
"""
    fields = extract(reading(text)).fields
    assert fields["buyer_name"].value == "Brightwater Trading GmbH"
    assert fields["seller_name"].value == "Atelier Lumière SARL"
    assert fields["seller_vat_id"].value == "FR40303265045"


def test_a_firm_that_names_the_web_domain_is_the_seller_though_its_block_comes_first() -> None:
    text = """
Azure Interior                                            Larkfield School
4557 De Silva St                                          215 Vine St
Fremont CA 94538                                          Scranton PA 18503

Invoice INV-8

info@azure-interior.com
"""
    fields = extract(reading(text)).fields
    assert fields["seller_name"].value == "Azure Interior"
    assert fields["buyer_name"].value == "Larkfield School"


def test_the_tax_behind_a_swiss_vat_id_is_no_part_of_it() -> None:
    assert extract(reading("MWST-Nr.  CHE-116.281.710 MWST")).fields["seller_vat_id"].value == "CHE116281710"


def test_a_bare_number_on_an_invoice_is_the_invoices() -> None:
    assert extract(reading("Invoice\n\nNumber:  INV-8088\n")).fields["invoice_number"].value == "INV-8088"


def test_an_identifier_in_groups_is_read_whole() -> None:
    assert extract(reading("Kundennummer:  7466 8145 0647")).fields["customer_number"].value == "7466 8145 0647"
