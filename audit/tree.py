"""The log's Merkle tree as it is stored: which event is which leaf, and the inner nodes worth keeping.

Leaf hashes lie together in the batches; of the inner nodes every eighth level is kept, so that any proof
reads a few blocks of at most 256 hashes.
"""

from django.db import connection

from audit.merkle import Complete, perfect_root

BLOCK_LEVELS = 8
BLOCK = 1 << BLOCK_LEVELS


class DamagedTreeError(Exception):
    """Leaves or nodes that the tree needs are missing from the database."""


def size() -> int:
    """Number of leaves folded so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT start + size FROM audit_batch ORDER BY start DESC LIMIT 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def index_of(event_id: int) -> int | None:
    """The leaf that is this event; None while it is not folded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.start + (SELECT coalesce(sum(least(upper(r), %(id)s) - lower(r)), 0)"
            " FROM unnest(b.events) r WHERE lower(r) < %(id)s)"
            " FROM audit_batch b WHERE b.events @> %(id)s::bigint",
            {"id": event_id},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


_LEAVES = """
    SELECT substr(hashes, 1 + 32 * greatest(%(start)s - start, 0)::int, 32 * (%(end)s - start)::int) FROM audit_batch
    WHERE start >= coalesce((SELECT max(start) FROM audit_batch WHERE start <= %(start)s), 0) AND start < %(end)s
    ORDER BY start
"""


def leaves(start: int, end: int) -> list[bytes]:
    """The leaf hashes from `start` up to, not including, `end`."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, {"start": start, "end": end})
        joined = b"".join(bytes(part) for (part,) in cursor.fetchall())[: 32 * (end - start)]
    if len(joined) != 32 * (end - start):
        raise DamagedTreeError(f"of the leaves {start} to {end - 1}, {end - start - len(joined) // 32} are missing")
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def nodes(level: int, start: int, end: int) -> list[bytes]:
    """The kept roots of complete subtrees of 2**level leaves; level 0 gives the leaf hashes."""
    if level == 0:
        return leaves(start, end)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash FROM audit_node WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
            [level, start, end],
        )
        hashes = [bytes(hash) for (hash,) in cursor.fetchall()]
    if len(hashes) != end - start:
        raise DamagedTreeError(f"of the nodes {start} to {end - 1} at level {level}, some are missing")
    return hashes


def stored(size: int) -> Complete:
    """The first `size` leaves as `audit.merkle` wants them. Every block of hashes is read once."""
    blocks: dict[tuple[int, int], list[bytes]] = {}

    def complete(level: int, index: int) -> bytes:
        kept = level - level % BLOCK_LEVELS
        width = 1 << (level - kept)
        first = index * width
        block = first // BLOCK
        if (kept, block) not in blocks:
            blocks[kept, block] = nodes(kept, block * BLOCK, min((block + 1) * BLOCK, size >> kept))
        offset = first - block * BLOCK
        return perfect_root(blocks[kept, block][offset : offset + width])

    return complete
