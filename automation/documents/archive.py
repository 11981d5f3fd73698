"""Step: the document is posted. Its supplier is known from now on."""

from audit.record import record
from automation.documents.models import Document
from automation.documents.values import current_values
from automation.ledger.models import Invoice
from automation.ledger.suppliers import remember_supplier
from automation.workflow.results import Context, Done


def run(context: Context) -> Done:
    """Output: nothing."""
    document_id = context.input["document"]
    document = Document.objects.get(pk=document_id)
    invoice = Invoice.objects.filter(document=document).first()
    values = current_values(document.pk)
    vat_id, iban = (str(values[name].value) if name in values else "" for name in ("seller_vat_id", "seller_iban"))

    def commit() -> None:
        supplier = remember_supplier(invoice, vat_id=vat_id, iban=iban) if invoice is not None else None
        record(
            "document.archived",
            actor="system:workflow",
            subject=f"document:{document_id}",
            after={"supplier": supplier.pk if supplier else None},
        )

    return Done({}, commit)
