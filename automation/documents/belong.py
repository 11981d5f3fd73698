"""Step: what came with a mail and is no invoice itself goes with the invoice of the same mail.

Terms, delivery notes and the like are told by their pages (`inference.splitting`). They go with the one invoice that
the mail brought; of several, with the one whose number they name. What is not certain stays a document, for a person.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from audit.record import record
from automation.documents.models import Document, Extraction, FieldValue, State
from automation.documents.states import move
from automation.documents.values import current_values, stored_reading
from automation.errors import TemporaryFailure
from automation.ingestion.models import Mail
from automation.ledger.suppliers import normal_id
from automation.workflow.models import Run, RunState
from automation.workflow.results import Context, Done, Waiting
from automation.workflow.store import NOW
from inference.media_types import XML
from inference.splitting.divide import only_attached

LOOK_AGAIN = timedelta(seconds=5)
PATIENCE = timedelta(minutes=10)  # with the other files of the mail: then it goes its own way
NO_INVOICE = (State.REJECTED, State.QUARANTINED, State.FAILED, State.SPLIT, State.ATTACHED)


def run(context: Context) -> Done | Waiting:
    """Output: {"to": the invoice's document} where the run ends here, else {}."""
    document = Document.objects.annotate(now=NOW).get(pk=context.input["document"])
    if document.media_type == XML:
        return Done(repeatable=True)
    found = only_attached(stored_reading(context.outputs["read"]["reading"]))
    if found is None:
        return Done(repeatable=True)
    mail = Mail.objects.get(pk=context.input["mail"])
    beside = _beside(document, mail)
    if (mail.done_at is None or _unread(beside, context.step)) and document.now < document.received_at + PATIENCE:
        return Waiting(until=document.now + LOOK_AGAIN)
    invoice = _invoice(beside, {normal_id(reference) for reference in found.references})
    if invoice is None:
        return Done(repeatable=True)
    return Done({"to": str(invoice)}, lambda: _attach(document, invoice, found.paper), end=True)


def _beside(document: Document, mail: Mail) -> list[Document]:
    """The other documents of the mail, of files that were split their parts."""
    files = Document.objects.filter(arrivals__mail=mail).exclude(pk=document.pk)
    parts = Document.objects.filter(parent__in=files)
    return list((files | parts).distinct())


def _unread(beside: Iterable[Document], step: str) -> bool:
    """Whether one of them may yet turn out an invoice; those that wait as this one does may not."""
    open_ones = {one.pk for one in beside if one.state == State.RECEIVED}
    waiting = Run.objects.filter(step=step, state=RunState.WAITING)
    alike = Document.objects.filter(pk__in=open_ones, run_id__in=waiting.values("pk"))
    read = Extraction.objects.filter(document__in=open_ones).values_list("document", flat=True)
    return bool(open_ones - set(read) - set(alike.values_list("pk", flat=True)))


def _invoice(beside: Iterable[Document], references: set[str]) -> uuid.UUID | None:
    """The only invoice, or the only one whose number is among the references."""
    numbers = dict[uuid.UUID, str]()
    for one in beside:
        values = {} if one.state in NO_INVOICE else current_values(one.pk)
        if _text(values.get("document_type")) in ("invoice", "credit_note") and _text(values.get("gross_amount")):
            numbers[one.pk] = normal_id(_text(values.get("invoice_number")))
    named = [document for document, number in numbers.items() if number and number in references]
    found = named or list(numbers)
    return found[0] if len(found) == 1 else None


def _text(value: FieldValue | None) -> str:
    return str(value.value) if value is not None and value.value else ""


def _attach(document: Document, to: uuid.UUID, paper: str) -> None:
    invoice = Document.objects.select_for_update(no_key=True).get(pk=to)
    if invoice.state in NO_INVOICE:
        raise TemporaryFailure("The invoice of the same mail went another way.", code="attachment_moved")
    move(document.pk, State.ATTACHED, attached_to=to)
    Document.objects.filter(pk=document.pk).update(division={**(document.division or {}), "paper": paper})
    record(
        "document.attached",
        actor="system:workflow",
        subject=f"document:{document.pk}",
        after={"to": to},
        because="it came with the same mail and is no invoice itself",
    )
