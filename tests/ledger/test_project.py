from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.models import Event
from automation.documents.models import State
from automation.errors import Invalid
from automation.ledger.entities import FIRST, create_entity, named_entity
from automation.ledger.models import BankAccount, Invoice, InvoiceLine, LegalEntity, Supplier
from automation.ledger.project import project
from automation.ledger.suppliers import find_supplier, normal_id, normal_name, remember_supplier
from tests.factories import CLEAN, add_value, make_document

VAT, IBAN = CLEAN["seller_vat_id"], CLEAN["seller_iban"]


def test_the_invoice_follows_the_values(entity: LegalEntity) -> None:
    document = make_document(entity)
    first = Invoice.objects.get(document=document)
    assert (first.normal_number, first.gross_amount, first.supplier) == ("RE20260117", Decimal("119"), None)
    assert first.lines.get().unit_price == Decimal("5")
    add_value(document, "gross_amount", "120.50")
    add_value(document, "invoice_number", "")
    add_value(document, "line_items", [])
    again = project(document)
    assert again.pk == first.pk and Invoice.objects.count() == 1
    stored = Invoice.objects.get(document=document)
    assert (stored.gross_amount, stored.number, stored.lines.count()) == (Decimal("120.5"), "", 0)


@pytest.mark.parametrize("odd", ["", "abc", "1e40", "NaN", "99999999999999999999", "-5", "0.00005"])
def test_what_does_not_fit_is_left_unknown(entity: LegalEntity, odd: str) -> None:
    lines = [{"description": "x", "quantity": odd, "tax_rate": odd}]
    values = {**CLEAN, "gross_amount": odd, "issue_date": odd, "currency": odd, "document_type": odd}
    document = make_document(entity, values, lines=lines)
    invoice = Invoice.objects.get(document=document)
    assert invoice.issue_date is None and invoice.currency == "" and invoice.document_type == "invoice"
    expected = {"-5": Decimal("-5"), "0.00005": Decimal("0.0001")}.get(odd)
    assert invoice.gross_amount == expected
    assert InvoiceLine.objects.get(invoice=invoice).tax_rate == expected


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_amounts_are_kept_to_the_last_digit(entity: LegalEntity, amount: Decimal) -> None:
    document = make_document(entity, {"gross_amount": format(amount, "f")}, lines=[])
    assert Invoice.objects.get(document=document).gross_amount == amount


@given(st.text(max_size=30))
@example("\u1d2c")  # a letter whose compatibility form is upper case
@example("\u1f50")  # a letter whose upper case carries a mark
def test_normal_forms_are_stable(text: str) -> None:
    assert normal_id(normal_id(text)) == normal_id(text)
    assert normal_name(text.upper().lower()) == normal_name(normal_name(text.upper().lower()))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Müller G.m.b.H.", "MÜLLER GmbH", True),
        ("Café  Crème S.à r.l.", "CAFE CREME SARL", True),
        ("Müller GmbH", "Müller AG", False),
    ],
)
def test_names_are_compared_without_dress(one: str, other: str, same: bool) -> None:
    assert (normal_name(one) == normal_name(other)) is same


def remembered(entity: LegalEntity, values: dict[str, str]) -> Supplier | None:
    document = make_document(entity, values, state=State.POSTED)
    invoice = Invoice.objects.get(document=document)
    return remember_supplier(invoice, vat_id=values.get("seller_vat_id", ""), iban=values.get("seller_iban", ""))


def test_a_supplier_is_known_once_posted(entity: LegalEntity) -> None:
    supplier = remembered(entity, dict(CLEAN))
    assert supplier is not None and supplier.vat_id == VAT
    assert BankAccount.objects.get().iban == IBAN
    assert remembered(entity, {**CLEAN, "seller_name": "Nordwind"}) == supplier
    assert list(
        Event.objects.filter(subject=f"supplier:{supplier.pk}").order_by("id").values_list("action", flat=True)
    ) == [
        "supplier.created",
        "supplier.bank_account_added",
    ]
    assert Invoice.objects.get(document=make_document(entity)).supplier == supplier


def test_a_name_is_enough_unless_the_vat_ids_differ(entity: LegalEntity) -> None:
    name = CLEAN["seller_name"]
    unnumbered = remembered(entity, {"seller_name": name})
    assert unnumbered is not None and unnumbered.vat_id == ""
    assert remembered(entity, dict(CLEAN)) == unnumbered
    unnumbered.refresh_from_db()
    assert unnumbered.vat_id == VAT
    assert find_supplier(entity.pk, vat_id="", name=name.upper()) == unnumbered
    assert find_supplier(entity.pk, vat_id="FR40303265045", name=name) is None
    other = LegalEntity.objects.create(name="Example Services SAS")
    assert find_supplier(other.pk, vat_id=VAT, name=name) is None
    assert remembered(entity, {"gross_amount": "5.00"}) is None


def test_without_a_name_it_is_the_first_entity(db: None) -> None:
    first = named_entity("")
    assert first.name == FIRST and named_entity("") == first
    assert Event.objects.get(action="entity.created").subject == f"entity:{first.pk}"
    create_entity("Second SAS", actor="system:test")
    assert named_entity("") == first
    with pytest.raises(Invalid, match=r"no legal entity named 'Third'\. There are: My company, Second SAS"):
        named_entity("Third")
    assert named_entity("Second SAS").name == "Second SAS"
