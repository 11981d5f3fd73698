"""Searching the log by person, document, supplier, action and time, within the entities that a person may see."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate
from django.utils import timezone

from audit.events import EVENTS
from audit.models import Event
from audit.personal import opened
from automation.documents.models import Document
from automation.ledger.models import Supplier
from review.access import AUDIT, allowed_entities, rights

PAGE = 100
_SHARES = 6  # actions in the chart of the most frequent
_MOST = 500  # documents or suppliers that one search term may stand for


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for; empty means anything. `action` may be a prefix that ends with a point. Days are in UTC."""

    person: str = ""
    document: str = ""
    supplier: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the activity chart; `height` in percent of the busiest day."""

    day: date
    count: int
    height: float
    x: float


@dataclass(frozen=True, slots=True)
class Share:
    """How often one action happened; `percent` of the most frequent one."""

    action: str
    meaning: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Activity:
    """`most`: events of the busiest day."""

    most: int
    days: list[Bar]
    actions: list[Share]


def visible_events(user: User) -> QuerySet[Event]:
    """All events for who may see the log of all entities; else those of the documents and suppliers of theirs."""
    if None in rights(user).get(AUDIT, frozenset()):
        return Event.objects.all()
    entities = allowed_entities(user, AUDIT)
    documents = Document.objects.filter(entity__in=entities).values(key=_subject("document"))
    suppliers = Supplier.objects.filter(entity__in=entities).values(key=_subject("supplier"))
    return Event.objects.filter(Q(subject__in=documents) | Q(subject__in=suppliers))


def _subject(kind: str) -> Concat:
    return Concat(Value(f"{kind}:"), Cast("pk", CharField()), output_field=CharField())


def search(user: User, asked: Asked) -> list[Event]:
    """Newest first, a page and one more, so that the caller sees whether there is another."""
    events = visible_events(user)
    if asked.person:
        events = events.filter(actor__in=[f"user:{name}" for name in _usernames(asked.person)])
    if asked.document:
        events = events.filter(subject__in=_documents(user, asked.document))
    if asked.supplier:
        events = events.filter(subject__in=_of_supplier(user, asked.supplier))
    if asked.action.endswith("."):
        events = events.filter(action__startswith=asked.action)
    elif asked.action:
        events = events.filter(action=asked.action)
    if asked.first:
        events = events.filter(at__gte=_midnight(asked.first))
    if asked.last:
        events = events.filter(at__lt=_midnight(asked.last) + timedelta(days=1))
    if asked.before:
        events = events.filter(id__lt=asked.before)
    return opened(events.order_by("-id")[: PAGE + 1])


def activity(user: User, days: int = 30) -> Activity:
    """What happened in these days, of which today is the last."""
    today = timezone.now().date()
    since = today - timedelta(days=days - 1)
    found = (
        visible_events(user)
        .filter(at__gte=_midnight(since))
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values_list("day", "action")
        .annotate(count=Count("id"))
        .order_by()
    )
    by_day, by_action = Counter[date](), Counter[str]()
    for day, action, count in found:
        by_day[day] += count
        by_action[action] += count
    most, frequent = max(by_day.values(), default=1), by_action.most_common(_SHARES)
    shown = [since + timedelta(days=n) for n in range(days)]
    return Activity(
        most=most,
        days=[Bar(day, by_day[day], round(by_day[day] / most * 100, 1), n * 100 / days) for n, day in enumerate(shown)],
        actions=[Share(name, EVENTS[name], count, 100 * count // frequent[0][1]) for name, count in frequent],
    )


def named(events: Iterable[Event]) -> dict[str, str]:
    """What the subjects that are documents or suppliers are called."""
    subjects = {event.subject for event in events}
    documents = Document.objects.filter(pk__in=_ids(subjects, "document:")).values_list("pk", "filename")
    suppliers = Supplier.objects.filter(pk__in=_ids(subjects, "supplier:")).values_list("pk", "name")
    return {f"document:{pk}": name for pk, name in documents} | {f"supplier:{pk}": name for pk, name in suppliers}


def _ids(subjects: Iterable[str], kind: str) -> list[str]:
    return [id for subject in subjects if subject.startswith(kind) and _is_uuid(id := subject.removeprefix(kind))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _usernames(text: str) -> list[str]:
    parts = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
    return [text, *User.objects.filter(parts).values_list("username", flat=True)[:_MOST]]


def _documents(user: User, text: str) -> list[str]:
    if _is_uuid(text):
        return [f"document:{uuid.UUID(text)}"]
    found = Document.objects.filter(entity__in=allowed_entities(user, AUDIT)).filter(
        Q(filename__icontains=text) | Q(invoice__number__icontains=text)
    )
    return [f"document:{pk}" for pk in found.order_by("-received_at").values_list("pk", flat=True)[:_MOST]]


def _of_supplier(user: User, text: str) -> list[str]:
    entities = allowed_entities(user, AUDIT)
    suppliers = list(
        Supplier.objects.filter(entity__in=entities, name__icontains=text).values_list("pk", flat=True)[:_MOST]
    )
    documents = Document.objects.filter(entity__in=entities).filter(
        Q(invoice__supplier__in=suppliers) | Q(invoice__seller_name__icontains=text)
    )
    found = documents.order_by("-received_at").values_list("pk", flat=True)[:_MOST]
    return [*(f"supplier:{pk}" for pk in suppliers), *(f"document:{pk}" for pk in found)]


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
