#!/usr/bin/env python3
# ruff: noqa: T201
"""Check Countersign's audit log on your own machine: no database, no Countersign, only Python and `cryptography`.

    verify.py BUNDLE [--key KEY]... [--heads FILE]    the whole log: a folder or zip of it, or an auditor's pack
    verify.py PROOF [--key KEY]...                    that one event is in the log, or that a log continues another

KEY is a public key of the log or of a witness, or a file of such. Take it, and your own copy of the heads, from
somewhere the log's operator cannot change; the ones inside a bundle prove only that the bundle agrees with itself.

Formats. events.jsonl: one event a line; the line's bytes, without the line break, are what is hashed (RFC 8785 JSON).
Lines stand in tree order; those past the last head are not sealed yet. heads.jsonl: one {"at", "note"} a line, where
note is a C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint) and at is when it was signed, which a second signature by the
same key says (c2sp.org/tlog-cosignature). Tree and proofs: RFC 9162 section 2.1 with SHA-256. PROOF.json: {"entry":
line, "proof": c2sp.org/tlog-proof}; compact proofs: see verify_compact. CONSISTENCY.json: {"old": note, "new": note,
"hashes": [base64]}. Exit status: 0 intact, 1 broken, 2 unusable input. More in docs/audit.md.
"""

import argparse
import base64
import binascii
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = b"\x01", b"\x04"
COMPACT = "countersign-proof/v1"
EMPTY_ROOT = sha256(b"").digest()
BACKDATING_TOLERANCE = timedelta(hours=1)
"""How long before a published head an event sealed after it may have been written: the longest transaction."""


