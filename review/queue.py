"""The queue: which documents wait for whom, the most urgent first, page by page."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from django.contrib.auth.models import User
from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from automation.checks.models import CheckRound, Finding, Severity
from automation.documents.models import Document, State
from automation.errors import Invalid
from automation.ledger.models import Invoice
from automation.ledger.suppliers import normal_id
from automation.policy.models import TriageDecision
from review import access, deadlines
from review.four_eyes import touched_by
from review.models import Gate, Task

Tab = Literal["mine", "verify", "approve", "posted", "problems", "all"]
TABS: tuple[Tab, ...] = get_args(Tab)
Counts = Mapping[Tab, int]
COUNT_LIMIT = 1000
PAGE = 50
MAX_PAGE = 200
USUAL_TERM = timedelta(days=30)  # a document without a due date is as urgent as one due a month after it came
_BY_URGENCY = frozenset({"mine", "verify", "approve"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue. `reasons`: why triage sent it to a person. `worst`: its gravest finding, if any.

    `gate`, `opened_at`, `postponed_until` and `left` (working time until it is due, zero when overdue) are of its open
    task; `holder` is who has it open now.
    """

    document: Document
    invoice: Invoice | None
    gate: str | None
    opened_at: datetime | None
    postponed_until: datetime | None
    left: timedelta | None
    holder: str | None
    worst: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows, and the cursor of the page after them, None on the last."""

    rows: list[Row]
    next_cursor: str | None


def queue(
    user: User,
    *,
    tab: Tab = "mine",
    q: str = "",
    state: State | None = None,
    page_cursor: str | None = None,
    size: int = PAGE,
) -> QueuePage:
    """One page of a tab: tabs of waiting work by urgency (due date, then age), the others newest first.

    `q` looks for a text in seller, number and filename. Raises Invalid for a tab or cursor that is none.
    """
    if tab not in TABS:
        raise Invalid(f"There is no tab {tab!r}. Tabs are: {', '.join(TABS)}.")
    found = _matching(_tab(user, tab), q)
    if state is not None:
        found = found.filter(state=state)
    if page_cursor:
        found = found.filter(_after(tab, page_cursor))
    size = max(1, min(size, MAX_PAGE))
    documents = list(_ordered(found, tab).select_related("entity", "invoice")[: size + 1])
    rows = _rows(documents[:size])
    return QueuePage(rows, _cursor(tab, documents[size - 1]) if len(documents) > size else None)


def counts(user: User) -> Counts:
    """How many documents each tab holds, counted up to COUNT_LIMIT."""
    return {tab: _tab(user, tab)[:COUNT_LIMIT].count() for tab in TABS}


def next_document(user: User, *, after: uuid.UUID, tab: Tab = "mine", q: str = "") -> uuid.UUID | None:
    """The document that follows another in a tab, whether or not that one is still in it; None at the end."""
    here = _urgency(Document.objects.filter(pk=after)).first()
    if here is None:
        return None
    following = _matching(_tab(user, tab), q).filter(_after(tab, _cursor(tab, here)))
    return _ordered(following, tab).values_list("pk", flat=True).first()


def _tab(user: User, tab: Tab) -> QuerySet[Document]:
    documents = _urgency(Document.objects.filter(entity__in=access.allowed_entities(user, access.VIEW)))
    match tab:
        case "mine":
            return documents.filter(_for_me(user))
        case "verify":
            return documents.filter(state=State.TO_VERIFY, pk__in=_waiting(Gate.VERIFY).values("document"))
        case "approve":
            return documents.filter(state=State.TO_APPROVE, pk__in=_waiting(Gate.APPROVE).values("document"))
        case "posted":
            return documents.filter(state=State.POSTED)
        case "problems":
            return documents.filter(state__in=[State.FAILED, State.QUARANTINED, State.REJECTED])
        case "all":
            return documents


def _for_me(user: User) -> Q:
    """What this person may decide now: not put off, and not to approve what they touched."""
    due = Q(postponed_until=None) | Q(postponed_until__lte=timezone.now())
    to_verify = _waiting(Gate.VERIFY).filter(due, entity__in=access.allowed_entities(user, access.VERIFY))
    to_approve = _waiting(Gate.APPROVE).filter(due, entity__in=access.allowed_entities(user, access.APPROVE))
    return Q(state=State.TO_VERIFY, pk__in=to_verify.values("document")) | (
        Q(state=State.TO_APPROVE, pk__in=to_approve.values("document")) & ~Q(touched_by(user))
    )


def _waiting(gate: Gate) -> QuerySet[Task]:
    return Task.objects.filter(gate=gate, closed_at=None)


def _urgency(documents: QuerySet[Document]) -> QuerySet[Document]:
    usual = Cast(F("received_at") + USUAL_TERM, DateField())
    return documents.annotate(urgency=Coalesce("invoice__due_date", usual))


def _matching(documents: QuerySet[Document], q: str) -> QuerySet[Document]:
    q = q.strip()
    if not q:
        return documents
    match = Q(filename__icontains=q) | Q(invoice__seller_name__icontains=q) | Q(invoice__number__icontains=q)
    if number := normal_id(q):
        match |= Q(invoice__normal_number__contains=number)
    return documents.filter(match)


def _ordered(documents: QuerySet[Document], tab: Tab) -> QuerySet[Document]:
    return documents.order_by("urgency", "pk") if tab in _BY_URGENCY else documents.order_by("-pk")


def _cursor(tab: Tab, document: Document) -> str:
    urgency: date = document.urgency  # type: ignore[attr-defined]
    return f"{urgency.isoformat()}.{document.pk}" if tab in _BY_URGENCY else str(document.pk)


def _after(tab: Tab, cursor: str) -> Q:
    try:
        if tab not in _BY_URGENCY:
            return Q(pk__lt=uuid.UUID(cursor))
        day, _, key = cursor.partition(".")
        urgency, last = date.fromisoformat(day), uuid.UUID(key)
    except ValueError as error:
        raise Invalid("That page does not exist; begin with the first one.") from error
    return Q(urgency__gt=urgency) | Q(urgency=urgency, pk__gt=last)


def _rows(documents: list[Document]) -> list[Row]:
    ids = [document.pk for document in documents]
    tasks = {task.document_id: task for task in _open_tasks(ids)}
    worst, reasons = _worst(ids), _reasons(ids)
    now = timezone.now()
    rows = []
    for document in documents:
        task = tasks.get(document.pk)
        held = task is not None and task.leased_until is not None and task.leased_until > now
        rows.append(
            Row(
                document=document,
                invoice=getattr(document, "invoice", None),
                gate=task.gate if task else None,
                opened_at=task.opened_at if task else None,
                postponed_until=task.postponed_until if task else None,
                left=deadlines.left(task) if task else None,
                holder=task.leased_by.username if task and held and task.leased_by else None,
                worst=worst.get(document.pk),
                reasons=reasons.get(document.pk, ()),
            )
        )
    return rows


def _open_tasks(ids: Iterable[uuid.UUID]) -> QuerySet[Task]:
    return Task.objects.filter(document__in=ids, closed_at=None).select_related("leased_by", "entity")


def _worst(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    newest = CheckRound.objects.filter(document__in=ids).order_by("document", "-pk").distinct("document").values("pk")
    worst: dict[uuid.UUID, str] = {}
    ranks = list(Severity.values)
    for document_id, severity in Finding.objects.filter(round__in=newest).values_list("round__document", "severity"):
        worst[document_id] = max(worst.get(document_id, severity), severity, key=ranks.index)
    return worst


def _reasons(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    newest = TriageDecision.objects.filter(document__in=ids).order_by("document", "-pk").distinct("document")
    return {document_id: tuple(reasons) for document_id, reasons in newest.values_list("document", "reasons")}
