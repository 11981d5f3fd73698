#!/usr/bin/env python3
"""Check Countersign's audit log on your own machine: no database, no Countersign, only Python and `cryptography`.

    verify.py BUNDLE [--key KEY]... [--heads FILE]    the whole log: a folder or zip with events.jsonl and heads.jsonl
    verify.py PROOF.json [--key KEY]...               that one event is in the log
    verify.py CONSISTENCY.json [--key KEY]...         that a later state of the log continues an earlier one

KEY is the log's public key, or a file that holds it. Take it, and your own copy of the heads, from somewhere the log's
operator cannot change; the ones inside a bundle prove only that the bundle agrees with itself.

Formats. events.jsonl: one event a line; the line's bytes, without the line break, are what is hashed (RFC 8785 JSON).
Lines stand in tree order; those past the last head are not sealed yet. heads.jsonl: one {"at", "note"} a line, where
note is a C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint) and at is when it was signed. Tree and proofs: RFC 9162
section 2.1 with SHA-256. PROOF.json: {"entry": line, "proof": c2sp.org/tlog-proof}. CONSISTENCY.json: {"old": note,
"new": note, "hashes": [base64]}. Exit status: 0 intact, 1 broken, 2 unusable input.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()
BACKDATING_TOLERANCE = timedelta(hours=1)
"""How long before a published head an event sealed after it may have been written: the longest transaction."""


class BrokenError(Exception):
    """The log, or a proof of it, does not hold. The message names the first place that is wrong."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to from the leaf at `index` of `size` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        raise BrokenError(f"there is no entry {index} in a log of {size}")
    node, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BrokenError("the inclusion proof is too long")
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise BrokenError("the inclusion proof is too short")
    return root


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raise BrokenError unless the new tree continues the old one (RFC 9162 section 2.1.4.2)."""
    if old_size > new_size:
        raise BrokenError(f"the log shrank from {old_size} to {new_size} entries")
    if old_size in (0, new_size):
        if path or (old_size and old_root != new_root) or (not old_size and old_root != EMPTY_ROOT):
            raise BrokenError(f"two different logs of {old_size} entries were signed")
        return
    hashes = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not hashes:
        raise BrokenError("the consistency proof is too short")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BrokenError("the consistency proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last or old != old_root or new != new_root:
        raise BrokenError(f"the log of {new_size} entries does not continue the log of {old_size}")


class Frontier:
    """The roots of the complete subtrees that cover the leaves so far, largest first: enough to give any later root."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        full, nodes = self.size, self._nodes
        while full & 1:
            leaf = hashlib.sha256(b"\x01" + nodes.pop() + leaf).digest()
            full >>= 1
        nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._nodes:
            return EMPTY_ROOT
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = node_hash(node, root)
        return root


class Key(NamedTuple):
    """A public key as C2SP signed-note writes it: name+id+base64(0x01 || 32 bytes)."""

    name: str
    id: bytes
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


def key_of(name: str, public: bytes) -> Key:
    """`public` is the 32 bytes of an Ed25519 key."""
    return Key(name, hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4], public)


def parse_key(text: str) -> Key:
    """Raises ValueError for anything but a whole Ed25519 key."""
    name, id, material = text.strip().split("+", 2)
    raw = base64.b64decode(material, validate=True)
    key = key_of(name, raw[1:])
    if raw[:1] != ED25519 or len(raw) != 33 or key.id.hex() != id:
        raise ValueError(f"{text.strip()!r} is not an Ed25519 key of the signed-note format")
    return key


class Head(NamedTuple):
    """A signed statement of what the log held: its number of entries and the tree's root. `at` is None if unknown."""

    origin: str
    size: int
    root: bytes
    at: datetime | None = None


def open_note(note: str, keys: Sequence[Key]) -> str:
    """The text of `note`. Raises BrokenError unless one of `keys` signed it and none of their signatures is false."""
    text, blank, signatures = note.rpartition("\n\n")
    text += "\n"
    if not blank or not signatures.endswith("\n"):
        raise BrokenError("a head is not a signed note")
    signed = False
    for line in signatures[:-1].split("\n"):
        try:
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BrokenError(f"a head has a malformed signature line: {line!r}") from error
        for key in keys:
            if dash == "—" and (name, raw[:4]) == (key.name, key.id):
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
                except InvalidSignature as error:
                    raise BrokenError(f"a head's signature by {name} is false:\n{note}") from error
                signed = True
    if not signed:
        raise BrokenError(f"a head is not signed by a key you trust:\n{note}")
    return text


