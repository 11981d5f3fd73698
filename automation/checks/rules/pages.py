"""Pages that could not be read, and pages that say one thing and show another."""

from collections.abc import Iterator

from automation.checks.base import Finding, InvoiceView


def pages_readable(view: InvoiceView) -> Iterator[Finding]:
    for number in view.pages_without_text:
        yield Finding("page_without_text", "warning", without_text(number), (), {"page": str(number)})
    for number in view.pages_deceiving:
        message = f"Page {number} holds text that nobody can see on it; only what is seen was read."
        yield Finding("text_not_shown", "warning", message, (), {"page": str(number)})


def without_text(number: int) -> str:
    """What a person is told about a page that shows something but has no words."""
    return f"Page {number} has no readable text."
