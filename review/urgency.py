"""How urgent a document is: the day it must be paid; without one, a month after it came."""

from datetime import date, timedelta

from automation.documents.models import Document
from automation.ledger.models import Invoice
from review.models import Task

USUAL_TERM = timedelta(days=30)


def urgency_of(document: Document) -> date:
    due = Invoice.objects.filter(document=document).values_list("due_date", flat=True).first()
    return due or (document.received_at + USUAL_TERM).date()


def keep_urgency(document: Document) -> None:
    """After its values changed, in the same transaction."""
    Task.objects.filter(document=document, closed_at=None).update(urgency=urgency_of(document))
