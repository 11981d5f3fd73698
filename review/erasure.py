"""Erasing documents whose time is over: the original's key is destroyed, and what was read from it goes.

What stays: hashes, amounts, dates, states, who decided, and the log, whose tree still verifies. What its events say of
the document is encrypted with keys that are destroyed with it (audit/personal.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import canonical
from audit.models import LegalHold, RetentionRule
from audit.record import record
from audit.retention import INVOICE, LETTER, HeldError, kept_until, require_no_hold, rule_for, rules
from audit.verify import leaf_hash
from automation.documents.models import Document, State
from automation.errors import Conflict
from automation.ingestion.models import Mail
from automation.ledger.models import Invoice, LegalEntity
from review.pictures import forget_pictures

DECIDED = (State.POSTED, State.REJECTED, State.SPLIT, State.ATTACHED)


@dataclass(frozen=True, slots=True)
class Due:
    """A document that may be erased since the day after `until`."""

    document: Document
    until: date


@dataclass(frozen=True, slots=True)
class Certificate:
    """That a document was erased: by which rule, and the event of the log that says so."""

    document: str
    sha256: str
    rule: str
    by: str
    at: datetime
    event: int
    leaf_hash: str

    def text(self) -> str:
        return (
            "Certificate of erasure\n\n"
            f"Document  {self.document}\nSHA-256   {self.sha256}\nErased    {self.at:%Y-%m-%d %H:%M:%S} UTC\n"
            f"By        {self.by}\nRule      {self.rule}\n"
            f"Event     {self.event} of the audit log, leaf hash {self.leaf_hash}\n\n"
            "The key of the original was destroyed, its stored bytes were removed, and with them the words, values,\n"
            "findings and remarks that were read from it or written about it. The keys of what the audit log's events\n"
            "say of it were destroyed too: nobody reads that again in any copy of the log, and the log still verifies\n"
            "as a whole. Backups of the database made before that day hold the keys, wrapped by the master key of\n"
            "their day, until that one is destroyed. The log keeps that the document was here, who decided on it and\n"
            "when.\n"
        )


def due(entities: QuerySet[LegalEntity], today: date | None = None) -> list[Due]:
    """Decided documents whose time is over on `today` and on which nothing holds, oldest first."""
    today = today or timezone.now().date()
    shortest = min(rule.years for rule in rules())
    old = datetime.combine(today, time(), UTC) - timedelta(days=365 * shortest)
    held = set(LegalHold.objects.filter(released_at=None).values_list("subject", flat=True))
    found = (
        Document.objects.filter(entity__in=entities, state__in=DECIDED, received_at__lt=old)
        .exclude(wrapped_key=b"")
        .select_related("entity", "invoice")
        .order_by("received_at")
    )
    items = (Due(document, until_of(document)) for document in found.iterator())
    return [item for item in items if item.until < today and held.isdisjoint(_subjects(item.document))]


def until_of(document: Document) -> date:
    """The last day on which the document must be kept: counted from its arrival or, where later, its issue date."""
    invoice = _invoice(document)
    arrived = document.received_at.date()
    day = max(arrived, invoice.issue_date) if invoice and invoice.issue_date else arrived
    return kept_until(min(day, arrived.replace(year=arrived.year + 1, day=1)), _rule(document))


def _rule(document: Document) -> RetentionRule:
    """What was posted is a voucher, whatever was read on it; what belongs to another document is none by itself."""
    invoice = _invoice(document)
    other = document.state == State.ATTACHED or (invoice is not None and invoice.document_type == "other")
    return rule_for(document.entity.country, LETTER if other and document.state != State.POSTED else INVOICE)


def erase(document: Document, *, actor: str) -> Certificate:
    """Raises Conflict where it is undecided, erased already, kept by its rule or under a hold."""
    rule = _rule(document)
    until = until_of(document)
    if document.state not in DECIDED:
        raise Conflict(f"{document.filename} is not decided yet.")
    if until >= timezone.now().date():
        raise Conflict(f"{document.filename} must be kept until {until}: {rule.years} years, {rule.basis}.")
    with transaction.atomic():
        locked = Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        if not locked.wrapped_key:
            raise Conflict("The document was erased before.")
        try:
            require_no_hold(_subjects(document))
        except HeldError as error:
            raise Conflict(str(error)) from error
        certificate = _erased(document, rule, until, actor)
        sharing = Document.objects.filter(storage_name=document.storage_name).exclude(wrapped_key=b"")
        gone = [] if sharing.exists() else [document.storage_name]  # the parts of a file share its bytes
        gone += Mail.objects.filter(arrivals__document=document, wrapped_key=b"").values_list("storage_name", flat=True)
        transaction.on_commit(lambda: _remove(gone))
        transaction.on_commit(lambda: forget_pictures(document))
    return certificate


def _erased(document: Document, rule: RetentionRule, until: date, actor: str) -> Certificate:
    said = f"{rule.country}: {rule.years} years from the end of the year, {rule.basis}; kept until {until}"
    event = record(
        "document.erased",
        actor=actor,
        subject=f"document:{document.pk}",
        after={"sha256": document.sha256, "size": document.size},
        because={"rule": said, "country": rule.country, "years": rule.years, "kept_until": until},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT review_erase_document(%s)", [document.pk])
    leaf = leaf_hash(canonical.entry(event)).hex()
    return Certificate(str(document.pk), document.sha256, said, actor, event.at, event.id, leaf)


def _remove(names: Iterable[str]) -> None:
    for name in names:
        storages["documents"].delete(name)


def _invoice(document: Document) -> Invoice | None:
    return getattr(document, "invoice", None)


def _subjects(document: Document) -> Iterable[str]:
    invoice = _invoice(document)
    yield f"document:{document.pk}"
    yield f"entity:{document.entity_id}"
    if invoice and invoice.supplier_id:
        yield f"supplier:{invoice.supplier_id}"
