"""docs/audit-vectors.json, for other checkers to be written against. `python -m tests.audit.test_vectors` prints it.

The key's seed is 32 bytes of 7, the three entries are fixed, so everything follows.
"""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit import merkle
from audit.signing import Signer
from audit.verify import (
    COMPACT,
    checkpoint_text,
    key_of,
    leaf_hash,
    node_hash,
    open_head,
    parse_key,
    read_heads,
    verify_compact,
    verify_consistency,
    verify_log,
    verify_proof,
)

FILE = Path(__file__).resolve().parents[2] / "docs" / "audit-vectors.json"
AT = (datetime(2026, 3, 1, 12, 0, tzinfo=UTC), datetime(2026, 3, 1, 12, 1, tzinfo=UTC))
ENTRIES = [
    '{"action":"document.received","actor":"user:carla","after":{"filename":"Müller \\"1\\".pdf"}'
    ',"at":"2026-03-01T11:59:58.000001Z","because":null,"before":null,"id":1,"subject":"document:1"}',
    '{"action":"document.corrected","actor":"user:carla","after":{"gross_amount":"12.00"}'
    ',"at":"2026-03-01T11:59:59.500000Z","because":"as printed","before":{"gross_amount":"10.00"}'
    ',"id":2,"subject":"document:1"}',
    '{"action":"document.approved","actor":"user:amir","after":null,"at":"2026-03-01T12:00:30.000000Z"'
    ',"because":{"policy":1},"before":null,"id":3,"subject":"document:1"}',
]


def vectors() -> dict[str, Any]:
    private = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    key = key_of("example.com/audit", private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    signer = Signer(key, private.sign)
    leaves = [leaf_hash(entry.encode()) for entry in ENTRIES]

    def complete(level: int, index: int) -> bytes:
        return leaves[index] if level == 0 else node_hash(leaves[2 * index], leaves[2 * index + 1])

    roots = {size: merkle.root(size, complete) for size in (2, 3)}
    notes = {
        size: signer.sign(checkpoint_text(key.name, size, roots[size]), at) for size, at in zip((2, 3), AT, strict=True)
    }
    path = merkle.inclusion_proof(1, 3, complete)
    encoded = [base64.b64encode(hash).decode() for hash in path]
    signature = base64.b64decode(notes[3].rpartition("\n\n")[2].split("\n")[0].split(" ")[2])
    compact = b"".join((f"{COMPACT} 1 3 {len(path)}\n".encode(), *path, signature, ENTRIES[1].encode()))
    return {
        "key": str(key),
        "entries": ENTRIES,
        "leaf_hashes": [hash.hex() for hash in leaves],
        "roots": {str(size): root.hex() for size, root in roots.items()},
        "heads": [
            {"at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "note": notes[size]}
            for size, at in zip((2, 3), AT, strict=True)
        ],
        "inclusion": {
            "entry": ENTRIES[1],
            "proof": "\n".join(("c2sp.org/tlog-proof@v1", "index 1", *encoded)) + "\n\n" + notes[3],
        },
        "inclusion_compact_base64": base64.b64encode(compact).decode(),
        "consistency": {
            "old": notes[2],
            "new": notes[3],
            "hashes": [base64.b64encode(hash).decode() for hash in merkle.consistency_proof(2, 3, complete)],
        },
    }


def test_the_published_vectors_are_what_the_code_makes() -> None:
    assert json.loads(FILE.read_text()) == vectors()


def test_the_published_vectors_hold() -> None:
    told = json.loads(FILE.read_text())
    keys = [parse_key(told["key"])]
    heads = read_heads("".join(json.dumps(head) + "\n" for head in told["heads"]), keys)
    assert verify_log([entry.encode() for entry in told["entries"]], heads) == (3, 0, 2)
    assert [head.root.hex() for head in heads] == list(told["roots"].values())
    assert verify_proof(told["inclusion"]["entry"], told["inclusion"]["proof"], keys)[1] == 1
    compact = base64.b64decode(told["inclusion_compact_base64"])
    assert verify_compact(compact, keys)[1:] == (1, told["entries"][1].encode())
    grown = told["consistency"]
    assert verify_consistency(grown["old"], grown["new"], grown["hashes"], keys)[1].size == 3
    assert open_head(grown["new"], keys).at == AT[1]


if __name__ == "__main__":
    print(json.dumps(vectors(), indent=1, ensure_ascii=False))
