"""How the log stands: its last head, the last copy outside, the last full check, and what is wrong with them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from audit import tree
from audit.models import Checkpoint, HeadCopy, Verification
from audit.verify import BrokenError, Head, Key, open_head

HEAD_WITHIN = timedelta(minutes=5)
CHECK_WITHIN = timedelta(hours=36)
_TAIL = 64 * 1024
_NEWER = """
    WITH folded AS (
        SELECT coalesce(range_agg(events), '{}') AS ids
        FROM audit_place WHERE events && int8range((SELECT settled_id FROM audit_edge) + 1, NULL)
    )
    SELECT count(*), min(at) FROM audit_event WHERE id IN (
        SELECT unnest(ids[greatest(%(size)s - start, 0)::int + 1:]) FROM audit_place
        WHERE start >= coalesce((SELECT max(start) FROM audit_batch WHERE start <= %(size)s), 0)
        UNION ALL
        SELECT id FROM audit_event, folded
        WHERE id > (SELECT settled_id FROM audit_edge) AND NOT folded.ids @> id
    )
"""


@dataclass(frozen=True, slots=True)
class Status:
    """`waiting`: events that no head covers yet. `alarms`: what a person must look at now, in words."""

    entries: int
    waiting: int
    head: Checkpoint | None
    outside: Head | None
    verification: Verification | None
    alarms: tuple[str, ...]


def status(keys: tuple[Key, ...], heads_file: Path) -> Status:
    """Cheap: the last lines of the outside file and a few rows."""
    head = Checkpoint.objects.order_by("-size").first()
    verification = Verification.objects.order_by("-id").first()
    alarms = []
    try:
        outside = newest_line(heads_file, keys)
    except BrokenError as error:
        outside = None
        alarms.append(f"The copy outside the database is not what was written: {error}")
    covered, entries = (head.size if head else 0), max(tree.size(), head.size if head else 0)
    unfolded, oldest = _newer_than(covered)
    now = timezone.now()
    if oldest is not None and now - oldest > HEAD_WITHIN:
        alarms.append(f"Events wait for a signed head since {oldest:%d %b %Y, %H:%M} UTC. Is the signer running?")
    if head is not None and (outside is None or outside.size < head.size) and now - head.at > HEAD_WITHIN:
        alarms.append("The newest head is not in the copy outside the database.")
    if outside is not None and outside.size > entries:
        alarms.append(f"{outside.size} events were signed for, but the database has {entries}.")
    alarms += [f"The {copy.receiver} does not take the heads: {copy.problem}" for copy in _troubled()]
    if verification is not None and not verification.intact:
        alarms.append(f"The last full check found the log broken: {verification.said}")
    if head is not None and now - _since(verification) > CHECK_WITHIN:
        alarms.append("The last full check is more than 36 hours ago.")
    return Status(max(entries, covered + unfolded), unfolded, head, outside, verification, tuple(alarms))


def newest_line(heads_file: Path, keys: tuple[Key, ...]) -> Head | None:
    """The last whole line of the heads kept outside, its signature checked; None where there is no such file yet."""
    if not heads_file.exists():
        return None
    with heads_file.open("rb") as file:
        file.seek(max(0, heads_file.stat().st_size - _TAIL))
        lines = file.read().decode(errors="replace").split("\n")[:-1]
    if not lines:
        return None
    try:
        return open_head(json.loads(lines[-1])["note"], keys)
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenError(f"its last line cannot be read: {lines[-1][:80]!r}") from error


def _troubled() -> list[HeadCopy]:
    return list(HeadCopy.objects.exclude(problem=""))


def _since(verification: Verification | None) -> datetime:
    if verification is not None:
        return verification.at
    first = Checkpoint.objects.order_by("size").first()
    return first.at if first else timezone.now()


def _newer_than(size: int) -> tuple[int, datetime | None]:
    """How many events the first `size` leaves do not hold, and when the oldest of them was written."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWER, {"size": size})
        count, oldest = cursor.fetchone()
    return int(count), oldest
