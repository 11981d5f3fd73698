"""Folds committed events into the Merkle tree, without a lock that any writer waits for.

Ids are drawn before their transactions commit, so an event may appear behind later ones. A fold takes every visible
event that has no place yet and lies above the mark, below which nothing can appear any more. To move the mark, a fold
notes the highest id it had seen, and its own transaction's number, drawn after its snapshot. A writer draws its number
before its id (migration 0002), so every id up to the noted one belongs to a transaction with a lower number. A later
fold that finds all those ended has seen all they wrote, moves the mark there for the folds after it, and notes anew.

The events stand in the edge, one row that grows, until they fill blocks of 256, which a batch takes over with their
hashes. Both are one transaction.
"""

from django.db import connection, transaction

from audit import tree
from audit.merkle import perfect_root

LIMIT = 4096
_LOCK = 6_021_023  # any number no other advisory lock of the project uses

# One statement, so one snapshot. A `seen_xid` at or above the snapshot's end is from before a dump was restored into
# a new server, whose transaction numbers start again: the transactions it speaks of are long over.
_FOLD = """
    WITH folded AS (
        SELECT coalesce(range_agg(events), '{}') AS ids
        FROM audit_place WHERE events && int8range((SELECT settled_id FROM audit_edge) + 1, NULL)
    ), pending AS (
        SELECT id FROM audit_event, folded
        WHERE id > (SELECT settled_id FROM audit_edge) AND NOT folded.ids @> id
        ORDER BY id LIMIT %(limit)s
    ), found AS (
        SELECT array_agg(id ORDER BY id) AS ids, max(id) AS newest, count(*) = %(limit)s AS full FROM pending
    ), seen AS (
        SELECT
            CASE WHEN found.full THEN found.newest ELSE greatest(found.newest, upper(folded.ids) - 1) END AS id,
            CASE WHEN found.full THEN least(seen_id, found.newest) ELSE seen_id END AS settled_id,
            seen_xid < pg_snapshot_xmin(pg_current_snapshot()) OR seen_xid >= pg_snapshot_xmax(pg_current_snapshot())
                AS ended
        FROM audit_edge, found, folded
    )
    UPDATE audit_edge SET
        ids = audit_edge.ids || found.ids,
        settled_id = CASE WHEN seen.ended THEN greatest(audit_edge.settled_id, seen.settled_id)
            ELSE audit_edge.settled_id END,
        seen_id = CASE WHEN seen.ended THEN seen.id ELSE audit_edge.seen_id END,
        seen_xid = CASE WHEN seen.ended THEN pg_current_xact_id() ELSE audit_edge.seen_xid END
    FROM found, seen WHERE found.ids IS NOT NULL
    RETURNING cardinality(found.ids), start, start + cardinality(audit_edge.ids)
"""
_PACK = """
    INSERT INTO audit_batch (start, ids, hashes)
    SELECT start, ids[:%(whole)s], (
        SELECT string_agg(audit_leaf(e), ''::bytea ORDER BY place)
        FROM unnest(ids[:%(whole)s]) WITH ORDINALITY AS leaf (id, place) JOIN audit_event e ON e.id = leaf.id
    ) FROM audit_edge
"""
_TAKEN_OVER = "UPDATE audit_edge SET start = start + %(whole)s, ids = ids[%(whole)s + 1:]"


def fold(limit: int = LIMIT, block: int = tree.BLOCK) -> int:
    """Give up to `limit` events their place in the tree; return how many, 0 while another sequencer folds.

    Batches take over leaves by the `block`.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, {"limit": limit})
        row = cursor.fetchone()
        if row is None:
            return 0
        count, start, size = row
        if whole := (size - start) // block * block:
            cursor.execute(_PACK, {"whole": whole})
            cursor.execute(_TAKEN_OVER, {"whole": whole})
        _keep_nodes(size - count, size)
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
    while (end := new >> level) > (first := old >> level):
        (below,) = tree.read([(level - tree.BLOCK_LEVELS, first * tree.BLOCK, end * tree.BLOCK)])
        added = [
            (level, first + number, perfect_root(below[number * tree.BLOCK : (number + 1) * tree.BLOCK]))
            for number in range(end - first)
        ]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO audit_node (level, index, hash) VALUES (%s, %s, %s)", added)
        level += tree.BLOCK_LEVELS
