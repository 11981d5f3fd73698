"""What an auditor's pack holds: each part is a file name and what is written into it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q

import audit.verify
from audit import canonical, proofs
from audit.checkpoint import head_line
from audit.export import entries
from audit.models import Checkpoint, Event
from audit.personal import opened
from audit.signing import configured
from automation.documents.completeness import completeness
from automation.documents.models import Document, Extraction
from automation.policy.models import Policy
from review.access import ROLES, roles_of
from review.access_review import everybody
from review.models import Correction, Decision
from review.pack.cells import csv_lines
from review.pack.process import description

Lines = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC; `until` is the last one."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)


def parts(period: Period) -> list[tuple[str, Callable[[], Lines]]]:
    """In the order in which they are written."""
    return [
        ("README.txt", lambda: [README.format(first=period.first, last=period.last).encode()]),
        ("log/events.jsonl", lambda: (entry + b"\n" for entry in entries())),
        ("log/heads.jsonl", lambda: (head_line(head).encode() for head in Checkpoint.objects.order_by("size"))),
        ("log/keys.txt", lambda: (f"{key}\n".encode() for key in configured().keys)),
        ("verify.py", lambda: [Path(audit.verify.__file__).read_bytes()]),
        ("events.csv", lambda: _events(period)),
        ("originals.csv", lambda: _originals(period)),
        ("proofs.jsonl", lambda: _proofs(period)),
        ("completeness.csv", lambda: _completeness(period)),
        ("roles.csv", _roles),
        ("segregation_of_duties.csv", lambda: _conflicts(period)),
        ("bank_changes.csv", lambda: _of_actions(period, "supplier.bank_account")),
        ("access_changes.csv", lambda: _of_actions(period, "role.", "user.", "token.", "stand_in.")),
        ("policies.csv", _policies),
        ("models.csv", lambda: _models(period)),
        ("process.md", lambda: [description().encode()]),
    ]


def in_period(period: Period) -> Any:
    return Event.objects.filter(at__gte=period.since, at__lt=period.until).order_by("id")


_EVENT = ("id", "at", "action", "actor", "subject", "before", "after", "because", "leaf_hash")


def _event_rows(events: Any) -> Iterator[Sequence[object]]:
    for chunk in batched(events.iterator(chunk_size=2000), 2000):
        for event, shown in zip(chunk, opened(chunk), strict=True):
            payloads = ("" if p is None else canonical.dumps(p) for p in (shown.before, shown.after, shown.because))
            hash = audit.verify.leaf_hash(canonical.entry(event)).hex()
            yield (event.id, canonical.timestamp(event.at), event.action, event.actor, event.subject, *payloads, hash)


def batched(events: Iterable[Event], size: int) -> Iterator[list[Event]]:
    remaining = iter(events)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _events(period: Period) -> Lines:
    return csv_lines(_EVENT, _event_rows(in_period(period)))


def _of_actions(period: Period, *starts: str) -> Lines:
    named = Q()
    for start in starts:
        named |= Q(action__startswith=start)
    return csv_lines(_EVENT, _event_rows(in_period(period).filter(named)))


def _originals(period: Period) -> Lines:
    header = ("document", "entity", "received", "channel", "file", "bytes", "sha256", "state")
    found = Document.objects.filter(received_at__gte=period.since, received_at__lt=period.until).order_by("received_at")
    columns = ("pk", "entity__name", "received_at", "channel", "filename", "size", "sha256", "state")
    return csv_lines(header, found.values_list(*columns).iterator(chunk_size=2000))


def _proofs(period: Period) -> Lines:
    """Of every posting in the period: the proof that `verify.py` checks, one a line."""
    head = Checkpoint.objects.order_by("-size").first()
    for id in in_period(period).filter(action="document.posted").values_list("id", flat=True).iterator():
        try:
            yield json.dumps(proofs.inclusion(id, head)).encode() + b"\n"
        except proofs.NotSealedError:
            continue


def _completeness(period: Period) -> Lines:
    found = completeness(period.since, period.until)
    sums = ("received", "parts", "posted", "rejected", "in_work", "filed", "missing")
    header = ("day", "channel", *sums, "duplicates", "refused")
    return csv_lines(header, ([getattr(day, name) for name in header] for day in found.days))


def _roles() -> Lines:
    header = ("person", "name", "active", "last signed in", "role", "entity", "rights")
    return csv_lines(header, (row for person in User.objects.order_by("username") for row in _held(person)))


def _held(person: User) -> Iterator[Sequence[object]]:
    known = (person.username, person.get_full_name(), person.is_active, person.last_login)
    held = roles_of(person)
    for role, entity in held:
        yield (*known, role, entity.name if entity else "all", " ".join(sorted(ROLES[role])))
    if not held:
        yield (*known, "", "", "")


def _conflicts(period: Period) -> Lines:
    header = ("kind", "person", "entity or document", "what")
    return csv_lines(header, [*_conflicting_roles(), *_conflicting_decisions(period)])


def _conflicting_roles() -> Iterator[Sequence[object]]:
    for access in everybody():
        for where, what in access.conflicts:
            yield ("roles", access.person.username, where.name if where else "all", what)


def _conflicting_decisions(period: Period) -> Iterator[Sequence[object]]:
    """Approvals by whoever handed in or corrected the document: the database refuses them, so there are none."""
    touched = Correction.objects.filter(document=OuterRef("document"), by=OuterRef("by"))
    found = (
        Decision.objects.filter(at__gte=period.since, at__lt=period.until, gate="approve", verdict="approved")
        .filter(Q(Exists(touched)) | Q(document__uploaded_by=F("by")))
        .values_list("by__username", "document_id")
    )
    for username, document in found:
        yield ("approval", username, document, "approved what they had handed in or corrected")


def _policies() -> Lines:
    header = ("version", "digest", "published", "by", "body")
    rows = Policy.objects.order_by("version").values_list("version", "digest", "published_at", "published_by__username")
    bodies = dict(Policy.objects.values_list("version", "body"))
    return csv_lines(header, ((*row, json.dumps(bodies[row[0]], sort_keys=True)) for row in rows))


def _models(period: Period) -> Lines:
    header = ("reader", "digest", "first used", "last used", "documents")
    used: dict[tuple[str, str], list[Any]] = {}
    found = Extraction.objects.filter(created_at__gte=period.since, created_at__lt=period.until).order_by("created_at")
    for reader, digest, at in found.values_list("reader", "digest", "created_at").iterator():
        first, _, count = used.get((reader, digest), (at, at, 0))
        used[reader, digest] = [first, at, count + 1]
    return csv_lines(header, ((*key, *row) for key, row in used.items()))


README = """Auditor's pack, {first} to {last} (days in UTC)

Check it on your own machine, with Python 3.11 or newer and the package `cryptography`:

    python verify.py log --key 'KEY' --heads YOUR-COPY-OF-THE-HEADS

KEY is the log's public key as you were told it by a way that the log's operator does not control; log/keys.txt holds
what the log itself says. Your own copy of the signed heads shows that nothing was changed since you were given it.
verify.py itself is short enough to be read; take it from the published source if you do not trust the one here.

log/                       the whole log, from its first event on, with every signed head
events.csv                 the events of the period
originals.csv              SHA-256 of every original received in the period
proofs.jsonl               a proof of every posting in the period: save a line as a file and give it to verify.py
completeness.csv           received + parts = posted + rejected + in work + filed, per day and channel
roles.csv                  who may do what today; access_changes.csv: what changed about that in the period
segregation_of_duties.csv  roles that should not be one person's, and approvals of one's own work
bank_changes.csv           bank accounts added and confirmed in the period
policies.csv, models.csv   every policy version; what read the documents of the period
process.md                 description of the process, from the running configuration

In CSV files a cell that a spreadsheet would take for a formula begins with an apostrophe.
"""
