"""The whole log as files that `audit/verify.py` checks: events.jsonl, heads.jsonl and keys.txt."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connection, transaction

from audit import canonical
from audit.checkpoint import head_line
from audit.models import Checkpoint
from audit.verify import Key
from audit.witness import cosigned

_COLUMNS = "e.id, e.at, e.action, e.actor, e.subject, e.after::text, e.because::text, e.before::text"

# Tree order; the events that have no place yet come last, in the order of their ids.
EVENTS = f"""
    SELECT {_COLUMNS}, p.start + leaf.place AS leaf
    FROM audit_place p CROSS JOIN LATERAL unnest(p.ids) WITH ORDINALITY AS leaf (id, place)
    JOIN audit_event e ON e.id = leaf.id
    UNION ALL
    SELECT {_COLUMNS}, NULL FROM audit_event e, (SELECT range_agg(events) AS ids FROM audit_place) folded
    WHERE folded.ids IS NULL OR NOT folded.ids @> e.id
    ORDER BY leaf NULLS LAST, id
"""  # noqa: S608


def entries() -> Iterator[bytes]:
    """Every event's canonical form in tree order, then those not folded yet.

    They are put together from the columns people are shown, not by the database's own function.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(EVENTS)
        for *columns, _ in cursor:
            yield canonical.assemble(*columns)


def export(folder: Path, keys: Sequence[Key]) -> None:
    """Write the bundle into `folder`, which is created. All of it shows the log at one moment."""
    folder.mkdir(parents=True, exist_ok=True)
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        heads = list(Checkpoint.objects.order_by("size").prefetch_related("cosignatures"))
        with (folder / "events.jsonl").open("wb") as file:
            file.writelines(entry + b"\n" for entry in entries())
    (folder / "heads.jsonl").write_text("".join(head_line(head, cosigned(head)) for head in heads))
    (folder / "keys.txt").write_text("".join(f"{key}\n" for key in keys))
