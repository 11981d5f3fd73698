"""UN/CEFACT Cross Industry Invoice (D16B, D22B and ZUGFeRD 1 with its names renewed) to our fields.

Which element is which business term (BT) is CEN/TS 16931-3-3 and, beyond it, Factur-X 1.0 EXTENDED.
"""

from decimal import Decimal

from inference.einvoice.content import (
    Adjustment,
    Content,
    Leaves,
    Row,
    compact,
    document_type,
    first,
    is_iban,
    lines,
    text,
    texts,
)
from inference.einvoice.tree import Tree

VAT, FISCAL = "VA", "FC"


def read(root: Tree, syntax: str) -> Content:
    """Everything that is stated; nothing is computed."""
    content = Content(syntax)
    leaves = Leaves(content.problems)
    document, trade = root.find("ExchangedDocument"), root.find("SupplyChainTradeTransaction")
    agreement, delivery, settlement = (
        trade.find(f"ApplicableHeaderTrade{part}") if trade is not None else None
        for part in ("Agreement", "Delivery", "Settlement")
    )
    content.profile = text(root, "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID")
    content.type_code = text(document, "TypeCode")
    content.notes = texts(document, "IncludedNote/Content")
    header = content.header
    header["document_type"] = document_type(content.type_code)
    content.put(header, "invoice_number", text(document, "ID"))
    content.put(header, "issue_date", leaves.day(document, "IssueDateTime/*", "issue_date"))
    currency = text(settlement, "InvoiceCurrencyCode")
    content.put(header, "currency", currency)
    _references(content, agreement, delivery, settlement)
    _period(content, leaves, delivery, settlement)
    _seller(content, agreement)
    _others(content, agreement, delivery)
    _payment(content, leaves, settlement)
    _totals(content, leaves, settlement, currency)
    _adjustments(content, leaves, settlement)
    for tax in settlement.findall("ApplicableTradeTax") if settlement is not None else ():
        content.tax_lines.append(_tax_line(content, leaves, tax))
    for line in trade.findall("IncludedSupplyChainTradeLineItem") if trade is not None else ():
        if row := _line(content, leaves, line):
            content.lines.append(row)
    return content


def _references(content: Content, agreement: Tree | None, delivery: Tree | None, settlement: Tree | None) -> None:
    for name, parent, path in (
        ("purchase_order", agreement, "BuyerOrderReferencedDocument"),
        ("delivery_note", delivery, "DespatchAdviceReferencedDocument"),
        ("delivery_note", delivery, "DeliveryNoteReferencedDocument"),
        ("credited_invoice", settlement, "InvoiceReferencedDocument"),
    ):
        if name not in content.header:
            content.put(content.header, name, _document_id(parent, path))
    numbers = (text(agreement, f"BuyerTradeParty/{tag}") for tag in ("ID", "GlobalID"))
    content.put(content.header, "customer_number", first(*numbers))


def _document_id(parent: Tree | None, path: str) -> str:
    return first(text(parent, f"{path}/IssuerAssignedID"), text(parent, f"{path}/ID"))


def _period(content: Content, leaves: Leaves, delivery: Tree | None, settlement: Tree | None) -> None:
    """The invoicing period (BG-14), else the day of delivery (BT-72)."""
    period = settlement.find("BillingSpecifiedPeriod") if settlement is not None else None
    start = leaves.day(period, "StartDateTime/*", "service_period_start")
    end = leaves.day(period, "EndDateTime/*", "service_period_end", end=True)
    if start is None and end is None:
        event = "ActualDeliverySupplyChainEvent/OccurrenceDateTime/*"
        start = end = leaves.day(delivery, event, "service_period_end")
    content.put(content.header, "service_period_start", start)
    content.put(content.header, "service_period_end", end)


def _seller(content: Content, agreement: Tree | None) -> None:
    seller = agreement.find("SellerTradeParty") if agreement is not None else None
    header = content.header
    _party(content, "seller", seller)
    content.put(header, "seller_tax_number", _registration(seller, FISCAL))
    contact = seller.find("DefinedTradeContact") if seller is not None else None
    mail = text(contact, "EmailURIUniversalCommunication/URIID") or text(
        contact, "EmailURIUniversalCommunication/CompleteNumber"
    )
    content.put(header, "seller_email", mail or _electronic_mail(seller))
    content.put(header, "seller_phone", text(contact, "TelephoneUniversalCommunication/CompleteNumber"))


def _others(content: Content, agreement: Tree | None, delivery: Tree | None) -> None:
    _party(content, "buyer", agreement.find("BuyerTradeParty") if agreement is not None else None)
    ship_to = delivery.find("ShipToTradeParty") if delivery is not None else None
    content.put(content.header, "ship_to_name", text(ship_to, "Name"))
    content.put(content.header, "ship_to_address", _address(ship_to))


