"""The queue: which documents wait for whom, the most urgent first, page by page.

Work that waits is read off the open tasks in the order of one index, without asking a document (`Task.waiting`,
`Task.barred`); everything else is read off the documents, newest first. Each page costs the same number of queries,
whatever is on it.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from automation.checks.models import CheckRound, Finding, Severity
from automation.documents.models import Document, State
from automation.errors import Invalid
from automation.ledger.models import Invoice
from automation.policy.models import TriageDecision
from review import access, deadlines, search
from review.four_eyes import PAYMENT_GATES, RIGHT, within_limits
from review.models import Gate, Hold, Task

Tab = Literal["mine", "team", "verify", "approve", "posted", "problems", "all"]
Sort = Literal["urgent", "new"]
Due = Literal["", "overdue", "week"]
TABS: tuple[Tab, ...] = get_args(Tab)
WAITING_TABS = frozenset({"mine", "team", "verify", "approve"})
Counts = Mapping[Tab, int]
COUNT_LIMIT = 1000
PAGE = 50
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What the rows of a tab are narrowed to. `minimum` and `maximum` are totals in the invoice's own currency."""

    q: str = ""
    state: State | None = None
    entity: uuid.UUID | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    due: Due = ""
    centre: str = ""
    sort: Sort = "urgent"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue. `reasons`: why triage sent it to a person. `worst`: its gravest finding, if any.

    `gate`, `opened_at`, `postponed_until` and `left` (working time until it is due, zero when overdue) are of its open
    task; `holder` is who has it open now, `assigned` whom it was given to, `hold` what it is on hold for. `clean`: it
    waits for approval, comes from a known supplier, and no check found more than information.
    """

    document: Document
    invoice: Invoice | None
    gate: str | None
    opened_at: datetime | None
    postponed_until: datetime | None
    left: timedelta | None
    holder: str | None
    assigned: str | None
    hold: str | None
    worst: str | None
    reasons: tuple[str, ...]
    clean: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows, and the cursor of the page after them, None on the last."""

    rows: list[Row]
    next_cursor: str | None


def queue(
    user: User, *, tab: Tab = "mine", filters: Filters | None = None, page_cursor: str | None = None, size: int = PAGE
) -> QueuePage:
    """One page of a tab. Raises Invalid for a tab or cursor that is none."""
    if tab not in TABS:
        raise Invalid(f"There is no tab {tab!r}. Tabs are: {', '.join(TABS)}.")
    filters, size = filters or Filters(), max(1, min(size, MAX_PAGE))
    if tab in WAITING_TABS:
        ordered = _ordered_tasks(_tasks(user, tab, filters), filters, page_cursor)
        tasks = list(ordered.select_related("document__invoice", "leased_by", "assigned_to", "entity")[: size + 1])
        rows = _rows([task.document for task in tasks[:size]], tasks[:size])
        return QueuePage(rows, _task_cursor(filters, tasks[size - 1]) if len(tasks) > size else None)
    documents = _documents(user, tab, filters).filter(_older(page_cursor)).order_by("-pk")
    found = list(documents.select_related("invoice")[: size + 1])
    rows = _rows(found[:size], _open_tasks([document.pk for document in found[:size]]))
    return QueuePage(rows, str(found[size - 1].pk) if len(found) > size else None)


def counts(user: User) -> Counts:
    """How many documents each tab holds, counted up to COUNT_LIMIT, in one statement."""
    everything, counted, parameters = Filters(), list[str](), list[Any]()
    for tab in TABS:
        found: QuerySet[Any] = (
            _tasks(user, tab, everything).values("document")
            if tab in WAITING_TABS
            else _documents(user, tab, everything).values("pk")
        )
        try:
            sql, bound = found[:COUNT_LIMIT].query.sql_with_params()
        except EmptyResultSet:
            sql, bound = "SELECT 1 WHERE false", ()
        counted.append(f"(SELECT count(*) FROM ({sql}) AS found)")  # noqa: S608  the ORM's own SQL
        parameters += bound
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counted)}", parameters)
        return dict(zip(TABS, cursor.fetchone(), strict=True))