def open_head(note: str, keys: Sequence[Key]) -> Head:
    """The head in a signed checkpoint. Raises BrokenError like `open_note`, and where the text is no checkpoint."""
    text = open_note(note, keys)
    try:
        origin, size, root, *_ = text.split("\n")
        head = Head(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        raise BrokenError(f"a head is not a checkpoint:\n{text}") from error
    if not origin or str(head.size) != size or head.size < 0 or len(head.root) != 32:
        raise BrokenError(f"a head is not a checkpoint:\n{text}")
    return head


def read_heads(text: str, keys: Sequence[Key]) -> list[Head]:
    """All heads of heads.jsonl in the order they were published; each may only continue the one before.

    A writer that is killed leaves a line unfinished, and later writes it again: such a beginning is passed over.
    """
    heads: list[Head] = []
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            head = open_head(record["note"], keys)._replace(at=datetime.fromisoformat(record["at"]))
        except (ValueError, KeyError, TypeError) as error:
            if number < len(lines) and lines[number].startswith(line):
                continue
            raise BrokenError(f"line {number} of the heads cannot be read: {line[:80]!r}") from error
        except BrokenError as error:
            raise BrokenError(f"line {number} of the heads: {error}") from error
        if heads:
            _check_successor(heads[-1], head, number)
        heads.append(head)
    return heads


def _check_successor(last: Head, head: Head, line: int) -> None:
    if head.origin != last.origin:
        raise BrokenError(f"line {line} of the heads is of another log: {head.origin}, not {last.origin}")
    if head.size < last.size:
        raise BrokenError(f"line {line} of the heads: the log shrank from {last.size} to {head.size} entries")
    if head.size == last.size and head.root != last.root:
        raise BrokenError(f"line {line} of the heads: two different logs of {head.size} entries were signed")


class Summary(NamedTuple):
    """What a check of the whole log found intact. `unsealed` entries are newer than the last head."""

    entries: int
    unsealed: int
    heads: int


def verify_log(entries: Iterable[bytes], heads: Sequence[Head]) -> Summary:
    """Check every head against the entries (lines without their break, in tree order).

    Raises BrokenError naming the entries between the last head that holds and the first that does not.
    """
    if not heads:
        raise BrokenError("there is no head to check the log against")
    frontier, lines, newest_id = Frontier(), iter(entries), 0
    sealed = Head(heads[0].origin, 0, EMPTY_ROOT)
    for head in heads:
        earliest, backdated = _earliest_after(sealed), ""
        while frontier.size < head.size:
            line = next(lines, None)
            if line is None:
                place = _place(sealed.size, head.size)
                raise BrokenError(f"{place} not what was sealed: {head.size - frontier.size} fewer are there")
            frontier.append(leaf_hash(line))
            id, at = id_and_time(line, frontier.size - 1)
            newest_id = max(newest_id, id)
            if at < earliest and not backdated:
                backdated = f"entry {frontier.size - 1} (event {id}) is backdated: it claims {at}"
        if frontier.root() != head.root:
            place = _place(sealed.size, head.size)
            raise BrokenError(f"{place} not what was sealed: something was changed, removed, added or moved")
        if backdated:
            raise BrokenError(f"{backdated}, but was sealed after the head of {sealed.at}")
        sealed = head
    unsealed = _check_unsealed(lines, sealed, newest_id)
    return Summary(frontier.size, unsealed, len(heads))


def _place(start: int, end: int) -> str:
    return f"entry {start} is" if end - start == 1 else f"entries {start} to {end - 1} are"


def _earliest_after(head: Head) -> str:
    """The earliest time an event sealed after `head` can truthfully bear, written as entries write it."""
    if head.at is None:
        return ""
    return (head.at - BACKDATING_TOLERANCE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _check_unsealed(lines: Iterator[bytes], head: Head, newest_id: int) -> int:
    """Events are numbered as they are written, so one that is older than the sealed ones was put in behind them."""
    earliest, count = _earliest_after(head), 0
    for count, line in enumerate(lines, 1):
        id, at = id_and_time(line, head.size + count - 1)
        if id <= newest_id or at < earliest:
            raise BrokenError(f"event {id} of {at} is under no head, though later ones are: it was added to the past")
    return count


def id_and_time(line: bytes, index: int) -> tuple[int, str]:
    """An entry's id and time. Quotation marks in a text are escaped: a key that is found once is the entry's own."""
    try:
        if line.count(b',"at":"') == 1 == line.count(b',"subject":"'):
            at, end = line.index(b',"at":"') + 7, line.index(b',"subject":"')
            return int(line[line.rindex(b',"id":', 0, end) + 6 : end]), line[at : line.index(b'"', at)].decode()
        event = json.loads(line)
        return int(event["id"]), str(event["at"])
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenError(f"entry {index} cannot be read: {line[:80]!r}") from error


def verify_proof(entry: str, proof: str, keys: Sequence[Key]) -> tuple[Head, int]:
    """The head and the index at which `proof` (c2sp.org/tlog-proof) shows `entry` to be in the log."""
    start, _, note = proof.partition("\n\n")
    title, *lines = start.split("\n")
    try:
        if title != "c2sp.org/tlog-proof@v1":
            raise ValueError(title)
        lines = lines[1:] if lines[0].startswith("extra ") else lines
        word, number = lines[0].split(" ")
        if word != "index":
            raise ValueError(word)
        index, path = int(number), [base64.b64decode(line, validate=True) for line in lines[1:]]
    except (ValueError, IndexError, binascii.Error) as error:
        raise BrokenError("the proof is not a c2sp.org/tlog-proof@v1") from error
    head = open_head(note, keys)
    if root_from_inclusion(index, head.size, leaf_hash(entry.encode()), path) != head.root:
        raise BrokenError(
            f"the event is not entry {index} of the signed log of {head.size}: it was changed or never there"
        )
    return head, index


def verify_consistency(old: str, new: str, hashes: Sequence[str], keys: Sequence[Key]) -> tuple[Head, Head]:
    """The two heads, of which the second is shown to continue the first."""
    before, after = open_head(old, keys), open_head(new, keys)
    path = [base64.b64decode(text, validate=True) for text in hashes]
    check_consistency(before.size, before.root, after.size, after.root, path)
    return before, after


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    return (line.rstrip(b"\n") for line in file)


def _open(bundle: Path, name: str) -> IO[bytes]:
    if bundle.is_dir():
        return (bundle / name).open("rb")
    return zipfile.ZipFile(bundle).open(name)


def _read(bundle: Path, name: str) -> str:
    with _open(bundle, name) as file:
        return file.read().decode()


def _keys(given: Sequence[str], bundle: Path | None) -> list[Key]:
    if given:
        return [parse_key(Path(text).read_text() if Path(text).is_file() else text) for text in given]
    if bundle is None:
        raise ValueError("a proof needs --key: the log's public key, from a place its operator cannot change")
    keys = [parse_key(line) for line in _read(bundle, "keys.txt").splitlines()]
    for key in keys:
        print(f"No --key given: trusting the bundle's own. Compare it with the one you were told: {key}")  # noqa: T201
    return keys


def check_bundle(bundle: Path, keys: Sequence[Key], heads_file: Path | None = None) -> str:
    """Check a whole log; `heads_file` is a copy of the heads kept outside. Returns what was found, in words."""
    text = heads_file.read_text(errors="replace") if heads_file else _read(bundle, "heads.jsonl")
    heads = read_heads(text, keys)
    with _open(bundle, "events.jsonl") as events:
        summary = verify_log(_lines(events), heads)
    return (
        f"Intact: {summary.entries} events agree with all {summary.heads} signed heads"
        f" (the last of {heads[-1].at}); {summary.unsealed} newer events are not sealed yet."
    )


def check_file(path: Path, keys: Sequence[Key]) -> str:
    """Check one proof, of inclusion or of consistency. Returns what was found, in words."""
    proof = json.loads(path.read_text())
    if "entry" in proof:
        head, index = verify_proof(proof["entry"], proof["proof"], keys)
        return f"Intact: the event is entry {index} of the log of {head.size} entries that {head.origin} signed."
    before, after = verify_consistency(proof["old"], proof["new"], proof["hashes"], keys)
    return f"Intact: the log of {after.size} entries continues the log of {before.size}."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check Countersign's audit log, or a proof of one event.")
    parser.add_argument("path", type=Path, help="a bundle (folder or zip) or a proof (JSON)")
    parser.add_argument("--key", action="append", default=[], help="the log's public key, or a file that holds it")
    parser.add_argument("--heads", type=Path, help="your own copy of the signed heads, instead of the bundle's")
    options = parser.parse_args(arguments)
    is_bundle = options.path.is_dir() or zipfile.is_zipfile(options.path)
    try:
        keys = _keys(options.key, options.path if is_bundle else None)
        found = check_bundle(options.path, keys, options.heads) if is_bundle else check_file(options.path, keys)
    except BrokenError as error:
        print(f"BROKEN: {error}")  # noqa: T201
        return 1
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        print(f"Cannot check {options.path}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(found)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
