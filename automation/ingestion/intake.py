"""What came in, and whether all of it is accounted for.

received = posted + rejected + in work + refused + duplicate

A file that was split counts as posted once all its documents are decided and one is posted; one that is attached to
another document stands where that one does.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncHour
from django.utils import timezone

from automation.documents.models import Document, State
from automation.ingestion.models import Arrival, Channel, Mail

Entities = Collection[uuid.UUID]
SETTLING = timedelta(minutes=10)  # a mail is handed in by then


@dataclass(frozen=True, slots=True)
class DayOfChannel:
    """What came by one channel on one day (UTC), and where it is now.

    `received` is counted where files come in (the parts of each mail, what else was handed in), the others at the door
    and among the documents: `missing` is not zero where a file came in and nothing became of it.
    """

    day: date
    channel: str
    received: int
    posted: int
    rejected: int
    in_work: int
    refused: int
    duplicate: int

    @property
    def missing(self) -> int:
        return self.received - self.posted - self.rejected - self.in_work - self.refused - self.duplicate


def by_hour(entities: Entities, *, hours: int) -> Mapping[datetime, Counter[str]]:
    """How many files came by each channel in each of the last hours, the oldest first."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    counted: dict[datetime, Counter[str]] = {
        now - timedelta(hours=back): Counter() for back in range(hours - 1, -1, -1)
    }
    rows = (
        Arrival.objects.filter(entity__in=entities, at__gte=min(counted))
        .values(name=_name(), hour=TruncHour("at"))
        .annotate(count=Count("pk"))
        .order_by()
    )
    for row in rows:
        counted.setdefault(row["hour"], Counter())[row["name"]] += row["count"]
    return counted


def completeness(entities: Entities, *, days: int) -> list[DayOfChannel]:
    """The sum for each of the last days and channels, the newest day first."""
    since = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    arrivals = Arrival.objects.filter(entity__in=entities).annotate(moment=Coalesce("mail__received_at", "at"))
    found: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for row in (
        arrivals.filter(at__gte=since, moment__gte=since)  # a file is handed in after its mail came
        .annotate(standing=_STANDING)
        .values("outcome", "standing", name=_name(), day=TruncDate("moment"))
        .annotate(count=Count("pk"), alone=Count("pk", filter=Q(mail=None)))
        .order_by()
    ):
        here = found[row["day"], row["name"]]
        here[_place(row["outcome"], row["standing"])] += row["count"]
        here["received"] += row["alone"]
    for row in (
        _mails(entities)
        .filter(received_at__gte=since)
        .values(name=F("channel__name"), day=TruncDate("received_at"))
        .annotate(count=Sum(F("files") - F("known")))
        .order_by()
    ):
        found[row["day"], row["name"]]["received"] += row["count"]
    places = ("received", "posted", "rejected", "in_work", "refused", "duplicate")
    rows = [DayOfChannel(day, name, *(here[place] for place in places)) for (day, name), here in found.items()]
    return sorted(rows, key=lambda row: (-row.day.toordinal(), row.channel))


def refusals(entities: Entities) -> QuerySet[Arrival]:
    """Refused and not tried again since, the newest first, for as long as their bytes are kept."""
    since = timezone.now() - timedelta(days=settings.REFUSED_KEEP_DAYS)
    refused = Arrival.objects.filter(entity__in=entities, outcome="refused", retries=None, at__gte=since)
    return refused.select_related("entity", "source", "mail").order_by("-pk")


def duplicates(entities: Entities) -> QuerySet[Arrival]:
    found = Arrival.objects.filter(entity__in=entities, outcome="duplicate")
    return found.select_related("entity", "source", "document").order_by("-pk")


def stuck_mails(entities: Entities) -> int:
    """Mails that were kept and whose files were not all handed in: they are, when their channel is looked at again."""
    return _mails(entities).filter(done_at=None, received_at__lt=timezone.now() - SETTLING).count()


def channels(entities: Entities) -> QuerySet[Channel]:
    return Channel.objects.filter(entity__in=entities).select_related("entity").order_by("name")


def _mails(entities: Entities) -> QuerySet[Mail]:
    return Mail.objects.filter(channel__entity__in=entities)


def _name() -> Coalesce:
    return Coalesce("source__name", "channel")


_PARTS = Document.objects.filter(parent=OuterRef("document")).exclude(state=State.SPLIT)
_STANDING = Case(
    When(document__state=State.ATTACHED, then=F("document__attached_to__state")),
    When(~Q(document__state=State.SPLIT), then=F("document__state")),
    When(Exists(_PARTS.exclude(state__in=(State.POSTED, State.REJECTED, State.ATTACHED))), then=Value("in_work")),
    When(Exists(_PARTS.filter(state=State.POSTED)), then=Value(State.POSTED.value)),
    default=Value(State.REJECTED.value),
)


def _place(outcome: str, state: str | None) -> str:
    if outcome != "accepted":
        return outcome
    return {State.POSTED.value: "posted", State.REJECTED.value: "rejected"}.get(state or "", "in_work")