def counted(user: User, *, tab: Tab = "mine", filters: Filters | None = None, limit: int = COUNT_LIMIT) -> int:
    """How many documents a tab holds after the filters, counted up to a limit."""
    of = _tasks if tab in WAITING_TABS else _documents
    found: QuerySet[Any] = of(user, tab, filters or Filters())
    return found[:limit].count()


def waiting(user: User) -> int:
    """How many documents the person may decide now, counted up to a hundred."""
    return counted(user, limit=100)


def following(
    user: User, *, after: uuid.UUID | None, tab: Tab = "mine", filters: Filters | None = None
) -> list[uuid.UUID]:
    """The next few documents of a tab of waiting work that nobody else has open: those behind `after` first, then those
    from the beginning."""
    tab, filters = tab if tab in WAITING_TABS else "mine", filters or Filters()
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_by=user)
    tasks = _tasks(user, tab, filters).filter(free).exclude(document=after)
    here = Task.objects.filter(document=after).order_by("-pk").first() if after else None
    behind = _ordered_tasks(tasks, filters, _task_cursor(filters, here) if here else None)
    found = list(behind.values_list("document", flat=True)[:3])
    return found or list(_ordered_tasks(tasks, filters, None).values_list("document", flat=True)[:3])


def _tasks(user: User, tab: str, filters: Filters) -> QuerySet[Task]:
    tasks = Task.objects.filter(closed_at=None, waiting=True)
    match tab:
        case "mine":
            tasks = _once(tasks.filter(_for_me(user)), len(_own_gates(user)))
        case "team":
            tasks = _once(tasks.filter(_for_my_team(user)), len(_own_gates(user)))
        case "verify":
            tasks = tasks.filter(_visible(user), gate=Gate.VERIFY)
        case _:
            tasks = _once(tasks.filter(_visible(user), gate__in=PAYMENT_GATES), len(PAYMENT_GATES))
    if filters.due:
        today = timezone.now().date()
        tasks = tasks.filter(urgency__lt=today if filters.due == "overdue" else today + timedelta(days=7))
    return tasks.filter(_narrowed(filters, "document__"), search.matching(filters.q, "document"))


def _once(tasks: QuerySet[Task], gates: int) -> QuerySet[Task]:
    """Each document once, where these tasks are at several gates: by the last of those open at once, which fewest may
    decide, as on its screen (four_eyes.task_of)."""
    if gates < 2:
        return tasks
    later = tasks.filter(document=OuterRef("document"), gate__gt=OuterRef("gate"))
    return tasks.filter(Q(gate__in=(Gate.VERIFY, Gate.TREASURY)) | ~Exists(later))


def _documents(user: User, tab: str, filters: Filters) -> QuerySet[Document]:
    documents = Document.objects.filter(_visible(user))
    if tab == "posted":
        documents = documents.filter(state=State.POSTED)
    elif tab == "problems":
        documents = documents.filter(state__in=[State.FAILED, State.QUARANTINED, State.REJECTED])
    if filters.due:
        today = timezone.now().date()
        documents = documents.filter(
            invoice__due_date__lt=today if filters.due == "overdue" else today + timedelta(days=7)
        )
    return documents.filter(_narrowed(filters, ""), search.matching(filters.q, "pk"))


def _visible(user: User) -> Q:
    """At the entities whose documents the person may see; no condition where that is all of them."""
    entities = access.rights(user).get(access.VIEW, frozenset())
    return Q() if None in entities else Q(entity__in=entities)


def _narrowed(filters: Filters, path: str) -> Q:
    wanted = {
        f"{path}state": filters.state,
        "entity": filters.entity,
        f"{path}invoice__gross_amount__gte": filters.minimum,
        f"{path}invoice__gross_amount__lte": filters.maximum,
        f"{path}invoice__cost_centre": filters.centre or None,
    }
    return Q(**{name: value for name, value in wanted.items() if value is not None})


def _at(user: User, gate: Gate) -> Q:
    """Open at this gate, where the person may decide."""
    entities = access.rights(user).get(RIGHT[gate], frozenset())
    return Q(gate=gate) & (Q() if None in entities else Q(entity__in=entities))


