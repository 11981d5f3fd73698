"""Reminders by e-mail: when a gate's clock warns or runs out, and once a day to whoever has overdue work.

The link in a reminder is signed, expires, and is for one person and one task. It leads to a page that still asks them
to sign in, unless the policy that routed the document lets a link approve (`approve_by_link`).
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.documents.models import Document
from automation.ledger.models import Invoice
from review import language, letters
from review.access import holding
from review.four_eyes import RIGHT, standing
from review.models import Gate, Letter, Task
from review.queue import Filters, counted
from review.spoken import spoken

MOST = 20  # people who are told of one document
_SALT = "review.approve-link"


def write_for(task: Task, subject: str, given_to: User | None = None) -> None:
    """Tell those who may decide the task, in the caller's transaction, and whom it was given to that it is theirs."""
    document = Document.objects.select_related("entity").get(pk=task.document_id)
    for person in able(document, Gate(task.gate)):
        with language.reading(person):
            said = spoken(subject)
            yours = _("It is yours now.") if person == given_to else ""
            what = f"{said}. {yours}".strip()
            text = f"{_about(document)}\n\n{what}\n\n{settings.SITE_URL}{link(task, person)}\n"
            letters.write(Letter.Kind.REMINDER, document, person.email, f"{said}: {document.filename}", text)


def write_daily() -> None:
    """One mail to each person for whom something waits that is past its due date."""
    for person in User.objects.filter(is_active=True, groups__isnull=False).exclude(email="").distinct():
        overdue = counted(person, filters=Filters(due="overdue"))
        if overdue:
            with language.reading(person):
                subject = ngettext(
                    "%(count)d document waits for you past its due date",
                    "%(count)d documents wait for you past their due date",
                    overdue,
                ) % {"count": overdue}
            text = f"{subject}.\n\n{settings.SITE_URL}/start/\n"
            letters.write(Letter.Kind.REMINDER, None, person.email, subject, text)


def able(document: Document, gate: Gate) -> list[User]:
    """Who has an address and may decide about the document at this gate, at most MOST of them."""
    roles = holding(RIGHT[gate], document.entity_id)
    people = User.objects.filter(roles, is_active=True).exclude(email="").distinct().order_by("pk")[: 5 * MOST]
    found = (one for one in people if gate == Gate.VERIFY or standing(document, gate, one).why_not is None)
    return [person for person, _ in zip(found, range(MOST), strict=False)]


def link(task: Task, person: User) -> str:
    """The path that leads this person to this task, for as long as APPROVE_LINK_HOURS."""
    token = signing.dumps({"task": str(task.pk), "person": person.pk}, salt=_SALT)
    return reverse("approve-link", args=[token])


def opened(token: str) -> tuple[Task, User] | None:
    """The task and the person of a link; None for one that is forged, too old, or of a person who has left."""
    hours = timedelta(hours=settings.APPROVE_LINK_HOURS)
    try:
        said = signing.loads(token, salt=_SALT, max_age=hours)
    except signing.BadSignature:
        return None
    task = Task.objects.select_related("document__entity").filter(pk=uuid.UUID(said["task"])).first()
    person = User.objects.filter(pk=said["person"], is_active=True).first()
    return (task, person) if task is not None and person is not None else None


def _about(document: Document) -> str:
    invoice = Invoice.objects.filter(document=document).first()
    if invoice is None:
        return document.filename
    total = spoken(f"{invoice.gross_amount:,.2f} {invoice.currency}") if invoice.gross_amount is not None else ""
    due = _("due %(day)s") % {"day": spoken(str(invoice.due_date))} if invoice.due_date else ""
    return ", ".join(part for part in (invoice.seller_name, invoice.number, total, due) if part) or document.filename
