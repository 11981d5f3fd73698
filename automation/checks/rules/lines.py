"""The arithmetic of the line items: each line by itself, and all of them against the totals."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product

from automation.checks.base import Finding, InvoiceView, decimal
from automation.checks.rules.totals import CENT, ZERO

SUMMING = ("group", "information")  # lines that only sum up or explain others
PRICE_UNITS = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))  # "per 100" is a usual price unit


def line_arithmetic(view: InvoiceView) -> Iterator[Finding]:
    """Quantity x unit price, less the discount and plus the charge, is the line's amount."""
    for number, line in enumerate(view.lines, start=1):
        quantity, price, net = decimal(line, "quantity"), decimal(line, "unit_price"), decimal(line, "net_amount")
        if quantity is None or price is None or net is None:
            continue
        less = (decimal(line, "discount") or ZERO) - (decimal(line, "charge") or ZERO)
        base = decimal(line, "base_quantity")
        if not _explained(quantity, price, less, net, (base,) if base else PRICE_UNITS):
            expected = (quantity * price / base).quantize(CENT) if base else quantity * price
            yield Finding(
                "line_mismatch",
                "warning",
                f"Line {number}: {quantity.normalize():f} × {view.money(price)} is {view.money(expected)},"
                f" but the line says {view.money(net)}.",
                tuple(f"line_items.{number}.{cell}" for cell in ("quantity", "unit_price", "net_amount")),
                {"line": str(number), "expected": str(expected), "found": str(net)},
            )


def line_sum(view: InvoiceView) -> Iterator[Finding]:
    """The lines add up to the net total; discount and shipping may stand between, and shop prices include tax."""
    amounts = [decimal(line, "net_amount") for line in view.lines if line.get("status") not in SUMMING]
    found = [amount for amount in amounts if amount is not None]
    net = view.amount("net_amount")
    if net is None or not found or len(found) < len(amounts):
        return
    total = sum(found, ZERO)
    tolerance = CENT * len(found)
    if not any(abs(total + change - goal) <= tolerance for change, goal in product(_changes(view), _goals(view, net))):
        yield Finding(
            "lines_do_not_sum",
            "warning",
            f"{'The only line says' if len(found) == 1 else f'The {len(found)} lines add up to'} {view.money(total)},"
            f" but the net total says {view.money(net)}.",
            ("line_items", "net_amount"),
            {"expected": str(total), "found": str(net)},
        )


def _explained(
    quantity: Decimal, price: Decimal, discount: Decimal, net: Decimal, units: Sequence[Decimal] = PRICE_UNITS
) -> bool:
    """Within a cent, and within what rounding the printed price can make; the discount is an amount or a percentage."""
    half_a_place = Decimal(1).scaleb(int(price.as_tuple().exponent)) / 2
    for unit in units:
        full = quantity * price / unit
        tolerance = CENT + abs(quantity) / unit * half_a_place
        for expected in (full, full - discount, full - discount * quantity, full * (1 - discount / 100)):
            if abs(abs(expected) - abs(net)) <= tolerance:
                return True
    return False


def _changes(view: InvoiceView) -> Iterator[Decimal]:
    discount, shipping = abs(view.amount("discount_amount") or ZERO), view.amount("shipping_amount") or ZERO
    for less, more in product({ZERO, discount}, {ZERO, shipping}):
        yield more - less
    yield shipping - (view.amount("discount_amount") or ZERO)  # as electronic invoices sign them


def _goals(view: InvoiceView, net: Decimal) -> Iterator[Decimal]:
    yield net
    gross = view.amount("gross_amount")
    if gross is not None:
        yield gross