def _party(content: Content, role: str, party: Tree | None) -> None:
    name = first(
        text(party, "Name"),
        text(party, "SpecifiedLegalOrganization/TradingBusinessName"),
        text(party, "DefinedTradeContact/PersonName"),
    )
    content.put(content.header, f"{role}_name", name)
    content.put(content.header, f"{role}_address", _address(party))
    content.put(content.header, f"{role}_vat_id", _registration(party, VAT))


def _registration(party: Tree | None, scheme: str) -> str:
    """The VAT id (scheme VA) or the local tax number (FC); without a scheme, letters make it a VAT id."""
    found = party.findall("SpecifiedTaxRegistration/ID") if party is not None else []
    for number in found:
        if number.get("schemeID", "").strip().upper() == scheme:
            return text(number)
    for number in found:
        if not number.get("schemeID", "").strip() and text(number):
            kind = VAT if text(number)[:2].isalpha() else FISCAL
            if kind == scheme:
                return text(number)
    return ""


def _electronic_mail(party: Tree | None) -> str:
    """The electronic address (BT-34) where it is an e-mail address."""
    for address in party.findall("URIUniversalCommunication/URIID") if party is not None else ():
        if address.get("schemeID", "").upper() == "EM" or "@" in text(address):
            return text(address)
    return ""


def _address(party: Tree | None) -> str:
    place = party.find("PostalTradeAddress") if party is not None else None
    if place is None:
        return ""
    town = " ".join(part for part in (text(place, "PostcodeCode"), text(place, "CityName")) if part)
    region = text(place, "CountrySubDivisionName")
    streets = [text(place, line) for line in ("LineOne", "LineTwo", "LineThree")]
    if not any(streets):
        streets = [" ".join(filter(None, (text(place, "StreetName"), text(place, "BuildingNumber"))))]
    return ", ".join(part for part in (*streets, town, region, text(place, "CountryID")) if part)


def _payment(content: Content, leaves: Leaves, settlement: Tree | None) -> None:
    if settlement is None:
        return
    header = content.header
    content.put(header, "payment_reference", text(settlement, "PaymentReference"))
    terms = settlement.findall("SpecifiedTradePaymentTerms")
    content.put(header, "payment_terms", "\n".join(said for term in terms if (said := lines(term, "Description"))))
    days = (leaves.day(term, "DueDateDateTime/*", "due_date") for term in terms)
    content.put(header, "due_date", next((day for day in days if day), None))
    for means in settlement.findall("SpecifiedTradeSettlementPaymentMeans"):
        _account(content, means)


def _account(content: Content, means: Tree) -> None:
    """The seller's account (BT-84); the debtor's own account of a direct debit is somebody else's."""
    header, account = content.header, means.find("PayeePartyCreditorFinancialAccount")
    iban, other = text(account, "IBANID"), text(account, "ProprietaryID")
    if not iban and is_iban(other):
        iban, other = other, ""
    if iban and "seller_iban" not in header:
        header["seller_iban"] = compact(iban)
        bic = text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID")
        content.put(header, "seller_bic", bic)
    if other and "seller_bank_account" not in header:
        header["seller_bank_account"] = other
        if "seller_bic" not in header:
            content.put(header, "seller_bic", text(means, "PayeeSpecifiedCreditorFinancialInstitution/BICID"))


def _totals(content: Content, leaves: Leaves, settlement: Tree | None, currency: str) -> None:
    sums = None
    if settlement is not None:
        sums = settlement.find("SpecifiedTradeSettlementHeaderMonetarySummation")
        if sums is None:
            sums = settlement.find("SpecifiedTradeSettlementMonetarySummation")
    if sums is None:
        return
    for name, tag in (
        ("net_amount", "TaxBasisTotalAmount"),
        ("tax_amount", "TaxTotalAmount"),
        ("gross_amount", "GrandTotalAmount"),
        ("amount_due", "DuePayableAmount"),
        ("amount_paid", "TotalPrepaidAmount"),
        ("discount_amount", "AllowanceTotalAmount"),
        ("shipping_amount", "ChargeTotalAmount"),
        ("rounding_amount", "RoundingAmount"),
    ):
        content.put(content.header, name, leaves.money(_in_currency(sums, tag, currency), name=name))
    content.line_total = leaves.money(_in_currency(sums, "LineTotalAmount", currency), name="line_items")


