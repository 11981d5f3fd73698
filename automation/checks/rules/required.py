"""What an invoice must say before it can be paid, and what is good to know."""

from collections.abc import Iterator

from automation.checks.base import Finding, InvoiceView
from inference.fields import FIELDS

REQUIRED = tuple(name for name, field in FIELDS.items() if field.key)
EXPECTED = ("net_amount", "tax_amount", "due_date")


def required(view: InvoiceView) -> Iterator[Finding]:
    for name in REQUIRED:
        if name not in view.values and name not in view.malformed:
            yield Finding(
                "required_field_missing",
                "blocks",
                f"{FIELDS[name].label} was not found; without it the invoice cannot be paid.",
                (name,),
            )
    for name in EXPECTED:
        if name not in view.values and name not in view.malformed:
            yield Finding("field_missing", "info", f"{FIELDS[name].label} was not found.", (name,))
    if view.is_credit_note and "credited_invoice" not in view.values:
        yield Finding(
            "credited_invoice_missing",
            "info",
            "The credit note does not say which invoice it corrects.",
            ("credited_invoice",),
        )


def understood(view: InvoiceView) -> Iterator[Finding]:
    """Every stored text is a value of its field's kind, and the document is one that can be paid."""
    for name, text in view.malformed.items():
        kind = FIELDS[name].kind if name in FIELDS else "value"
        yield Finding(
            "value_not_understood",
            "blocks",
            f"{FIELDS[name].label if name in FIELDS else name}: “{text}” is not a {kind.replace('_', ' ')}.",
            (name,),
            {"found": text},
        )
    if view.text("document_type") == "other":
        yield Finding(
            "not_an_invoice",
            "warning",
            "This does not look like an invoice, a credit note or a receipt.",
            ("document_type",),
            {"found": "other"},
        )
