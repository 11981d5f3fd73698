"""Dates that cannot be, or are unlikely."""

from collections.abc import Iterator
from datetime import timedelta

from automation.checks.base import Finding, InvoiceView

OLD = timedelta(days=365)
LONG = timedelta(days=365)
ZONES = timedelta(days=1)  # it may be tomorrow already where the seller is


def issue_date(view: InvoiceView) -> Iterator[Finding]:
    """The invoice was written before today, and not long ago."""
    issued = view.day("issue_date")
    if issued is None:
        return
    evidence = {"found": issued.isoformat(), "today": view.today.isoformat()}
    if issued > view.today + ZONES:
        yield Finding(
            "issue_date_future",
            "warning",
            f"The invoice date {issued} is in the future (today is {view.today}).",
            ("issue_date",),
            evidence,
        )
    if issued < view.today - OLD:
        yield Finding(
            "issue_date_old",
            "warning",
            f"The invoice date {issued} is more than a year ago (today is {view.today}).",
            ("issue_date",),
            evidence,
        )


def due_date(view: InvoiceView) -> Iterator[Finding]:
    """An invoice is due on or after its date, and within a year."""
    issued, due = view.day("issue_date"), view.day("due_date")
    if issued is None or due is None:
        return
    evidence = {"issue_date": issued.isoformat(), "due_date": due.isoformat()}
    if due < issued:
        yield Finding(
            "due_before_issue",
            "warning",
            f"The due date {due} is before the invoice date {issued}.",
            ("issue_date", "due_date"),
            evidence,
        )
    if due > issued + LONG:
        yield Finding(
            "due_date_far",
            "warning",
            f"The due date {due} is more than a year after the invoice date {issued}.",
            ("issue_date", "due_date"),
            evidence,
        )


def service_period(view: InvoiceView) -> Iterator[Finding]:
    start, end = view.day("service_period_start"), view.day("service_period_end")
    if start is not None and end is not None and end < start:
        yield Finding(
            "service_period_reversed",
            "warning",
            f"The service ends on {end}, before it starts on {start}.",
            ("service_period_start", "service_period_end"),
            {"start": start.isoformat(), "end": end.isoformat()},
        )
