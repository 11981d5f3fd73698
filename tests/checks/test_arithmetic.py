"""Sums that hold give no finding, whatever they are; a digit read wrong always does."""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from automation.checks.base import Buyer, Cells, InvoiceView
from automation.checks.rules import RULES
from automation.checks.rules.payment import currencies_on
from inference.types import Value

CENT = Decimal("0.01")
US = Buyer("Example Trading GmbH", "DE", "DE136695976", "EUR")
rates = st.sampled_from([Decimal(rate) for rate in ("0", "5.5", "7", "10", "19", "20", "25")])


def view(header: Mapping[str, Value], lines: tuple[Cells, ...] = (), tax_lines: tuple[Cells, ...] = ()) -> InvoiceView:
    return InvoiceView(uuid.uuid4(), date(2026, 6, 1), US, {"currency": "EUR", **header}, lines, tax_lines)


def codes(seen: InvoiceView) -> set[str]:
    return {finding.code for rule in RULES for finding in rule(seen) if finding.severity != "info"} - {
        "required_field_missing"
    }


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@st.composite
def sums(draw: st.DrawFn) -> tuple[dict[str, Value], tuple[Cells, ...], tuple[Cells, ...]]:
    """Header, lines and tax lines of one right invoice, its unit prices rounded to cents as sellers print them."""
    sign = draw(st.sampled_from([1, -1]))
    lines: list[Cells] = []
    bases: dict[Decimal, Decimal] = {}
    for _ in range(draw(st.integers(1, 6))):
        quantity = draw(st.decimals(Decimal("0.5"), 1000, places=1))
        exact = draw(st.decimals(Decimal("0.01"), 5000, places=4))
        net, rate = sign * cents(quantity * exact), draw(rates)
        bases[rate] = bases.get(rate, Decimal(0)) + net
        lines.append({"quantity": quantity, "unit_price": cents(exact), "net_amount": net, "tax_rate": rate})
    tax_lines: tuple[Cells, ...] = tuple(
        {"rate": rate, "net": base, "tax": cents(base * rate / 100)} for rate, base in bases.items()
    )
    discount = draw(st.sampled_from([Decimal(0), Decimal("1.50")])) if sign > 0 and len(bases) == 1 else Decimal(0)
    net = sum(bases.values(), Decimal(0)) - discount
    assume(net * sign > 0)
    if discount:
        tax_lines = tuple(
            {**line, "net": net, "tax": cents(net * Decimal(str(line["rate"])) / 100)} for line in tax_lines
        )
    tax = sum((Decimal(str(line["tax"])) for line in tax_lines), Decimal(0))
    paid = draw(st.sampled_from([Decimal(0), Decimal("5.00")]))
    header: dict[str, Value] = {
        "document_type": "credit_note" if sign < 0 else "invoice",
        "net_amount": net,
        "tax_amount": tax,
        "gross_amount": net + tax,
        "amount_paid": paid,
        "amount_due": net + tax - sign * paid,
        "discount_amount": discount,
    }
    return header, tuple(lines), tax_lines


@given(sums())
def test_what_is_right_gives_no_finding(
    invoice: tuple[dict[str, Value], tuple[Cells, ...], tuple[Cells, ...]],
) -> None:
    assert codes(view(*invoice)) == set()


@given(sums(), st.sampled_from(["net_amount", "tax_amount", "gross_amount"]), st.decimals("0.02", 9999, places=2))
def test_a_wrong_total_is_always_found(
    invoice: tuple[dict[str, Value], tuple[Cells, ...], tuple[Cells, ...]], name: str, off: Decimal
) -> None:
    header, lines, tax_lines = invoice
    wrong = {**header, name: Decimal(str(header[name])) + off}
    assert "totals_mismatch" in codes(view(wrong, lines, tax_lines))


@given(sums(), st.data())
def test_a_line_read_wrong_by_a_digit_is_found(
    invoice: tuple[dict[str, Value], tuple[Cells, ...], tuple[Cells, ...]], data: st.DataObject
) -> None:
    """Off by more than what rounding may explain, the sum of the lines no longer holds."""
    header, lines, tax_lines = invoice
    assume(not header["discount_amount"])
    place = data.draw(st.integers(0, len(lines) - 1))
    right = Decimal(str(lines[place]["net_amount"]))
    wrong = {**lines[place], "net_amount": right + data.draw(st.sampled_from([1, -1])) * Decimal("1000000")}
    assert "lines_do_not_sum" in codes(view(header, (*lines[:place], wrong, *lines[place + 1 :]), tax_lines))


@pytest.mark.parametrize(
    "cells",
    [
        {"quantity": "250", "unit_price": "3.20", "net_amount": "8.00"},  # price per 100
        {"quantity": "3", "unit_price": "3.33", "net_amount": "10.00"},  # price rounded
        {"quantity": "2", "unit_price": "50", "discount": "10", "net_amount": "90.00"},  # per cent or amount
        {"quantity": "-1", "unit_price": "20", "net_amount": "-20.00"},
    ],
)
def test_usual_ways_to_print_a_line_are_understood(cells: dict[str, str]) -> None:
    line = {name: Decimal(text) for name, text in cells.items()}
    assert "line_mismatch" not in codes(view({}, (line,)))


def test_a_currency_is_judged_by_the_day_of_the_invoice() -> None:
    assert "HRK" in currencies_on(date(2021, 8, 28))
    assert "HRK" not in currencies_on(date(2026, 1, 1))
    assert {"EUR", "USD", "CHF", "JPY"} <= currencies_on(date(2026, 1, 1))
