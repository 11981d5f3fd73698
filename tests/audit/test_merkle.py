"""The tree against the definition in RFC 9162 written out naively, and against published test vectors."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import Complete, consistency_proof, inclusion_proof, perfect_root, root
from audit.verify import BrokenError, Frontier, check_consistency, leaf_hash, node_hash, root_from_inclusion

# Leaves and roots of the Certificate Transparency reference implementation (merkletree/testdata).
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(str(number).encode()) for number in range(300)]


def naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def complete_of(leaves: list[bytes]) -> Complete:
    def complete(level: int, index: int) -> bytes:
        covered = leaves[index << level : (index + 1) << level]
        assert len(covered) == 1 << level, "asked for a subtree outside the tree"
        return perfect_root(covered)

    return complete


def test_published_roots() -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in VECTORS]
    frontier = Frontier()
    for size, expected in enumerate(ROOTS):
        assert root(size, complete_of(leaves)).hex() == expected
        assert frontier.root().hex() == expected
        if size < len(leaves):
            frontier.append(leaves[size])


def test_published_proofs() -> None:
    """Section 2.1.5 of RFC 9162: the proofs it spells out for its tree of seven leaves."""
    a, b, c, d, _, f, j = LEAVES[:7]
    i, g, h = node_hash(LEAVES[4], f), node_hash(a, b), node_hash(c, d)
    complete, k, everything = complete_of(LEAVES), node_hash(g, h), node_hash(i, j)
    assert inclusion_proof(0, 7, complete) == [b, h, everything]
    assert inclusion_proof(3, 7, complete) == [c, g, everything]
    assert inclusion_proof(4, 7, complete) == [f, j, k]
    assert inclusion_proof(6, 7, complete) == [i, k]
    assert consistency_proof(3, 7, complete) == [c, d, g, everything]
    assert consistency_proof(4, 7, complete) == [everything]
    assert consistency_proof(6, 7, complete) == [i, j, k]


@given(st.integers(0, 300))
def test_roots_agree_with_the_definition(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    assert root(size, complete_of(LEAVES)) == frontier.root() == naive_root(LEAVES[:size])


@given(st.data(), st.integers(1, 300))
def test_an_inclusion_proof_proves_its_leaf_and_no_other(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, complete_of(LEAVES))
    expected = naive_root(LEAVES[:size])
    assert root_from_inclusion(index, size, LEAVES[index], path) == expected
    assert len(path) <= size.bit_length()
    assert root_from_inclusion(index, size, leaf_hash(b"other"), path) != expected
    for wrong in {index - 1, index + 1} & set(range(size)):
        assert _fails_or_differs(wrong, size, LEAVES[index], path, expected)
    for cut in (path[:-1], [*path, LEAVES[0]]):
        if cut != path:
            assert _fails_or_differs(index, size, LEAVES[index], cut, expected)


def _fails_or_differs(index: int, size: int, leaf: bytes, path: list[bytes], expected: bytes) -> bool:
    try:
        return root_from_inclusion(index, size, leaf, path) != expected
    except BrokenError:
        return True


@given(st.data(), st.integers(0, 300))
def test_a_consistency_proof_proves_a_continuation_and_no_other(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(0, new))
    path = consistency_proof(old, new, complete_of(LEAVES))
    before, after = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    check_consistency(old, before, new, after, path)
    forged = [*LEAVES[:new]]
    if old:
        forged[data.draw(st.integers(0, old - 1))] = leaf_hash(b"forged")
        with pytest.raises(BrokenError):
            check_consistency(old, naive_root(forged[:old]), new, after, path)
        with pytest.raises(BrokenError):
            check_consistency(old, before, new, naive_root(forged), consistency_proof(old, new, complete_of(forged)))
        with pytest.raises(BrokenError):
            check_consistency(old, before, new, after, [*path, LEAVES[0]])
        if path:
            with pytest.raises(BrokenError):
                check_consistency(old, before, new, after, path[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(index, size, complete_of(LEAVES))
    with pytest.raises(BrokenError):
        root_from_inclusion(index, size, LEAVES[0], [])


def test_a_shrunk_tree_is_no_continuation() -> None:
    with pytest.raises(IndexError):
        consistency_proof(3, 2, complete_of(LEAVES))
    with pytest.raises(BrokenError, match="shrank from 3 to 2"):
        check_consistency(3, naive_root(LEAVES[:3]), 2, naive_root(LEAVES[:2]), [])
