"""What is written holds against the UBL 2.1 schema and the rules of EN 16931, whatever the values were."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from automation.einvoice.compose import compose
from automation.einvoice.model import Party
from automation.einvoice.ubl import CAC, CBC, write
from automation.einvoice.units import unit_code
from automation.einvoice.validation import broken_rules, schema_errors
from automation.errors import Invalid
from inference.types import Value

US = Party("Example Trading GmbH", "DE", "Lindenallee 3, 10115 Berlin", "DE136695976")
CENT = Decimal("0.01")
Cells = Mapping[str, Value]


def header(**changes: Value) -> dict[str, Value]:
    return {
        "document_type": "invoice",
        "invoice_number": "RE-1",
        "issue_date": date(2026, 3, 4),
        "due_date": date(2026, 4, 3),
        "currency": "EUR",
        "net_amount": Decimal("100.00"),
        "tax_amount": Decimal("19.00"),
        "gross_amount": Decimal("119.00"),
        "seller_name": "Nordwind GmbH",
        "seller_address": "Hafenstraße 12, 20457 Hamburg",
        "seller_vat_id": "DE129273398",
        "seller_iban": "DE89 3704 0044 0532 0130 00",
        **changes,
    }


def written(values: Cells, lines: list[Cells] | None = None, tax_lines: list[Cells] | None = None) -> etree._Element:
    xml = write(compose(values, lines or [], tax_lines or [], US))
    assert schema_errors(xml) == []
    assert broken_rules(xml) == []
    return etree.fromstring(xml)


def text(root: etree._Element, *path: str) -> str:
    steps = [CAC + step for step in path[:-1]] + [CBC + path[-1]]
    return str(root.findtext("/".join(steps)))


amounts = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
texts = st.text(min_size=1, max_size=40).filter(lambda s: s.strip().isprintable() and s.strip())


def negated(rows: list[Cells]) -> list[Cells]:
    signed = ("net", "tax", "net_amount")
    return [{n: -v if n in signed and isinstance(v, Decimal) else v for n, v in row.items()} for row in rows]


@st.composite
def invoices(draw: st.DrawFn) -> tuple[Cells, list[Cells], list[Cells]]:
    """Values as reading and people leave them: some cells missing, printed sums right unless said otherwise."""
    rates = draw(st.lists(st.sampled_from([Decimal(r) for r in ("0", "5.5", "7", "19", "21")]), min_size=1, max_size=4))
    lines: list[Cells] = []
    bases: dict[Decimal, Decimal] = {}
    for rate in rates:
        quantity, price = draw(st.decimals(Decimal("0.25"), 500, places=2)), draw(amounts)
        net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        bases[rate] = bases.get(rate, Decimal(0)) + net
        cells: dict[str, Value] = {
            "description": draw(texts),
            "quantity": quantity,
            "unit_price": price,
            "unit": draw(texts),
        }
        kept = draw(st.sets(st.sampled_from(sorted(cells))))
        lines.append({**{name: cells[name] for name in kept}, "net_amount": net, "tax_rate": rate})
    tax_lines: list[Cells] = [
        {"rate": rate, "net": base, "tax": (base * rate / 100).quantize(CENT, ROUND_HALF_UP)}
        for rate, base in bases.items()
    ]
    net = sum(bases.values(), Decimal(0))
    tax = sum((Decimal(str(line["tax"])) for line in tax_lines), Decimal(0))
    kind = draw(st.sampled_from(["invoice", "credit_note"]))
    sign = -1 if kind == "credit_note" and draw(st.booleans()) else 1
    if sign < 0:
        lines, tax_lines = negated(lines), negated(tax_lines)
    optional: dict[str, Any] = {
        "due_date": date(2026, 3, 4) + timedelta(days=draw(st.integers(0, 90))),
        "payment_terms": draw(texts),
        "payment_reference": draw(texts),
        "purchase_order": draw(texts),
        "delivery_note": draw(texts),
        "credited_invoice": draw(texts),
        "service_period_start": date(2026, 2, 1),
        "service_period_end": date(2026, 2, 28),
        "amount_paid": draw(amounts),
        "seller_iban": "AT611904300234573201",
        "seller_bic": "BKAUATWW",
    }
    given_ones = draw(st.sets(st.sampled_from(sorted(optional))))
    values = header(
        document_type=kind,
        invoice_number=draw(texts),
        seller_name=draw(texts),
        seller_vat_id=draw(st.sampled_from(["DE129273398", "ATU62895905", "FR40303265045"])),
        net_amount=sign * net,
        tax_amount=sign * tax,
        gross_amount=sign * (net + tax),
    )
    for name in ("due_date", "seller_iban"):
        del values[name]
    values |= {name: optional[name] for name in given_ones}
    if draw(st.booleans()):
        tax_lines = []
        assume(abs(tax) < Decimal("0.5") or tax * 200 >= net)  # lower rates are refused: see below
    if draw(st.booleans()):
        lines = lines[1:]  # a line that was not found
    return values, lines, tax_lines


NOTHING = Decimal("0.00")
A_RATE_WITHOUT_LINES: tuple[Cells, list[Cells], list[Cells]] = (
    header(net_amount=NOTHING, tax_amount=NOTHING, gross_amount=NOTHING),
    [{"net_amount": NOTHING, "tax_rate": Decimal(0)}],
    [{"rate": rate, "net": NOTHING, "tax": NOTHING} for rate in (Decimal("5.5"), Decimal(0))],
)


@given(invoices())
@example(A_RATE_WITHOUT_LINES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_read_is_written_so_that_schema_and_rules_hold(
    read: tuple[Cells, list[Cells], list[Cells]],
) -> None:
    values, lines, tax_lines = read
    root = written(values, lines, tax_lines)
    assert Decimal(text(root, "LegalMonetaryTotal", "TaxInclusiveAmount")) == abs(Decimal(str(values["gross_amount"])))


@pytest.mark.parametrize(
    ("net", "tax"),
    [
        ("200.02", "0.01"),
        ("20050.00", "0.01"),
        ("9876543.21", "1234567.89"),
        ("99999999.99", "0.02"),
        ("101.02", "0.50"),
    ],
)
def test_the_rate_behind_odd_sums_is_as_fine_as_the_rules_ask(net: str, tax: str) -> None:
    written(header(net_amount=Decimal(net), tax_amount=Decimal(tax), gross_amount=Decimal(net) + Decimal(tax)))


def test_lines_that_add_up_are_sent_as_they_are() -> None:
    line: Cells = {
        "description": "Paper",
        "quantity": Decimal(20),
        "unit": "Stk.",
        "unit_price": Decimal("5.00"),
        "net_amount": Decimal("100.00"),
        "product_code": "P-4",
    }
    root = written(header(), [line])
    assert text(root, "InvoiceLine", "Item", "Name") == "Paper"
    quantity = root.find(f"{CAC}InvoiceLine/{CBC}InvoicedQuantity")
    assert quantity is not None
    assert (quantity.text, quantity.get("unitCode")) == ("20", "C62")


def test_lines_that_do_not_add_up_give_way_to_one_per_rate() -> None:
    root = written(header(), [{"description": "Paper", "net_amount": Decimal("80.00"), "tax_rate": Decimal(19)}])
    assert text(root, "InvoiceLine", "Item", "Name") == "Invoice RE-1"
    assert text(root, "InvoiceLine", "LineExtensionAmount") == "100.00"


def test_discount_and_shipping_stand_between_lines_and_net() -> None:
    values = header(discount_amount=Decimal("10.00"), shipping_amount=Decimal("5.00"))
    root = written(values, [{"description": "Paper", "net_amount": Decimal("105.00"), "tax_rate": Decimal(19)}])
    assert text(root, "LegalMonetaryTotal", "AllowanceTotalAmount") == "10.00"
    assert text(root, "LegalMonetaryTotal", "ChargeTotalAmount") == "5.00"


def test_a_total_rounded_to_five_centimes_says_so() -> None:
    root = written(header(currency="CHF", gross_amount=Decimal("119.05"), rounding_amount=Decimal("0.05")))
    assert text(root, "LegalMonetaryTotal", "PayableRoundingAmount") == "0.05"
    assert text(root, "LegalMonetaryTotal", "PayableAmount") == "119.05"


def test_a_credit_note_is_positive_and_names_the_invoice() -> None:
    values = header(
        document_type="credit_note",
        credited_invoice="RE-0",
        net_amount=Decimal(-100),
        tax_amount=Decimal(-19),
        gross_amount=Decimal(-119),
    )
    root = written(values)
    assert etree.QName(root).localname == "CreditNote"
    assert text(root, "LegalMonetaryTotal", "PayableAmount") == "119.00"
    assert text(root, "BillingReference", "InvoiceDocumentReference", "ID") == "RE-0"


@pytest.mark.parametrize(
    "changes,printed,category",
    [
        ({}, "Z", "Z"),
        ({}, "E", "E"),
        ({}, "", "E"),
        ({"seller_vat_id": "ATU62895905"}, "", "AE"),
        ({"seller_vat_id": "ATU62895905", "service_period_end": date(2026, 2, 28)}, "K", "K"),
        ({"seller_vat_id": "ATU62895905"}, "G", "G"),
        ({"seller_vat_id": "", "seller_tax_number": "12/345/67890"}, "O", "O"),
    ],
)
def test_no_tax_has_a_category_and_a_reason(changes: dict[str, Value], printed: str, category: str) -> None:
    values = header(tax_amount=Decimal(0), gross_amount=Decimal(100), **changes)
    zero: Cells = {"rate": Decimal(0), "net": Decimal(100), "tax": Decimal(0), "category": printed}
    root = written(values, [], [zero])
    assert text(root, "TaxTotal", "TaxSubtotal", "TaxCategory", "ID") == category


@pytest.mark.parametrize(
    "changes,words",
    [
        ({"gross_amount": Decimal("191.00")}, "do not make the total"),
        ({"tax_amount": Decimal(-19), "gross_amount": Decimal(81)}, "has no rate"),
        ({"tax_amount": Decimal(9), "net_amount": Decimal(9000), "gross_amount": Decimal(9009)}, "needs its tax lines"),
        ({"invoice_number": " "}, "invoice_number is missing"),
    ],
)
def test_what_cannot_be_true_is_not_written(changes: dict[str, Value], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        compose(header(**changes), [], [], US)


def test_validation_finds_what_is_wrong() -> None:
    xml = write(compose(header(), [], [], US))
    assert schema_errors(xml.replace(b"IssueDate", b"IssuedOn"))
    assert schema_errors(b"<Invoice") and schema_errors(b"<html/>")
    wrong = xml.replace(b">119.00</cbc:TaxInclusiveAmount>", b">118.00</cbc:TaxInclusiveAmount>")
    assert schema_errors(wrong) == []
    assert any(rule.startswith("BR-CO-15") for rule in broken_rules(wrong))


@pytest.mark.parametrize(
    "printed,code", [("pcs", "C62"), ("Std.", "HUR"), ("m²", "MTK"), ("whatever", "C62"), ("", "C62")]
)
def test_units(printed: str, code: str) -> None:
    assert unit_code(printed) == code


@pytest.mark.parametrize(
    "changes,country",
    [
        ({"seller_vat_id": "EL094259216"}, "GR"),
        ({"seller_vat_id": "", "seller_tax_number": "1", "seller_iban": "AT611904300234573201"}, "AT"),
        ({"seller_vat_id": "12 345 678", "seller_iban": "IBAN on request"}, "DE"),
    ],
)
def test_the_sellers_country_is_read_from_its_numbers(changes: dict[str, Value], country: str) -> None:
    root = written(header(**changes))
    assert text(root, "AccountingSupplierParty", "Party", "PostalAddress", "Country", "IdentificationCode") == country
