"""Building an RFC 9162 tree: roots, inclusion and consistency proofs. Checking them is `audit/verify.py`'s part.

A tree is given as a function `complete(level, index)`: the root of the complete subtree that covers the 2**level
leaves from index * 2**level on (level 0 gives leaf hashes). It is only asked for subtrees inside the tree. Hashes are
32 bytes.
"""

from collections.abc import Callable, Sequence

from audit.verify import EMPTY_ROOT, node_hash

Complete = Callable[[int, int], bytes]


def root(size: int, complete: Complete) -> bytes:
    """The tree head of the first `size` leaves (section 2.1.1)."""
    return _range_root(0, size, complete) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, complete: Complete) -> list[bytes]:
    """The siblings from the leaf at `index` up to the root of the first `size` leaves (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise IndexError(f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, complete))
            end = middle
        else:
            path.append(_range_root(start, middle, complete))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, complete: Complete) -> list[bytes]:
    """What shows that the first `old` of `new` leaves are unchanged (section 2.1.4.1)."""
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {new} does not continue one of {old}")
    path: list[bytes] = []
    start, end = 0, new
    while 0 < old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, complete))
            end = middle
        else:
            path.append(_range_root(start, middle, complete))
            start = middle
    if path and start:
        path.append(_range_root(start, end, complete))
    return path[::-1]


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring nodes."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(start: int, end: int, complete: Complete) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return complete(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_root(start, middle, complete), _range_root(middle, end, complete))
