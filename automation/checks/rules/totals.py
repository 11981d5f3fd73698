"""The arithmetic of the header: net, tax and gross; what is paid and what is due; the signs of a credit note."""

from collections.abc import Iterator
from decimal import Decimal

from automation.checks.base import Finding, InvoiceView

CENT = Decimal("0.01")
ZERO = Decimal(0)


def totals(view: InvoiceView) -> Iterator[Finding]:
    """Net + tax + rounding is the total."""
    net, tax, gross = view.amount("net_amount"), view.amount("tax_amount"), view.amount("gross_amount")
    if net is None or tax is None or gross is None:
        return
    rounding = view.amount("rounding_amount") or ZERO
    expected = net + tax
    if min(abs(expected - gross), abs(expected + rounding - gross)) > CENT:
        yield Finding(
            "totals_mismatch",
            "blocks",
            f"Net {view.money(net)} and tax {view.money(tax)} make {view.money(expected)},"
            f" but the total says {view.money(gross)}.",
            ("net_amount", "tax_amount", "gross_amount"),
            {"expected": str(expected), "found": str(gross)},
        )


def amount_due(view: InvoiceView) -> Iterator[Finding]:
    """Total - already paid is the amount due."""
    gross, due = view.amount("gross_amount"), view.amount("amount_due")
    if gross is None or due is None:
        return
    paid = view.amount("amount_paid") or ZERO
    rounding = view.amount("rounding_amount") or ZERO
    expected = gross - abs(paid) if gross >= 0 else gross + abs(paid)
    # A credit note may print what is due to us without the sign of its total. Electronic invoices sign what is paid.
    wanted = (expected, expected + rounding, gross - paid + rounding)
    differences = [abs(abs(amount) - abs(due)) for amount in wanted]
    if min(differences) <= CENT:
        return
    if not due and not paid:
        yield Finding(
            "already_paid",
            "warning",
            f"Nothing is left to pay of the total {view.money(gross)}: it may be paid already.",
            ("gross_amount", "amount_due"),
            {"expected": str(expected), "found": str(due)},
        )
    else:
        less = f" less {view.money(abs(paid))} already paid" if paid else ""
        yield Finding(
            "amount_due_mismatch",
            "warning",
            f"The total {view.money(gross)}{less} leaves {view.money(expected)} to pay,"
            f" but the amount due says {view.money(due)}.",
            ("gross_amount", "amount_paid", "amount_due") if paid else ("gross_amount", "amount_due"),
            {"expected": str(expected), "found": str(due)},
        )


def signs(view: InvoiceView) -> Iterator[Finding]:
    """All totals of a document share one sign, and only a credit note's may be negative."""
    named = {name: view.amount(name) for name in ("net_amount", "tax_amount", "gross_amount")}
    present = {name: amount for name, amount in named.items() if amount}
    evidence = {name: str(amount) for name, amount in present.items()}
    if len({amount > 0 for amount in present.values()}) > 1:
        printed = ", ".join(view.money(amount) for amount in present.values())
        yield Finding(
            "signs_differ",
            "warning",
            f"Some totals are negative and some are not ({printed}); on one document they share a sign.",
            tuple(present),
            evidence,
        )
        return
    gross = present.get("gross_amount")
    if gross is not None and gross < 0 and not view.is_credit_note:
        yield Finding(
            "negative_invoice",
            "warning",
            f"The total {view.money(gross)} is negative, but the document is not marked as a credit note.",
            ("gross_amount", "document_type"),
            evidence,
        )
