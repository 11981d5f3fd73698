"""Tax per rate against its base, the tax lines against the totals, and rates that no country of the EU has."""

from collections.abc import Iterator
from decimal import Decimal

from automation.checks.base import Finding, InvoiceView, decimal
from automation.checks.rules.totals import CENT, ZERO

HIGHEST_RATE = Decimal(27)  # Hungary's standard rate, the highest in the EU


def tax_per_rate(view: InvoiceView) -> Iterator[Finding]:
    """Net x rate is the tax, for each rate."""
    tolerance = CENT * max(1, len(view.lines))  # some sellers round the tax of each line
    for number, line in enumerate(view.tax_lines, start=1):
        rate, net, tax = decimal(line, "rate"), decimal(line, "net"), decimal(line, "tax")
        if rate is None or net is None or tax is None:
            continue
        expected = (net * rate / 100).quantize(CENT)
        if abs(expected - tax) > tolerance:
            yield Finding(
                "tax_mismatch",
                "warning",
                f"{rate.normalize():f} % of {view.money(net)} is {view.money(expected)},"
                f" but the tax says {view.money(tax)}.",
                tuple(f"tax_lines.{number}.{cell}" for cell in ("rate", "net", "tax")),
                {"rate": str(rate), "expected": str(expected), "found": str(tax)},
            )


def tax_sum(view: InvoiceView) -> Iterator[Finding]:
    """The tax of all rates is the tax total, and their bases are the net total."""
    for cell, field, words in (("tax", "tax_amount", "tax"), ("net", "net_amount", "net amounts")):
        amounts = [decimal(line, cell) for line in view.tax_lines]
        found = [amount for amount in amounts if amount is not None]
        total = view.amount(field)
        if total is None or not found or len(found) < len(amounts):
            continue
        if abs(sum(found, ZERO) - total) > CENT * len(found):
            expected = sum(found, ZERO)
            yield Finding(
                "tax_lines_do_not_sum",
                "warning",
                f"The {words} of all tax rates make {view.money(expected)}, but the total says {view.money(total)}.",
                ("tax_lines", field),
                {"expected": str(expected), "found": str(total)},
            )


def tax_rates(view: InvoiceView) -> Iterator[Finding]:
    """No rate is negative or above the highest in the EU; where no rate is printed, the totals imply one."""
    rates = {f"tax_lines.{n}.rate": decimal(line, "rate") for n, line in enumerate(view.tax_lines, start=1)}
    rates |= {f"line_items.{n}.tax_rate": decimal(line, "tax_rate") for n, line in enumerate(view.lines, start=1)}
    unusual = {place: rate for place, rate in rates.items() if rate is not None and not 0 <= rate <= HIGHEST_RATE}
    net, tax = view.amount("net_amount"), view.amount("tax_amount")
    if net and tax and not any(rate is not None for rate in rates.values()):
        implied = (tax / net * 100).quantize(Decimal("0.1"))
        if not 0 <= implied <= HIGHEST_RATE:
            unusual = {"tax_amount": implied}
    for rate in sorted(set(unusual.values())):
        yield Finding(
            "tax_rate_unusual",
            "warning",
            f"A tax rate of {rate.normalize():f} % is not between 0 and {HIGHEST_RATE} %, the highest rate in the EU.",
            tuple(place for place, value in unusual.items() if value == rate),
            {"found": str(rate), "highest": str(HIGHEST_RATE)},
        )
