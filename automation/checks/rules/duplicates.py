"""The same invoice twice, as a copy of its number or as a copy of nearly everything else."""

from collections.abc import Iterator

from rapidfuzz import fuzz

from automation.checks.base import Finding, InvoiceView, OtherInvoice, Severity
from inference.fields import to_text

NEAR_DAYS = 7
SAME_NAME = 90  # rapidfuzz ratio, 0..100
SIMILAR_NUMBER = 75


def duplicates(view: InvoiceView) -> Iterator[Finding]:
    """One finding for each other document that looks like this one."""
    for other in view.others:
        if (other.document_type == "credit_note") != (view.text("document_type") == "credit_note"):
            continue  # a credit note repeats much of the invoice it corrects
        if _same_number(view, other) and _same_seller(view, other):
            yield _finding(
                other,
                "duplicate_exact",
                "blocks",
                f"Invoice {other.number} of {other.seller_name} is already here as {_named(other)}.",
            )
        elif _nearly_same(view, other):
            yield _finding(
                other,
                "duplicate_near",
                "warning",
                f"{_named(other).capitalize()} has the same total and nearly the same date and number"
                f" ({other.number or 'no number'}): it may be the same invoice.",
            )


def _same_number(view: InvoiceView, other: OtherInvoice) -> bool:
    return bool(view.normal_number) and view.normal_number == other.normal_number


def _same_seller(view: InvoiceView, other: OtherInvoice) -> bool:
    if view.supplier is not None and view.supplier == other.supplier:
        return True
    names = view.text("seller_name").casefold(), other.seller_name.casefold()
    return all(names) and fuzz.token_sort_ratio(*names) >= SAME_NAME


def _nearly_same(view: InvoiceView, other: OtherInvoice) -> bool:
    """Same total in the same currency within a week, and the same seller with a similar number, or the same number."""
    issued = view.day("issue_date")
    if issued is None or other.issue_date is None or abs((issued - other.issue_date).days) > NEAR_DAYS:
        return False
    if view.amount("gross_amount") != other.gross_amount or view.text("currency") != other.currency:
        return False
    numbers = view.normal_number, other.normal_number
    if not all(numbers):
        return _same_seller(view, other)
    return _same_number(view, other) or (_same_seller(view, other) and fuzz.ratio(*numbers) >= SIMILAR_NUMBER)


def _named(other: OtherInvoice) -> str:
    dated = f" of {to_text(other.issue_date)}" if other.issue_date else ""
    return f"document “{other.filename}”{dated}"


def _finding(other: OtherInvoice, code: str, severity: Severity, message: str) -> Finding:
    evidence = {
        "document": str(other.document),
        "filename": other.filename,
        "state": other.state,
        "number": other.number,
        "issue_date": to_text(other.issue_date) if other.issue_date else "",
        "gross_amount": to_text(other.gross_amount) if other.gross_amount is not None else "",
    }
    return Finding(
        code,
        severity,
        message,
        ("invoice_number", "seller_name", "issue_date", "gross_amount"),
        evidence,
    )