class BrokenError(Exception):
    """The log, or a proof of it, does not hold. The message names the first place that is wrong."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return sha256(b"\x01" + left + right).digest()


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
            leaf = sha256(b"\x01" + nodes.pop() + leaf).digest()
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
    """A public key as C2SP signed-note writes it: name+id+base64(kind || 32 bytes). Witnesses' kind is COSIGNATURE."""

    name: str
    id: bytes
    public: bytes
    kind: bytes = ED25519

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    def holds(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def key_of(name: str, public: bytes, kind: bytes = ED25519) -> Key:
    """`public` is the 32 bytes of an Ed25519 key."""
    return Key(name, sha256(name.encode() + b"\n" + kind + public).digest()[:4], public, kind)


def parse_key(text: str) -> Key:
    """Raises ValueError for anything but a whole Ed25519 key, of a log or of a witness."""
    name, id, material = text.strip().split("+", 2)
    raw = base64.b64decode(material, validate=True)
    key = key_of(name, raw[1:], raw[:1])
    if key.kind not in (ED25519, COSIGNATURE) or len(raw) != 33 or key.id.hex() != id:
        raise ValueError(f"{text.strip()!r} is not an Ed25519 key of the signed-note format")
    return key


def cosigned_text(text: str, seconds: int) -> bytes:
    """What a c2sp.org/tlog-cosignature of a checkpoint's text signs: that it was seen at that Unix time."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


class Head(NamedTuple):
    """A signed statement of what the log held: its number of entries and the tree's root. `at` is None if unknown."""

    origin: str
    size: int
    root: bytes
    at: datetime | None = None
    witnesses: frozenset[str] = frozenset()


def open_note(note: str, keys: Sequence[Key]) -> tuple[str, datetime | None, frozenset[str]]:
    """What a signed note says, when the log says that it signed it, and which trusted witnesses saw it.

    Raises BrokenError unless one of the log's `keys` signed the note and none of `keys`' signatures is false.
    A log signs twice with one key: the note, and as c2sp.org/tlog-cosignature when it did so.
    """
    text, blank, signatures = note.rpartition("\n\n")
    text += "\n"
    if not blank or not signatures.endswith("\n"):
        raise BrokenError("a head is not a signed note")
    signed, at, witnesses = False, None, set()
    for line in signatures[:-1].split("\n"):
        try:
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
            if dash != "—":
                raise ValueError(dash)
        except (ValueError, binascii.Error) as error:
            raise BrokenError(f"a head has a malformed signature line: {line!r}") from error
        for key in keys:
            if (name, raw[:4]) == (key.name, key.id) and key.kind == ED25519:
                holds = signed = key.holds(raw[4:], text.encode())
            elif (name, raw[:4]) == (key.name, key_of(name, key.public, COSIGNATURE).id):
                seconds = int.from_bytes(raw[4:12])
                holds = key.holds(raw[12:], cosigned_text(text, seconds))
                at = datetime.fromtimestamp(seconds, UTC) if holds and key.kind == ED25519 else at
                witnesses |= {name} if key.kind == COSIGNATURE else set()
            else:
                continue
            if not holds:
                raise BrokenError(f"a head's signature by {name} is false:\n{note}")
    if not signed:
        raise BrokenError(f"a head is not signed by a key you trust:\n{note}")
    return text, at, frozenset(witnesses)


def open_head(note: str, keys: Sequence[Key]) -> Head:
    """The head in a signed checkpoint. Raises BrokenError like `open_note`, and where the text is no checkpoint."""
    text, at, witnesses = open_note(note, keys)
    try:
        origin, size, root, *_ = text.split("\n")
        head = Head(origin, int(size), base64.b64decode(root, validate=True), at, witnesses)
    except (ValueError, binascii.Error) as error:
        raise BrokenError(f"a head is not a checkpoint:\n{text}") from error
    if not origin or str(head.size) != size or head.size < 0 or len(head.root) != 32:
        raise BrokenError(f"a head is not a checkpoint:\n{text}")
    return head


def read_heads(text: str, keys: Sequence[Key], what: str = "the heads") -> list[Head]:
    """All heads of heads.jsonl in the order they were published; each may only continue the one before.

    A writer that is killed leaves a line unfinished, and later writes it again: such a beginning is passed over.
    """
    heads: list[Head] = []
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            head, at = open_head(record["note"], keys), datetime.fromisoformat(record["at"])
            if head.at != at:
                raise BrokenError(f"it says it was signed at {at}, but its signature says {head.at}")
        except (ValueError, KeyError, TypeError) as error:
            if number < len(lines) and lines[number].startswith(line):
                continue
            raise BrokenError(f"line {number} of {what} cannot be read: {line[:80]!r}") from error
        except BrokenError as error:
            raise BrokenError(f"line {number} of {what}: {error}") from error
        if heads:
            _check_successor(heads[-1], head, f"line {number} of {what}")
        heads.append(head)
    return heads


def _check_successor(last: Head, head: Head, line: str) -> None:
    if head.origin != last.origin:
        raise BrokenError(f"{line} is of another log: {head.origin}, not {last.origin}")
    if head.size < last.size:
        raise BrokenError(f"{line}: the log shrank from {last.size} to {head.size} entries")
    if head.size == last.size and head.root != last.root:
        raise BrokenError(f"{line}: two different logs of {head.size} entries were signed")


class Summary(NamedTuple):
    """How much was found intact. `unsealed` entries are newer than the last head."""

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
        clock = Clock(sealed.at)
        while frontier.size < head.size:
            line = next(lines, None)
            if line is None:
                place = _place(sealed.size, head.size)
                raise BrokenError(f"{place} not what was sealed: {head.size - frontier.size} fewer are there")
            frontier.append(sha256(b"\x00" + line).digest())
            id, at = id_and_time(line, frontier.size - 1)
            if id > newest_id:
                newest_id = id
            if at < clock.earliest:
                clock.note(line, at, f"entry {frontier.size - 1} (event {id})")
        if frontier.root() != head.root:
            place = _place(sealed.size, head.size)
            raise BrokenError(f"{place} not what was sealed: something was changed, removed, added or moved")
        if clock.backdated():
            raise BrokenError(f"{clock.backdated()}, but was sealed after the head of {sealed.at}")
        sealed = head
    unsealed = _check_unsealed(lines, sealed, newest_id)
    return Summary(frontier.size, unsealed, len(heads))


def verify_both(entries: Iterable[bytes], inside: Sequence[Head], outside: Sequence[Head], where: str) -> Summary:
    """`verify_log` against the heads kept with the log (`where`) and outside; those count where they differ."""
    by_size = {head.size: head for head in (*inside, *outside)}
    summary = verify_log(entries, [by_size[size] for size in sorted(by_size)])
    for head in inside:
        if by_size[head.size].root != head.root:
            raise BrokenError(f"{where} has another head for {head.size} entries than was published")
    return summary


class Clock:
    """The times that events after a head can truthfully bear: none before `earliest`, or before an event that declares
    that the server's clock was set back. Times are written as entries write them."""

    def __init__(self, since: datetime | None) -> None:
        self.earliest, self._offence = self._before(since), (b"", "")

    def note(self, line: bytes, at: bytes, event: str) -> None:
        if line.startswith(b'{"action":"log.clock_set_back"'):
            self.earliest = self._before(datetime.fromisoformat(at.decode()))
        elif not self._offence[1] or at < self._offence[0]:
            self._offence = at, f"{event} is backdated: it claims {at.decode()}"

    def backdated(self) -> str:
        return self._offence[1] if self._offence[0] < self.earliest else ""

    def _before(self, moment: datetime | None) -> bytes:
        earliest = (moment or datetime.fromtimestamp(0, UTC)) - BACKDATING_TOLERANCE
        return earliest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def _place(start: int, end: int) -> str:
    return f"entry {start} is" if end - start == 1 else f"entries {start} to {end - 1} are"


def _check_unsealed(lines: Iterator[bytes], head: Head, newest_id: int) -> int:
    """Events are numbered as they are written, so one that is older than the sealed ones was put in behind them."""
    clock, count = Clock(head.at), 0
    for count, line in enumerate(lines, 1):
        id, at = id_and_time(line, head.size + count - 1)
        if id <= newest_id:
            raise BrokenError(f"event {id} of {at.decode()} is under no head, though later ones are: it was added")
        if at < clock.earliest:
            clock.note(line, at, f"event {id}, under no head yet,")
    if clock.backdated():
        raise BrokenError(clock.backdated())
    return count


def id_and_time(line: bytes, index: int) -> tuple[int, bytes]:
    """An entry's id and time. Texts hold no bare quotation mark: the last "subject", and an only "at", are its own."""
    try:
        end, at = line.rindex(b',"subject":"'), line.index(b',"at":"') + 7
        if line.find(b',"at":"', at) < 0:
            return int(line[line.rindex(b',"id":', 0, end) + 6 : end]), line[at : line.index(b'"', at)]
        event = json.loads(line)
        return int(event["id"]), str(event["at"]).encode()
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


def verify_compact(proof: bytes, keys: Sequence[Key]) -> tuple[Head, int, bytes]:
    """The head, the index and the entry of a compact proof.

    `countersign-proof/v1 INDEX SIZE N` and a line break, N hashes of 32 bytes, 4 bytes that name the key, its signature
    of 64 bytes over the checkpoint (whose root the hashes give), and the entry.
    """
    try:
        start, rest = proof.split(b"\n", 1)
        title, *numbers = start.split(b" ")
        index, size, count = map(int, numbers)
        if title != COMPACT.encode() or len(rest) < count * 32 + 68:
            raise ValueError(title)
    except ValueError as error:
        raise BrokenError(f"the proof is not a whole {COMPACT}") from error
    path = [rest[at : at + 32] for at in range(0, count * 32, 32)]
    id, signature, entry = rest[count * 32 :][:4], rest[count * 32 + 4 :][:64], rest[count * 32 + 68 :]
    root = root_from_inclusion(index, size, leaf_hash(entry), path)
    for key in keys:
        if key.id == id and key.holds(signature, checkpoint_text(key.name, size, root).encode()):
            return Head(key.name, size, root), index, entry
    raise BrokenError(f"the event is not entry {index} of a log of {size} signed by a key you trust")


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """What c2sp.org/tlog-checkpoint signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def verify_consistency(old: str, new: str, hashes: Sequence[str], keys: Sequence[Key]) -> tuple[Head, Head]:
    """The two heads, of which the second is shown to continue the first."""
    before, after = open_head(old, keys), open_head(new, keys)
    path = [base64.b64decode(text, validate=True) for text in hashes]
    check_consistency(before.size, before.root, after.size, after.root, path)
    return before, after


def _open(bundle: Path, name: str) -> IO[bytes]:
    if bundle.is_dir():
        return (bundle / name if (bundle / name).exists() else bundle / "log" / name).open("rb")
    archive = zipfile.ZipFile(bundle)
    return archive.open(name if name in archive.namelist() else f"log/{name}")


def _read(bundle: Path, name: str) -> str:
    with _open(bundle, name) as file:
        return file.read().decode()


def _keys(given: Sequence[str], bundle: Path | None) -> list[Key]:
    if given:
        texts = [Path(text).read_text() if Path(text).is_file() else text for text in given]
        return [parse_key(line) for text in texts for line in text.splitlines() if line.strip()]
    if bundle is None:
        raise ValueError("a proof needs --key: the log's public key, from a place its operator cannot change")
    keys = [parse_key(line) for line in _read(bundle, "keys.txt").splitlines()]
    for key in keys:
        print(f"No --key given: trusting the bundle's own. Compare it with the one you were told: {key}")
    return keys


def check_bundle(bundle: Path, keys: Sequence[Key], heads_file: Path | None = None, quorum: int = 0) -> str:
    """Check a whole log; `heads_file` is a copy of the heads kept outside. Returns what was found, in words.

    `quorum`: how many of the witnesses among `keys` must have cosigned the newest head.
    """
    outside = read_heads(heads_file.read_text(errors="replace"), keys) if heads_file else []
    inside = read_heads(_read(bundle, "heads.jsonl"), keys, "the bundle's heads")
    with _open(bundle, "events.jsonl") as events:
        summary = verify_both((line.rstrip(b"\n") for line in events), inside, outside, "the bundle")
    newest = max(inside + outside, key=lambda head: head.size)
    seen = sorted({name for head in inside + outside if head.size == newest.size for name in head.witnesses})
    if len(seen) < quorum:
        raise BrokenError(f"of {quorum} witnesses asked for, {len(seen)} cosigned the newest head, of {newest.at}")
    return (
        f"Intact: {summary.entries} events agree with all {summary.heads} signed heads"
        f" (the last of {newest.at}{', seen by ' if seen else ''}{', '.join(seen)});"
        f" {summary.unsealed} newer events are not sealed yet."
    )


def check_file(path: Path, keys: Sequence[Key]) -> str:
    """Check one proof, of inclusion or of consistency. Returns what was found, in words."""
    content = path.read_bytes()
    if content.startswith(COMPACT.encode()):
        head, index, entry = verify_compact(content, keys)
        print(entry.decode())
    elif "entry" in (proof := json.loads(content)):
        head, index = verify_proof(proof["entry"], proof["proof"], keys)
    else:
        before, after = verify_consistency(proof["old"], proof["new"], proof["hashes"], keys)
        return f"Intact: the log of {after.size} entries continues the log of {before.size}."
    return f"Intact: the event is entry {index} of the log of {head.size} entries that {head.origin} signed."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check Countersign's audit log, or a proof of one event.")
    parser.add_argument("path", type=Path, help="a bundle (folder or zip) or a proof")
    parser.add_argument("--key", action="append", default=[], help="a public key of the log or of a witness, or a file")
    parser.add_argument("--heads", type=Path, help="your own copy of the signed heads, beside the bundle's")
    parser.add_argument("--witnesses", type=int, default=0, help="how many witnesses must have seen the newest head")
    options = parser.parse_args(arguments)
    is_bundle = options.path.is_dir() or zipfile.is_zipfile(options.path)
    try:
        keys = _keys(options.key, options.path if is_bundle else None)
        more = (options.heads, options.witnesses)
        print(check_bundle(options.path, keys, *more) if is_bundle else check_file(options.path, keys))
    except BrokenError as error:
        print(f"BROKEN: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        print(f"Cannot check {options.path}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
