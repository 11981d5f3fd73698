"""The log's Merkle tree as it is stored: which event is which leaf, and the inner nodes worth keeping.

Leaf hashes lie together in the batches, those of the edge behind them are computed from its events; of the inner nodes
every eighth level is kept. So any proof needs a few blocks of at most 256 hashes, which one statement reads.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection

from audit.merkle import Complete, perfect_root

BLOCK_LEVELS = 8
BLOCK = 1 << BLOCK_LEVELS

Range = tuple[int, int, int]
"""A level and, on it, the first node and the one after the last. Level 0 holds the leaf hashes."""


Answer = TypeVar("Answer")


class DamagedTreeError(Exception):
    """Leaves or nodes that the tree needs are missing from the database."""


def size() -> int:
    """Number of leaves folded so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT start + cardinality(ids) FROM audit_edge")
        row = cursor.fetchone()
    if row is None:
        raise DamagedTreeError("the row that says where the tree ends is missing")
    return int(row[0])


INDEX_OF = "(SELECT start + array_position(ids, {id}) - 1 FROM audit_place WHERE events @> {id})"


def index_of(event_id: int) -> int | None:
    """The leaf that is this event; None while it is not folded."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {INDEX_OF.format(id='%(id)s::bigint')}", {"id": event_id})
        (index,) = cursor.fetchone()
    return None if index is None else int(index)


# A block of 256 leaves lies in one batch, in the edge, or in both.
_READ = """
    SELECT CASE WHEN level > 0 THEN (
        SELECT string_agg(hash, ''::bytea ORDER BY index) FROM audit_node
        WHERE level = wanted.level AND index >= wanted.first AND index < wanted.last
    ) ELSE coalesce((
        SELECT string_agg(
            substr(hashes, 1 + 32 * greatest(first - start, 0)::int, 32 * (last - greatest(first, start))::int),
            ''::bytea ORDER BY start
        ) FROM audit_batch
        WHERE start >= coalesce((SELECT max(start) FROM audit_batch WHERE start <= first), 0) AND start < last
    ), '') || coalesce((
        SELECT string_agg(audit_leaf(e), ''::bytea ORDER BY place)
        FROM audit_edge
        CROSS JOIN unnest(ids[greatest(first - start, 0)::int + 1 : (last - start)::int])
            WITH ORDINALITY AS leaf (id, place)
        JOIN audit_event e ON e.id = leaf.id
        WHERE start < last
    ), '') END
    FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) WITH ORDINALITY AS wanted (level, first, last, number)
    ORDER BY number
"""


def read(ranges: Sequence[Range]) -> list[list[bytes]]:
    """The hashes of each range, all as one moment shows them. Raises DamagedTreeError where one is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(part) for part in zip(*ranges, strict=True)] or [[], [], []])
        rows = cursor.fetchall()
    found = []
    for (level, first, last), (joined,) in zip(ranges, rows, strict=True):
        hashes = bytes(joined or b"")[: 32 * (last - first)]
        if len(hashes) != 32 * (last - first):
            what = f"nodes {first} to {last - 1} at level {level}" if level else f"leaves {first} to {last - 1}"
            raise DamagedTreeError(f"of the {what}, {last - first - len(hashes) // 32} are missing")
        found.append([hashes[at : at + 32] for at in range(0, len(hashes), 32)])
    return found


def ask(question: Callable[[Complete], Answer]) -> Answer:
    """What `question`, a function of `audit.merkle`, computes over the stored tree.

    It is asked twice: first to learn which subtrees it wants, for it wants the same whatever their hashes are, and
    again when one statement has read them.
    """
    wanted: dict[tuple[int, int], None] = {}

    def note(level: int, index: int) -> bytes:
        wanted[level, index] = None
        return bytes(32)

    question(note)
    below = read([_kept_below(level, index) for level, index in wanted])
    found = dict(zip(wanted, below, strict=True))
    return question(lambda level, index: perfect_root(found[level, index]))


def _kept_below(level: int, index: int) -> Range:
    """The kept nodes that a subtree's root is computed from."""
    kept = level - level % BLOCK_LEVELS
    width = 1 << (level - kept)
    return kept, index * width, (index + 1) * width
