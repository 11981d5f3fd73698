"""From field values to an invoice in the terms of EN 16931, whose sums hold to the cent.

The totals are what was approved, so they are kept. Lines that do not add up to them are not sent as lines: one line per
tax rate stands in for them. What net and tax leave of the total is its rounding amount.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from babel import Locale

from automation.einvoice.model import Invoice, Line, Party, TaxGroup
from automation.einvoice.tax import CENT, ZERO, Rated, cents, groups
from automation.einvoice.units import unit_code
from automation.errors import Invalid
from inference.types import Value

Cells = Mapping[str, Value]

COUNTRIES = Locale("en").territories
MOST_ROUNDING = Decimal(1)


def compose(header: Cells, lines: Sequence[Cells], tax_lines: Sequence[Cells], buyer: Party) -> Invoice:
    """The invoice these values describe, from the seller they name to `buyer`, which is us.

    Raises Invalid where a required value is missing or the sums cannot hold.
    """
    seller = _seller(header, buyer)
    is_credit_note = _text(header, "document_type") == "credit_note"
    gross = cents(_required(header, "gross_amount"))
    sign = -1 if is_credit_note and gross < 0 else 1
    net, tax = _net_and_tax(header, gross)
    rounding = gross - net - tax
    if abs(rounding) > max(MOST_ROUNDING, abs(_decimal(header, "rounding_amount") or ZERO)):
        raise Invalid(f"Net {net} and tax {tax} do not make the total {gross}.", code="totals_mismatch")
    net, tax, rounding = (cents(sign * amount) for amount in (net, tax, rounding))
    nets = [(_decimal(line, "tax_rate"), cents(sign * (_decimal(line, "net_amount") or ZERO))) for line in lines]
    start, end = _period(header)
    breakdown = groups(
        [*_rated(tax_lines, sign)],
        nets,
        net,
        tax,
        seller=seller,
        buyer=buyer,
        delivered=end is not None,
    )
    allowance, charge = _between(header, [amount for _, amount in nets], net, breakdown)
    return Invoice(
        is_credit_note=is_credit_note,
        number=_required_text(header, "invoice_number"),
        issue_date=_required_day(header, "issue_date"),
        due_date=_day(header, "due_date"),
        period_start=start,
        period_end=end,
        currency=_currency(header),
        purchase_order=_text(header, "purchase_order"),
        cost_centre=_text(header, "cost_centre"),
        delivery_note=_text(header, "delivery_note"),
        credited_invoice=_text(header, "credited_invoice"),
        payment_terms=_text(header, "payment_terms"),
        payment_reference=_text(header, "payment_reference"),
        iban=_letters(_text(header, "seller_iban")),
        bic=_letters(_text(header, "seller_bic")),
        seller=seller,
        buyer=buyer,
        lines=_lines(header, lines, sign, breakdown, allowance, charge),
        groups=breakdown,
        allowance=allowance,
        charge=charge,
        net=net,
        tax=tax,
        rounding=rounding,
        paid=abs(cents(_decimal(header, "amount_paid") or ZERO)),
    )


def _net_and_tax(header: Cells, gross: Decimal) -> tuple[Decimal, Decimal]:
    """Either follows from the other and the total; where both are missing, all of it is net."""
    net, tax = _decimal(header, "net_amount"), _decimal(header, "tax_amount")
    if net is None:
        net = gross - (tax or ZERO)
    if tax is None:
        tax = gross - net
    return cents(net), cents(tax)


def _rated(tax_lines: Sequence[Cells], sign: int) -> list[Rated]:
    found = []
    for line in tax_lines:
        rate, net, tax = _decimal(line, "rate"), _decimal(line, "net"), _decimal(line, "tax")
        if rate is None or net is None or tax is None:
            return []
        found.append((rate.normalize(), cents(sign * net), cents(sign * tax), _text(line, "category")))
    return found


def _between(
    header: Cells, nets: Sequence[Decimal], net: Decimal, breakdown: Sequence[TaxGroup]
) -> tuple[Decimal, Decimal]:
    """Discount and shipping, where they stand between the lines and the net total under one tax rate."""
    allowance, charge = (abs(cents(_decimal(header, name) or ZERO)) for name in ("discount_amount", "shipping_amount"))
    for less, more in ((allowance, charge), (allowance, ZERO), (ZERO, charge)):
        if nets and len(breakdown) == 1 and (less or more) and sum(nets) - less + more == net:
            return less, more
    return ZERO, ZERO


def _lines(
    header: Cells,
    lines: Sequence[Cells],
    sign: int,
    breakdown: Sequence[TaxGroup],
    allowance: Decimal,
    charge: Decimal,
) -> tuple[Line, ...]:
    by_rate = {group.rate: group for group in breakdown}
    only = breakdown[0] if len(breakdown) == 1 else None
    found: list[Line] = []
    for number, cells in enumerate(lines, start=1):
        rate, net = _decimal(cells, "tax_rate"), _decimal(cells, "net_amount")
        group = only if rate is None else by_rate.get(rate.normalize())
        if net is None or group is None:
            break
        found.append(_line(number, cells, cents(sign * net), group))
    whole = len(found) == len(lines) and bool(found)
    if whole and all(_sum(found, group) == group.base + allowance - charge for group in breakdown):
        return tuple(found)
    name = f"Invoice {_text(header, 'invoice_number')}"
    return tuple(
        Line(name, Decimal(-1 if group.base < 0 else 1), "C62", abs(group.base), group.base, group)
        for group in breakdown
    )


def _sum(lines: Sequence[Line], group: TaxGroup) -> Decimal | None:
    """What the group's lines add up to; None where it has none, which EN 16931 (BR-S-01 and alike) does not take."""
    nets = [line.net for line in lines if line.group is group]
    return sum(nets, ZERO) if nets else None


