"""Received + parts = posted + rejected + in work + filed, per day and channel: what the log says came in, and what was
split off it, against what became of it. Filed: split into its parts, or attached to another document.

The log cannot be changed unseen, so a document whose row was removed, or one that appeared by no door, shows here.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

# An event's document is found by its key; `entity` None in the parameters stands for all.
_ROWS = """
    WITH received AS (
        SELECT (at AT TIME ZONE 'UTC')::date AS day, after->>'channel' AS channel,
            substr(subject, 10)::uuid AS id, action
        FROM audit_event
        WHERE action IN ('document.received', 'document.split_off') AND at >= %(since)s AND at < %(until)s
            AND (%(entities)s::text[] IS NULL OR after->>'entity' = ANY(%(entities)s))
    ), others AS (
        SELECT (at AT TIME ZONE 'UTC')::date AS day, after->>'channel' AS channel,
            count(*) FILTER (WHERE action = 'document.duplicate') AS duplicates,
            count(*) FILTER (WHERE action = 'document.refused') AS refused
        FROM audit_event
        WHERE action IN ('document.duplicate', 'document.refused') AND at >= %(since)s AND at < %(until)s
            AND (%(entities)s::text[] IS NULL OR after->>'entity' = ANY(%(entities)s))
        GROUP BY 1, 2
    ), counted AS (
        SELECT r.day, r.channel, count(*) FILTER (WHERE action = 'document.received') AS received,
            count(*) FILTER (WHERE action = 'document.split_off') AS parts,
            count(*) FILTER (WHERE d.state = 'posted') AS posted,
            count(*) FILTER (WHERE d.state = 'rejected') AS rejected,
            count(*) FILTER (WHERE d.state NOT IN ('posted', 'rejected', 'split', 'attached')) AS in_work,
            count(*) FILTER (WHERE d.state IN ('split', 'attached')) AS filed,
            count(*) FILTER (WHERE d.state = 'posted' AND NOT EXISTS (
                SELECT FROM audit_event e WHERE e.subject = 'document:' || r.id AND e.action = 'document.posted'
            )) AS posted_unlogged
        FROM received r LEFT JOIN documents_document d ON d.id = r.id
        GROUP BY 1, 2
    )
    SELECT coalesce(c.day, o.day), coalesce(c.channel, o.channel), coalesce(received, 0), coalesce(parts, 0),
        coalesce(posted, 0), coalesce(rejected, 0), coalesce(in_work, 0), coalesce(filed, 0),
        coalesce(posted_unlogged, 0), coalesce(duplicates, 0), coalesce(refused, 0)
    FROM counted c FULL JOIN others o ON o.day = c.day AND o.channel = c.channel
    ORDER BY 1 DESC, 2
"""

_UNLOGGED = """
    SELECT d.id FROM documents_document d
    WHERE d.received_at >= %(since)s AND d.received_at < %(until)s
        AND (%(entities)s::text[] IS NULL OR d.entity_id::text = ANY(%(entities)s))
        AND NOT EXISTS (
            SELECT FROM audit_event e WHERE e.subject = 'document:' || d.id
                AND e.action IN ('document.received', 'document.split_off')
        )
    ORDER BY d.id LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of one channel. Quarantined and failed documents are in work: a person must still decide."""

    day: date
    channel: str
    received: int
    parts: int
    posted: int
    rejected: int
    in_work: int
    filed: int
    posted_unlogged: int
    duplicates: int
    refused: int

    @property
    def missing(self) -> int:
        """Documents that the log says came in and that are nowhere."""
        return self.received + self.parts - self.posted - self.rejected - self.in_work - self.filed

    @property
    def complete(self) -> bool:
        return not self.missing and not self.posted_unlogged


@dataclass(frozen=True, slots=True)
class Completeness:
    """`unlogged`: documents that are here though the log never saw them come in (the first hundred)."""

    days: tuple[Day, ...]
    unlogged: tuple[uuid.UUID, ...]

    @property
    def complete(self) -> bool:
        return not self.unlogged and all(day.complete for day in self.days)


def completeness(since: datetime, until: datetime, entities: Iterable[uuid.UUID] | None = None) -> Completeness:
    """For what came in from `since` to, not including, `until`, newest first; `entities` None stands for all."""
    names = None if entities is None else [str(entity) for entity in entities]
    given = {"since": since, "until": until, "entities": names}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        days = tuple(Day(*row) for row in cursor.fetchall())
        cursor.execute(_UNLOGGED, given)
        return Completeness(days, tuple(id for (id,) in cursor.fetchall()))
