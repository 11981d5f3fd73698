"""Pages that could not be read."""

from collections.abc import Iterator

from automation.checks.base import Finding, InvoiceView


def pages_readable(view: InvoiceView) -> Iterator[Finding]:
    for number in view.pages_without_text:
        yield Finding("page_without_text", "warning", without_text(number), (), {"page": str(number)})


def without_text(number: int) -> str:
    """What a person is told about a page that shows something but has no words."""
    return f"Page {number} has no readable text (OCR is not installed yet)."
