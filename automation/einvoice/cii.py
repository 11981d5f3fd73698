"""UN/CEFACT Cross Industry Invoice as EN 16931 binds it (CEN/TS 16931-3-3), in the order of the Factur-X schema."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from automation.einvoice.model import Invoice, Line, Party, TaxGroup
from automation.einvoice.ubl import EN16931, SEPA_TRANSFER, TRANSFER, clean, number

UNECE = "urn:un:unece:uncefact:data:"
RSM = f"{UNECE}standard:CrossIndustryInvoice:100"
RAM = f"{{{UNECE}standard:ReusableAggregateBusinessInformationEntity:100}}"
UDT = f"{{{UNECE}standard:UnqualifiedDataType:100}}"
DAY = "102"  # UNTDID 2379: CCYYMMDD


def write(invoice: Invoice) -> bytes:
    """The invoice as a UTF-8 document. See `validation.schema_errors` and `validation.broken_rules`."""
    root = etree.Element(f"{{{RSM}}}CrossIndustryInvoice", nsmap={"rsm": RSM, "ram": RAM[1:-1], "udt": UDT[1:-1]})
    context = etree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _text(context, "GuidelineSpecifiedDocumentContextParameter/ID", EN16931)
    document = etree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    _text(document, "ID", invoice.number)
    _text(document, "TypeCode", "381" if invoice.is_credit_note else "380")
    _day(document, "IssueDateTime", invoice.issue_date)
    trade = etree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for position, line in enumerate(invoice.lines, start=1):
        _line(_add(trade, "IncludedSupplyChainTradeLineItem"), position, line)
    _agreement(_add(trade, "ApplicableHeaderTradeAgreement"), invoice)
    _delivery(_add(trade, "ApplicableHeaderTradeDelivery"), invoice)
    _settlement(_add(trade, "ApplicableHeaderTradeSettlement"), invoice)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _line(element: etree._Element, position: int, line: Line) -> None:
    _text(element, "AssociatedDocumentLineDocument/LineID", str(position))
    product = _add(element, "SpecifiedTradeProduct")
    if line.product_code:
        _text(product, "SellerAssignedID", line.product_code)
    _text(product, "Name", line.name)
    _text(element, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount", number(line.price))
    quantity = _text(element, "SpecifiedLineTradeDelivery/BilledQuantity", number(line.quantity))
    quantity.set("unitCode", line.unit)
    settlement = _add(element, "SpecifiedLineTradeSettlement")
    _category(_add(settlement, "ApplicableTradeTax"), line.group)
    _text(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", number(line.net))


def _agreement(element: etree._Element, invoice: Invoice) -> None:
    _party(_add(element, "SellerTradeParty"), invoice.seller, invoice)
    _party(_add(element, "BuyerTradeParty"), invoice.buyer, invoice)
    if invoice.purchase_order:
        _text(element, "BuyerOrderReferencedDocument/IssuerAssignedID", invoice.purchase_order)


def _party(element: etree._Element, party: Party, invoice: Invoice) -> None:
    if party.tax_number and not party.vat_id:
        _text(element, "ID", party.tax_number)
    _text(element, "Name", party.name)
    address = _add(element, "PostalTradeAddress")
    if party.address:
        _text(address, "LineOne", party.address)
    _text(address, "CountryID", party.country)
    # Where nothing is subject to VAT, EN 16931 (BR-O-02) forbids VAT ids.
    if party.vat_id and all(group.category != "O" for group in invoice.groups):
        _text(element, "SpecifiedTaxRegistration/ID", party.vat_id).set("schemeID", "VA")
    if party.tax_number:
        _text(element, "SpecifiedTaxRegistration/ID", party.tax_number).set("schemeID", "FC")


def _delivery(element: etree._Element, invoice: Invoice) -> None:
    """An intra-community supply says where to and when."""
    if any(group.category == "K" for group in invoice.groups) and invoice.period_end:
        ship_to = _add(element, "ShipToTradeParty")
        _text(ship_to, "PostalTradeAddress/CountryID", invoice.buyer.country)
        _day(_add(element, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime", invoice.period_end)
    if invoice.delivery_note:
        _text(element, "DespatchAdviceReferencedDocument/IssuerAssignedID", invoice.delivery_note)


def _settlement(element: etree._Element, invoice: Invoice) -> None:
    if invoice.iban and invoice.payment_reference:
        _text(element, "PaymentReference", invoice.payment_reference)
    _text(element, "InvoiceCurrencyCode", invoice.currency)
    if invoice.iban:
        means = _add(element, "SpecifiedTradeSettlementPaymentMeans")
        _text(means, "TypeCode", SEPA_TRANSFER if invoice.currency == "EUR" else TRANSFER)
        _text(means, "PayeePartyCreditorFinancialAccount/IBANID", invoice.iban)
        if invoice.bic:
            _text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID", invoice.bic)
    for group in invoice.groups:
        _category(_add(element, "ApplicableTradeTax"), group, with_sums=True)
    if invoice.period_start and invoice.period_end:
        period = _add(element, "BillingSpecifiedPeriod")
        _day(period, "StartDateTime", invoice.period_start)
        _day(period, "EndDateTime", invoice.period_end)
    for is_charge, amount in ((False, invoice.allowance), (True, invoice.charge)):
        if amount:
            _allowance_charge(_add(element, "SpecifiedTradeAllowanceCharge"), invoice.groups[0], is_charge, amount)
    _terms(element, invoice)
    _sums(_add(element, "SpecifiedTradeSettlementHeaderMonetarySummation"), invoice)
    if invoice.credited_invoice:
        _text(element, "InvoiceReferencedDocument/IssuerAssignedID", invoice.credited_invoice)
    if invoice.cost_centre:
        _text(element, "ReceivableSpecifiedTradeAccountingAccount/ID", invoice.cost_centre)


def _category(element: etree._Element, group: TaxGroup, *, with_sums: bool = False) -> None:
    if with_sums:
        _text(element, "CalculatedAmount", number(group.tax))
    _text(element, "TypeCode", "VAT")
    if with_sums:
        if group.exemption:
            _text(element, "ExemptionReason", group.exemption)
        _text(element, "BasisAmount", number(group.base))
    _text(element, "CategoryCode", group.category)
    if group.category != "O":
        _text(element, "RateApplicablePercent", number(group.rate))


def _allowance_charge(element: etree._Element, group: TaxGroup, is_charge: bool, amount: Decimal) -> None:
    indicator = etree.SubElement(_add(element, "ChargeIndicator"), f"{UDT}Indicator")
    indicator.text = "true" if is_charge else "false"
    _text(element, "ActualAmount", number(amount))
    _text(element, "Reason", "Shipping" if is_charge else "Discount")
    _category(_add(element, "CategoryTradeTax"), group)


def _terms(element: etree._Element, invoice: Invoice) -> None:
    said = invoice.payment_terms or ("" if invoice.due_date else "No due date is stated.")
    if said or invoice.due_date:
        terms = _add(element, "SpecifiedTradePaymentTerms")
        if said:
            _text(terms, "Description", said)
        if invoice.due_date:
            _day(terms, "DueDateDateTime", invoice.due_date)


def _sums(element: etree._Element, invoice: Invoice) -> None:
    gross = invoice.net + invoice.tax
    amounts: Iterable[tuple[str, Decimal, bool]] = (
        ("LineTotalAmount", sum((line.net for line in invoice.lines), Decimal("0.00")), True),
        ("ChargeTotalAmount", invoice.charge, False),
        ("AllowanceTotalAmount", invoice.allowance, False),
        ("TaxBasisTotalAmount", invoice.net, True),
        ("TaxTotalAmount", invoice.tax, True),
        ("RoundingAmount", invoice.rounding, False),
        ("GrandTotalAmount", gross, True),
        ("TotalPrepaidAmount", invoice.paid, False),
        ("DuePayableAmount", gross + invoice.rounding - invoice.paid, True),
    )
    for name, amount, needed in amounts:
        if needed or amount:
            leaf = _text(element, name, number(amount))
            if name == "TaxTotalAmount":
                leaf.set("currencyID", invoice.currency)


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, RAM + name)


def _text(parent: etree._Element, path: str, text: str) -> etree._Element:
    """A leaf, inside new elements where the path has several names."""
    for name in path.split("/"):
        parent = _add(parent, name)
    parent.text = clean(text)
    return parent


def _day(parent: etree._Element, name: str, day: date) -> None:
    leaf = etree.SubElement(_add(parent, name), f"{UDT}DateTimeString", format=DAY)
    leaf.text = f"{day:%Y%m%d}"
