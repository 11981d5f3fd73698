"""UBL 2.1 Invoice and CreditNote to our fields. Which element is which business term is CEN/TS 16931-3-2."""

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
    text,
    texts,
)
from inference.einvoice.tree import Tree

VAT_SCHEMES = ("VAT", "GST", "63")  # 63: Moms, in OIOUBL


def read(root: Tree) -> Content:
    """Everything that is stated; nothing is computed."""
    content = Content("ubl")
    leaves = Leaves(content.problems)
    credit_note = root.tag == "CreditNote"
    content.profile = text(root, "CustomizationID")
    content.type_code = first(text(root, "InvoiceTypeCode"), text(root, "CreditNoteTypeCode"))
    content.notes = texts(root, "Note")
    header = content.header
    header["document_type"] = document_type(content.type_code, credit_note=credit_note)
    content.put(header, "invoice_number", text(root, "ID"))
    content.put(header, "issue_date", leaves.day(root, "IssueDate", "issue_date"))
    currency = first(text(root, "DocumentCurrencyCode"), _first_currency(root))
    content.put(header, "currency", currency)
    _references(content, root)
    _period(content, leaves, root)
    _parties(content, root)
    _payment(content, leaves, root)
    _totals(content, leaves, root, currency)
    _adjustments(content, leaves, root)
    for line in root.iterfind("CreditNoteLine" if credit_note else "InvoiceLine"):
        content.lines.append(_line(content, leaves, line))
    return content


def _first_currency(root: Tree) -> str:
    payable = root.find("LegalMonetaryTotal/PayableAmount")
    return payable.get("currencyID", "") if payable is not None else ""


def _references(content: Content, root: Tree) -> None:
    for name, path in (
        ("purchase_order", "OrderReference/ID"),
        ("delivery_note", "DespatchDocumentReference/ID"),
        ("credited_invoice", "BillingReference/InvoiceDocumentReference/ID"),
        ("credited_invoice", "BillingReference/CreditNoteDocumentReference/ID"),
    ):
        if name not in content.header:
            content.put(content.header, name, text(root, path))


def _period(content: Content, leaves: Leaves, root: Tree) -> None:
    """The invoicing period (BG-14), else the day of delivery (BT-72)."""
    start = leaves.day(root, "InvoicePeriod/StartDate", "service_period_start")
    end = leaves.day(root, "InvoicePeriod/EndDate", "service_period_end")
    if start is None and end is None:
        start = end = leaves.day(root, "Delivery/ActualDeliveryDate", "service_period_end")
    content.put(content.header, "service_period_start", start)
    content.put(content.header, "service_period_end", end)


def _parties(content: Content, root: Tree) -> None:
    header = content.header
    seller, buyer = root.find("AccountingSupplierParty/Party"), root.find("AccountingCustomerParty/Party")
    for role, party in (("seller", seller), ("buyer", buyer)):
        content.put(header, f"{role}_name", _name(party))
        content.put(header, f"{role}_address", _address(party, "PostalAddress"))
        content.put(header, f"{role}_vat_id", _registration(party, vat=True))
    content.put(header, "seller_tax_number", _registration(seller, vat=False))
    content.put(header, "seller_email", first(text(seller, "Contact/ElectronicMail"), _electronic_mail(seller)))
    content.put(header, "seller_phone", text(seller, "Contact/Telephone"))
    content.put(header, "seller_website", text(seller, "WebsiteURI"))
    numbers = buyer.findall("PartyIdentification/ID") if buyer is not None else []
    content.put(header, "customer_number", first(*(text(n) for n in numbers if n.get("schemeID") != "SEPA")))
    delivery = root.find("Delivery")
    content.put(header, "ship_to_name", text(delivery, "DeliveryParty/PartyName/Name"))
    content.put(header, "ship_to_address", _address(delivery, "DeliveryLocation/Address"))


