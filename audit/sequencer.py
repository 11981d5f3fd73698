"""Folds committed events into the Merkle tree, without a lock that any writer waits for.

Ids are drawn before their transactions commit, so an event may appear behind later ones. A fold takes every visible
event that is in no batch yet and lies above the mark, below which nothing can appear any more. To move the mark, a
batch notes the highest id its fold had seen, and its own transaction's number, drawn after its snapshot. A writer draws
its number before its id (migration 0002), so every id up to the noted one belongs to a transaction with a lower number.
A later fold that finds all those ended has seen all they wrote, and moves the mark there for the folds after it.
"""

from django.db import connection, transaction

from audit import tree
from audit.merkle import perfect_root

LIMIT = 4096
_LOCK = 6_021_023  # any number no other advisory lock of the project uses

# One statement, so one snapshot. A `seen_xid` at or above the snapshot's end is from before a dump was restored into
# a new server, whose transaction numbers start again: the transactions it speaks of are long over.
_FOLD = """
    WITH last AS (
        SELECT start + size AS size, settled_id AS mark FROM audit_batch
        UNION ALL SELECT 0, 0
        ORDER BY size DESC LIMIT 1
    ), ended AS (
        SELECT start, seen_id FROM audit_batch
        WHERE seen_xid < pg_snapshot_xmin(pg_current_snapshot()) OR seen_xid >= pg_snapshot_xmax(pg_current_snapshot())
        UNION ALL SELECT -1, 0  -- least() would pass over a NULL
        ORDER BY start DESC LIMIT 1
    ), folded AS (
        SELECT coalesce(range_agg(events), '{}') AS ids
        FROM audit_batch WHERE events && int8range((SELECT mark FROM last) + 1, NULL)
    ), pending AS (
        SELECT e.id, audit_leaf(e) AS leaf FROM audit_event e, folded
        WHERE e.id > (SELECT mark FROM last) AND NOT folded.ids @> e.id
        ORDER BY e.id LIMIT %(limit)s
    ), batch AS (
        SELECT
            count(*) AS size, count(*) = %(limit)s AS full, max(id) AS newest, range_agg(int8range(id, id + 1)) AS ids,
            string_agg(leaf, ''::bytea ORDER BY id) AS hashes
        FROM pending
    )
    INSERT INTO audit_batch (start, size, hashes, events, settled_id, seen_id, seen_xid)
    SELECT
        last.size,
        batch.size,
        batch.hashes,
        batch.ids,
        greatest(last.mark, CASE WHEN batch.full THEN least(ended.seen_id, batch.newest) ELSE ended.seen_id END),
        CASE WHEN batch.full THEN batch.newest ELSE greatest(batch.newest, upper(folded.ids) - 1) END,
        pg_current_xact_id()
    FROM last, ended, folded, batch WHERE batch.size > 0
    RETURNING start, size
"""


def fold(limit: int = LIMIT) -> int:
    """Give up to `limit` events their place in the tree; return how many, 0 while another sequencer folds."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, {"limit": limit})
        row = cursor.fetchone()
        if row is None:
            return 0
        start, count = row
        _keep_nodes(start, start + count)
    return int(count)


def fold_all() -> int:
    """Fold what is there, batch by batch, and return how many events that were. What comes meanwhile can wait."""
    total = count = fold()
    while count == LIMIT:
        total += (count := fold())
    return total


def _keep_nodes(old: int, new: int) -> None:
    """Store the inner nodes that growing from `old` to `new` leaves completed."""
    level = tree.BLOCK_LEVELS
    while new >> level:
        first, end = old >> level, new >> level
        below = tree.nodes(level - tree.BLOCK_LEVELS, first * tree.BLOCK, end * tree.BLOCK)
        added = [
            (level, first + number, perfect_root(below[number * tree.BLOCK : (number + 1) * tree.BLOCK]))
            for number in range(end - first)
        ]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO audit_node (level, index, hash) VALUES (%s, %s, %s)", added)
        level += tree.BLOCK_LEVELS
