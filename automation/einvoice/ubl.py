"""UBL 2.1 Invoice and CreditNote as EN 16931 binds them (CEN/TS 16931-3-2). The order of elements is the schema's."""

import re
from decimal import Decimal

from lxml import etree

from automation.einvoice.model import Invoice, Line, Party, TaxGroup

OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{{{OASIS}CommonAggregateComponents-2}}", f"{{{OASIS}CommonBasicComponents-2}}"
EN16931 = "urn:cen.eu:en16931:2017"
SEPA_TRANSFER, TRANSFER = "58", "30"  # UNTDID 4461

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(invoice: Invoice) -> bytes:
    """The invoice as a UTF-8 document. See `validation.schema_errors` and `validation.broken_rules`."""
    kind = "CreditNote" if invoice.is_credit_note else "Invoice"
    namespaces = f'xmlns="{OASIS}{kind}-2" xmlns:cac="{CAC[1:-1]}" xmlns:cbc="{CBC[1:-1]}"'
    root = etree.fromstring(f"<{kind} {namespaces}/>")
    _head(root, invoice)
    _references(root, invoice)
    _party(_add(root, "AccountingSupplierParty"), invoice.seller, invoice)
    _party(_add(root, "AccountingCustomerParty"), invoice.buyer, invoice)
    _delivery(root, invoice)
    _payment(root, invoice)
    for is_charge, amount in ((False, invoice.allowance), (True, invoice.charge)):
        if amount:
            _allowance_charge(root, invoice, is_charge, amount)
    _tax_total(root, invoice)
    _monetary_total(root, invoice)
    for position, line in enumerate(invoice.lines, start=1):
        _line(root, invoice, position, line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _head(root: etree._Element, invoice: Invoice) -> None:
    _text(root, "CustomizationID", EN16931)
    _text(root, "ID", invoice.number)
    _text(root, "IssueDate", invoice.issue_date.isoformat())
    if invoice.due_date and not invoice.is_credit_note:
        _text(root, "DueDate", invoice.due_date.isoformat())
    _text(
        root,
        "CreditNoteTypeCode" if invoice.is_credit_note else "InvoiceTypeCode",
        "381" if invoice.is_credit_note else "380",
    )
    _text(root, "DocumentCurrencyCode", invoice.currency)
    if invoice.cost_centre:
        _text(root, "AccountingCost", invoice.cost_centre)


def _references(root: etree._Element, invoice: Invoice) -> None:
    if invoice.period_start and invoice.period_end:
        period = _add(root, "InvoicePeriod")
        _text(period, "StartDate", invoice.period_start.isoformat())
        _text(period, "EndDate", invoice.period_end.isoformat())
    if invoice.purchase_order:
        _text(_add(root, "OrderReference"), "ID", invoice.purchase_order)
    if invoice.credited_invoice:
        _text(_add(root, "BillingReference", "InvoiceDocumentReference"), "ID", invoice.credited_invoice)
    if invoice.delivery_note:
        _text(_add(root, "DespatchDocumentReference"), "ID", invoice.delivery_note)


def _party(parent: etree._Element, party: Party, invoice: Invoice) -> None:
    element = _add(parent, "Party")
    if party.tax_number and not party.vat_id:
        _text(_add(element, "PartyIdentification"), "ID", party.tax_number)
    address = _add(element, "PostalAddress")
    if party.address:
        _text(_add(address, "AddressLine"), "Line", party.address)
    _text(_add(address, "Country"), "IdentificationCode", party.country)
    # Where nothing is subject to VAT, EN 16931 (BR-O-02) forbids VAT ids.
    if party.vat_id and all(group.category != "O" for group in invoice.groups):
        _tax_scheme(_add(element, "PartyTaxScheme"), party.vat_id, "VAT")
    if party.tax_number:
        _tax_scheme(_add(element, "PartyTaxScheme"), party.tax_number, "FC")
    _text(_add(element, "PartyLegalEntity"), "RegistrationName", party.name)


def _tax_scheme(parent: etree._Element, identifier: str, scheme: str) -> None:
    _text(parent, "CompanyID", identifier)
    _text(_add(parent, "TaxScheme"), "ID", scheme)


def _delivery(root: etree._Element, invoice: Invoice) -> None:
    """An intra-community supply says where to and when."""
    if any(group.category == "K" for group in invoice.groups) and invoice.period_end:
        delivery = _add(root, "Delivery")
        _text(delivery, "ActualDeliveryDate", invoice.period_end.isoformat())
        _text(_add(delivery, "DeliveryLocation", "Address", "Country"), "IdentificationCode", invoice.buyer.country)


def _payment(root: etree._Element, invoice: Invoice) -> None:
    if invoice.iban:
        means = _add(root, "PaymentMeans")
        _text(means, "PaymentMeansCode", SEPA_TRANSFER if invoice.currency == "EUR" else TRANSFER)
        if invoice.is_credit_note and invoice.due_date:
            _text(means, "PaymentDueDate", invoice.due_date.isoformat())
        if invoice.payment_reference:
            _text(means, "PaymentID", invoice.payment_reference)
        account = _add(means, "PayeeFinancialAccount")
        _text(account, "ID", invoice.iban)
        if invoice.bic:
            _text(_add(account, "FinancialInstitutionBranch"), "ID", invoice.bic)
    terms = invoice.payment_terms or ("" if invoice.due_date else "No due date is stated.")
    if terms:
        _text(_add(root, "PaymentTerms"), "Note", terms)


def _allowance_charge(root: etree._Element, invoice: Invoice, is_charge: bool, amount: Decimal) -> None:
    element = _add(root, "AllowanceCharge")
    _text(element, "ChargeIndicator", "true" if is_charge else "false")
    _text(element, "AllowanceChargeReason", "Shipping" if is_charge else "Discount")
    _amount(element, "Amount", amount, invoice)
    _category(_add(element, "TaxCategory"), invoice.groups[0])


def _category(element: etree._Element, group: TaxGroup, *, with_reason: bool = False) -> None:
    _text(element, "ID", group.category)
    if group.category != "O":
        _text(element, "Percent", number(group.rate))
    if with_reason and group.exemption:
        _text(element, "TaxExemptionReason", group.exemption)
    _text(_add(element, "TaxScheme"), "ID", "VAT")


def _tax_total(root: etree._Element, invoice: Invoice) -> None:
    total = _add(root, "TaxTotal")
    _amount(total, "TaxAmount", invoice.tax, invoice)
    for group in invoice.groups:
        subtotal = _add(total, "TaxSubtotal")
        _amount(subtotal, "TaxableAmount", group.base, invoice)
        _amount(subtotal, "TaxAmount", group.tax, invoice)
        _category(_add(subtotal, "TaxCategory"), group, with_reason=True)


def _monetary_total(root: etree._Element, invoice: Invoice) -> None:
    total = _add(root, "LegalMonetaryTotal")
    gross = invoice.net + invoice.tax
    for name, amount, needed in (
        ("LineExtensionAmount", sum((line.net for line in invoice.lines), Decimal("0.00")), True),
        ("TaxExclusiveAmount", invoice.net, True),
        ("TaxInclusiveAmount", gross, True),
        ("AllowanceTotalAmount", invoice.allowance, False),
        ("ChargeTotalAmount", invoice.charge, False),
        ("PrepaidAmount", invoice.paid, False),
        ("PayableRoundingAmount", invoice.rounding, False),
        ("PayableAmount", gross + invoice.rounding - invoice.paid, True),
    ):
        if needed or amount:
            _amount(total, name, amount, invoice)


def _line(root: etree._Element, invoice: Invoice, position: int, line: Line) -> None:
    kind = "CreditNote" if invoice.is_credit_note else "Invoice"
    element = _add(root, f"{kind}Line")
    _text(element, "ID", str(position))
    quantity = _text(
        element, "CreditedQuantity" if invoice.is_credit_note else "InvoicedQuantity", number(line.quantity)
    )
    quantity.set("unitCode", line.unit)
    _amount(element, "LineExtensionAmount", line.net, invoice)
    item = _add(element, "Item")
    _text(item, "Name", line.name)
    if line.product_code:
        _text(_add(item, "SellersItemIdentification"), "ID", line.product_code)
    _category(_add(item, "ClassifiedTaxCategory"), line.group)
    _amount(_add(element, "Price"), "PriceAmount", line.price, invoice)


def _add(parent: etree._Element, *path: str) -> etree._Element:
    for name in path:
        parent = etree.SubElement(parent, CAC + name)
    return parent


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    """A leaf."""
    element = etree.SubElement(parent, CBC + name)
    element.text = clean(text)
    return element


def _amount(parent: etree._Element, name: str, amount: Decimal, invoice: Invoice) -> None:
    _text(parent, name, number(amount)).set("currencyID", invoice.currency)


def clean(text: str) -> str:
    """Spaces collapsed, and characters that XML cannot hold left out."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def number(value: Decimal) -> str:
    return format(value, "f")