def _for_me(user: User) -> Q:
    """What this person may decide now: not put off, on hold or another's, not touched by them, within their limit."""
    due = Q(postponed_until=None) | Q(postponed_until__lte=timezone.now())
    on_hold = Exists(Hold.objects.filter(document=OuterRef("document"), released_at=None))
    approvals = Q(pk=None)
    for gate in _own_gates(user) - {Gate.VERIFY}:
        approvals |= _at(user, gate)
    to_approve = approvals & ~Q(barred__contains=[user.pk]) & within_limits(user, "document__")
    verify = _at(user, Gate.VERIFY) if Gate.VERIFY in _own_gates(user) else Q(pk=None)
    not_given_away = Q(assigned_to=None) | Q(assigned_to=user)
    return due & not_given_away & ~on_hold & (verify | to_approve)


def _for_my_team(user: User) -> Q:
    """Everything that waits at the gates where the person works, whoever may decide it and whenever."""
    waiting = Q(pk=None)
    for gate in _own_gates(user):
        waiting |= _at(user, gate)
    return waiting


def _own_gates(user: User) -> set[Gate]:
    return {gate for gate in Gate if access.rights(user).get(RIGHT[gate])}


def _ordered_tasks(tasks: QuerySet[Task], filters: Filters, cursor: str | None) -> QuerySet[Task]:
    if filters.sort == "new":
        return tasks.filter(_older(cursor, "document")).order_by("-document")
    ordered = tasks.order_by("urgency", "document")
    if not cursor:
        return ordered
    day, _, key = cursor.partition(".")
    try:
        urgency, last = date.fromisoformat(day), uuid.UUID(key)
    except ValueError as error:
        raise Invalid("That page does not exist; begin with the first one.") from error
    return ordered.filter(Q(urgency__gt=urgency) | Q(urgency=urgency, document__gt=last), urgency__gte=urgency)


def _older(cursor: str | None, key: str = "pk") -> Q:
    try:
        return Q(**{f"{key}__lt": uuid.UUID(cursor)}) if cursor else Q()
    except ValueError as error:
        raise Invalid("That page does not exist; begin with the first one.") from error


def _task_cursor(filters: Filters, task: Task) -> str:
    return str(task.document_id) if filters.sort == "new" else f"{task.urgency.isoformat()}.{task.document_id}"


def _rows(documents: list[Document], open_tasks: Iterable[Task]) -> list[Row]:
    ids = [document.pk for document in documents]
    tasks = {task.document_id: task for task in open_tasks}
    holds = dict(Hold.objects.filter(document__in=ids, released_at=None).values_list("document", "name"))
    worst, reasons = _worst(ids), _reasons(ids)
    now = timezone.now()
    rows = []
    for document in documents:
        task = tasks.get(document.pk)
        held = task is not None and task.leased_until is not None and task.leased_until > now
        invoice: Invoice | None = getattr(document, "invoice", None)
        known = invoice is not None and invoice.supplier_id is not None
        quiet = worst.get(document.pk) in (None, Severity.INFO) and document.pk not in holds
        rows.append(
            Row(
                document=document,
                invoice=invoice,
                gate=task.gate if task else None,
                opened_at=task.opened_at if task else None,
                postponed_until=task.postponed_until if task else None,
                left=deadlines.left(task) if task else None,
                holder=task.leased_by.username if task and held and task.leased_by else None,
                assigned=task.assigned_to.username if task and task.assigned_to else None,
                hold=Hold.Name(holds[document.pk]).label if document.pk in holds else None,
                worst=worst.get(document.pk),
                reasons=reasons.get(document.pk, ()),
                clean=task is not None and task.gate == Gate.APPROVE and known and quiet,
            )
        )
    return rows


def _open_tasks(ids: Iterable[uuid.UUID]) -> QuerySet[Task]:
    tasks = Task.objects.filter(document__in=ids, closed_at=None).order_by("gate")
    return tasks.select_related("leased_by", "assigned_to", "entity")


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