def _line(number: int, cells: Cells, net: Decimal, group: TaxGroup) -> Line:
    """Quantity and price as printed where they make the line's net; else the price that does, per printed quantity."""
    quantity, price = abs(_decimal(cells, "quantity") or Decimal(1)), abs(_decimal(cells, "unit_price") or ZERO)
    if abs(quantity * price - abs(net)) > CENT:
        price = (abs(net) / quantity).quantize(Decimal("0.000001"))
    return Line(
        name=_text(cells, "description") or _text(cells, "product_code") or f"Line {number}",
        quantity=-quantity if net < 0 else quantity,
        unit=unit_code(_text(cells, "unit")),
        price=price,
        net=net,
        group=group,
        product_code=_text(cells, "product_code"),
    )


def _seller(header: Cells, buyer: Party) -> Party:
    """The country is the VAT id's, else the IBAN's; a seller that shows neither is taken to be domestic."""
    vat_id, tax_number = with_country(_text(header, "seller_vat_id")), _text(header, "seller_tax_number")
    if not vat_id:
        tax_number = tax_number or _letters(_text(header, "seller_vat_id"))
    country = _country(vat_id) or _country(_letters(_text(header, "seller_iban"))) or buyer.country
    return Party(_required_text(header, "seller_name"), country, _text(header, "seller_address"), vat_id, tax_number)


def with_country(text: str) -> str:
    """A VAT id with its country before it; '' for a number without."""
    compact = _letters(text)
    return compact if len(compact) > 4 and _country(compact) else ""


def _country(identifier: str) -> str:
    """The ISO 3166-1 code that a VAT id or an IBAN starts with; '' where it starts with none."""
    prefix = {"EL": "GR", "XI": "GB"}.get(identifier[:2], identifier[:2])
    return prefix if prefix.isalpha() and prefix in COUNTRIES else ""


def _period(header: Cells) -> tuple[date | None, date | None]:
    start, end = _day(header, "service_period_start"), _day(header, "service_period_end")
    if start and end and end < start:
        return None, None
    return start or end, end or start


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isascii() and character.isalnum())


def _decimal(cells: Cells, name: str) -> Decimal | None:
    value = cells.get(name)
    return value if isinstance(value, Decimal) else None


def _text(cells: Cells, name: str) -> str:
    value = cells.get(name)
    return value.strip() if isinstance(value, str) else ""


def _day(cells: Cells, name: str) -> date | None:
    value = cells.get(name)
    return value if isinstance(value, date) else None


def _currency(header: Cells) -> str:
    code = _required_text(header, "currency")
    if not re.fullmatch("[A-Z]{3}", code):
        raise Invalid(f"{code!r} is no currency code.", code="currency_unknown")
    return code


def _missing(name: str) -> Invalid:
    return Invalid(f"{name} is missing.", code="required_field_missing")


def _required(cells: Cells, name: str) -> Decimal:
    value = _decimal(cells, name)
    if value is None:
        raise _missing(name)
    return value


def _required_text(cells: Cells, name: str) -> str:
    if not (text := _text(cells, name)):
        raise _missing(name)
    return text


def _required_day(cells: Cells, name: str) -> date:
    if (day := _day(cells, name)) is None:
        raise _missing(name)
    return day