def _name(party: Tree | None) -> str:
    """The registered name (BT-27, BT-44), else the one it trades under, else the person."""
    person = " ".join(filter(None, (text(party, "Person/FirstName"), text(party, "Person/FamilyName"))))
    return first(text(party, "PartyLegalEntity/RegistrationName"), text(party, "PartyName/Name"), person)


def _registration(party: Tree | None, *, vat: bool) -> str:
    """The VAT id (BT-31), or the number under any other scheme (BT-32); without one, letters make a VAT id."""
    for found in party.findall("PartyTaxScheme") if party is not None else ():
        scheme, number = text(found, "TaxScheme/ID").upper(), text(found, "CompanyID")
        is_vat = scheme in VAT_SCHEMES if scheme else number[:2].isalpha()
        if number and is_vat == vat:
            return number
    return ""


def _electronic_mail(party: Tree | None) -> str:
    """The electronic address (BT-34) where it is an e-mail address."""
    address = party.find("EndpointID") if party is not None else None
    return text(address) if address is not None and (address.get("schemeID") == "EM" or "@" in text(address)) else ""


def _address(parent: Tree | None, path: str) -> str:
    place = parent.find(path) if parent is not None else None
    if place is None:
        return ""
    street = " ".join(filter(None, (text(place, "StreetName"), text(place, "BuildingNumber"))))
    town = " ".join(filter(None, (text(place, "PostalZone"), text(place, "CityName"))))
    country = first(text(place, "Country/IdentificationCode"), text(place, "Country/Name"))
    lines = (street, text(place, "AdditionalStreetName"), *texts(place, "AddressLine/Line"))
    return ", ".join(part for part in (*lines, town, text(place, "CountrySubentity"), country) if part)


def _payment(content: Content, leaves: Leaves, root: Tree) -> None:
    header, means = content.header, root.findall("PaymentMeans")
    days = [leaves.day(root, "DueDate", "due_date")]
    days += [leaves.day(found, "PaymentDueDate", "due_date") for found in means]
    days += [leaves.day(found, "PaymentDueDate", "due_date") for found in root.findall("PaymentTerms")]
    content.put(header, "due_date", next((day for day in days if day), None))
    content.put(header, "payment_terms", "\n".join(texts(root, "PaymentTerms/Note")))
    # OIOUBL names a form of payment slip in PaymentID, and what is to be quoted on it in InstructionID.
    reference = "InstructionID" if content.profile.upper().startswith("OIOUBL") else "PaymentID"
    content.put(header, "payment_reference", first(*(text(found, reference) for found in means)))
    for found in means:
        _account(content, found)


def _account(content: Content, means: Tree) -> None:
    """The seller's account (BT-84); the payer's own account of a direct debit is somebody else's."""
    header = content.header
    account = text(means, "PayeeFinancialAccount/ID")
    if not account:
        return
    name = "seller_iban" if is_iban(account) else "seller_bank_account"
    if name in header:
        return
    header[name] = compact(account) if name == "seller_iban" else account
    branch = text(means, "PayeeFinancialAccount/FinancialInstitutionBranch/ID") or text(
        means, "PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID"
    )
    if name == "seller_iban" or "seller_bic" not in header:
        content.put(header, "seller_bic", branch)


def _totals(content: Content, leaves: Leaves, root: Tree, currency: str) -> None:
    header, sums = content.header, root.find("LegalMonetaryTotal")
    for name, tag in (
        ("net_amount", "TaxExclusiveAmount"),
        ("gross_amount", "TaxInclusiveAmount"),
        ("amount_due", "PayableAmount"),
        ("amount_paid", "PrepaidAmount"),
        ("discount_amount", "AllowanceTotalAmount"),
        ("shipping_amount", "ChargeTotalAmount"),
        ("rounding_amount", "PayableRoundingAmount"),
    ):
        content.put(header, name, leaves.money(sums, tag, name))
    if content.profile.upper().startswith("OIOUBL"):
        header.pop("net_amount", None)  # its TaxExclusiveAmount is the sum of the taxes
    content.line_total = leaves.money(sums, "LineExtensionAmount", "line_items")
    for found in root.findall("PrepaidPayment/PaidAmount") if "extension" in content.profile else ():
        content.on_behalf += leaves.money(found, name="amount_due") or 0
    totals = root.findall("TaxTotal")
    own = [total for total in totals if _currency(total, currency) == currency] or totals
    broken_down = [total for total in own if total.find("TaxSubtotal") is not None]
    taxes = [leaves.money(total, "TaxAmount", "tax_amount") for total in (broken_down or own[:1])]
    if taxes and None not in taxes:  # several in one currency are several taxes
        content.put(header, "tax_amount", sum((tax for tax in taxes if tax is not None), Decimal("0.00")))
    for subtotal in (found for total in own for found in total.findall("TaxSubtotal")):
        content.tax_lines.append(_tax_line(content, leaves, subtotal))