def _in_currency(parent: Tree, tag: str, currency: str) -> Tree | None:
    """Of an amount stated in several currencies (BT-110 and BT-111) the one of the invoice."""
    found = parent.findall(tag)
    own = [amount for amount in found if amount.get("currencyID", currency) == currency]
    return next(iter(own or found), None)


def _adjustments(content: Content, leaves: Leaves, settlement: Tree | None) -> None:
    if settlement is None:
        return
    for found in settlement.findall("SpecifiedTradeAllowanceCharge"):
        amount = leaves.money(found, "ActualAmount")
        if amount is not None:
            content.adjustments.append(
                Adjustment(
                    _is_charge(found),
                    amount,
                    first(text(found, "Reason"), text(found, "ReasonCode")),
                    leaves.decimal(found, "CategoryTradeTax/RateApplicablePercent"),
                    text(found, "CategoryTradeTax/CategoryCode"),
                )
            )
    for found in settlement.findall("SpecifiedLogisticsServiceCharge"):
        amount = leaves.money(found, "AppliedAmount")
        if amount is not None:
            rate = leaves.decimal(found, "AppliedTradeTax/RateApplicablePercent")
            category = text(found, "AppliedTradeTax/CategoryCode")
            content.adjustments.append(Adjustment(True, amount, text(found, "Description"), rate, category))


def _is_charge(found: Tree) -> bool:
    return text(found, "ChargeIndicator").casefold() in ("true", "1")


def _tax_line(content: Content, leaves: Leaves, tax: Tree) -> Row:
    row: Row = {}
    content.put(row, "rate", leaves.decimal(tax, "RateApplicablePercent", "tax_lines"))
    content.put(row, "net", leaves.money(tax, "BasisAmount", "tax_lines"))
    content.put(row, "tax", leaves.money(tax, "CalculatedAmount", "tax_lines"))
    content.put(row, "category", text(tax, "CategoryCode"))
    content.put(row, "exemption", first(text(tax, "ExemptionReason"), text(tax, "ExemptionReasonCode")))
    return row


def _line(content: Content, leaves: Leaves, line: Tree) -> Row:
    row: Row = {}
    product = line.find("SpecifiedTradeProduct")
    trade, delivery, settlement = (
        line.find(f"SpecifiedLineTrade{part}") for part in ("Agreement", "Delivery", "Settlement")
    )
    content.put(row, "description", first(text(product, "Name"), text(product, "Description")))
    content.put(row, "product_code", text(product, "SellerAssignedID"))
    quantity = delivery.find("BilledQuantity") if delivery is not None else None
    content.put(row, "quantity", leaves.decimal(quantity, name="line_items"))
    content.put(row, "unit", quantity.get("unitCode", "") if quantity is not None else "")
    _price(content, leaves, row, trade)
    _line_sums(content, leaves, row, settlement)
    if not row:
        return row
    content.put(row, "position", text(line, "AssociatedDocumentLineDocument/LineID"))
    order = trade.find("BuyerOrderReferencedDocument") if trade is not None else None
    content.put(row, "purchase_order", first(text(order, "IssuerAssignedID"), text(order, "ID")))
    status = text(line, "AssociatedDocumentLineDocument/LineStatusReasonCode").casefold()
    if status in ("group", "information"):
        row["status"] = status
    return row


def _price(content: Content, leaves: Leaves, row: Row, trade: Tree | None) -> None:
    """The net price (BT-146) with what it is per (BT-149); where only a gross price is stated, that one."""
    for price in ("NetPriceProductTradePrice", "GrossPriceProductTradePrice"):
        found = trade.find(price) if trade is not None else None
        amount = leaves.decimal(found, "ChargeAmount", "line_items")
        if amount is not None:
            content.put(row, "unit_price", amount)
            content.put(row, "base_quantity", leaves.decimal(found, "BasisQuantity", "line_items"))
            return


def _line_sums(content: Content, leaves: Leaves, row: Row, settlement: Tree | None) -> None:
    if settlement is None:
        return
    for tax in settlement.findall("ApplicableTradeTax"):
        if "tax_rate" not in row:
            content.put(row, "tax_rate", leaves.decimal(tax, "RateApplicablePercent", "line_items"))
    changes = {"discount": Decimal(0), "charge": Decimal(0)}
    for found in settlement.findall("SpecifiedTradeAllowanceCharge"):
        name = "charge" if _is_charge(found) else "discount"
        changes[name] += leaves.decimal(found, "ActualAmount", "line_items") or 0
    for name, amount in changes.items():
        content.put(row, name, amount or None)
    for sums in ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation"):
        if "net_amount" not in row:
            content.put(row, "net_amount", leaves.money(settlement, f"{sums}/LineTotalAmount", "line_items"))
