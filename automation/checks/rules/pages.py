"""Pages that could not be read, pages that say one thing and show another, pages of several documents."""

from collections.abc import Iterator

from automation.checks.base import Finding, InvoiceView


def pages_readable(view: InvoiceView) -> Iterator[Finding]:
    for number in view.pages_without_text:
        yield Finding("page_without_text", "warning", without_text(number), (), {"page": str(number)})
    for number in view.pages_deceiving:
        message = f"Page {number} holds text that nobody can see on it; only what is seen was read."
        yield Finding("text_not_shown", "warning", message, (), {"page": str(number)})


def one_document(view: InvoiceView) -> Iterator[Finding]:
    for doubt in view.doubtful_breaks:
        yield Finding("several_documents", "warning", f"{doubt} Split the file, or verify it as one document.")


def without_text(number: int) -> str:
    """What a person is told about a page that shows something but has no words."""
    return f"Page {number} has no readable text."