def _currency(total: Tree, default: str) -> str:
    amount = total.find("TaxAmount")
    return amount.get("currencyID", default) if amount is not None else default


def _tax_line(content: Content, leaves: Leaves, subtotal: Tree) -> Row:
    row: Row = {}
    category = subtotal.find("TaxCategory")
    rate = leaves.decimal(category, "Percent", "tax_lines")
    content.put(row, "rate", rate if rate is not None else leaves.decimal(subtotal, "Percent", "tax_lines"))
    content.put(row, "net", leaves.money(subtotal, "TaxableAmount", "tax_lines"))
    content.put(row, "tax", leaves.money(subtotal, "TaxAmount", "tax_lines"))
    content.put(row, "category", text(category, "ID"))
    exemption = first(text(category, "TaxExemptionReason"), text(category, "TaxExemptionReasonCode"))
    content.put(row, "exemption", exemption)
    return row


def _adjustments(content: Content, leaves: Leaves, root: Tree) -> None:
    for found in root.findall("AllowanceCharge"):
        amount = leaves.money(found, "Amount")
        if amount is not None:
            reason = first(text(found, "AllowanceChargeReason"), text(found, "AllowanceChargeReasonCode"))
            rate = leaves.decimal(found, "TaxCategory/Percent")
            category = text(found, "TaxCategory/ID")
            content.adjustments.append(Adjustment(_is_charge(found), amount, reason, rate, category))


def _is_charge(found: Tree) -> bool:
    return text(found, "ChargeIndicator").casefold() in ("true", "1")


def _line(content: Content, leaves: Leaves, line: Tree) -> Row:
    row: Row = {}
    item, price = line.find("Item"), line.find("Price")
    content.put(row, "position", text(line, "ID"))
    content.put(row, "description", first(text(item, "Name"), text(item, "Description")))
    content.put(row, "product_code", text(item, "SellersItemIdentification/ID"))
    quantity = next((q for tag in ("InvoicedQuantity", "CreditedQuantity") if (q := line.find(tag)) is not None), None)
    content.put(row, "quantity", leaves.decimal(quantity, name="line_items"))
    content.put(row, "unit", quantity.get("unitCode", "") if quantity is not None else "")
    content.put(row, "unit_price", leaves.decimal(price, "PriceAmount", "line_items"))
    content.put(row, "base_quantity", leaves.decimal(price, "BaseQuantity", "line_items"))
    rates = ((item, "ClassifiedTaxCategory/Percent"), (line, "TaxTotal/TaxSubtotal/TaxCategory/Percent"))
    for parent, path in rates:
        if "tax_rate" not in row:
            content.put(row, "tax_rate", leaves.decimal(parent, path, "line_items"))
    content.put(row, "net_amount", leaves.money(line, "LineExtensionAmount", "line_items"))
    content.put(row, "purchase_order", text(line, "OrderLineReference/OrderReference/ID"))
    changes = {"discount": Decimal(0), "charge": Decimal(0)}
    for found in line.findall("AllowanceCharge"):
        name = "charge" if _is_charge(found) else "discount"
        changes[name] += leaves.decimal(found, "Amount", "line_items") or 0
    for name, amount in changes.items():
        content.put(row, name, amount or None)
    return row
