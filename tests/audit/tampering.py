"""Ways to change history with the superuser's password and triggers switched off, and what an auditor then finds.

`python -m tests.audit.tampering [ROUNDS]` is the long form (10,000 rounds over ten logs); tests/audit/test_tampering.py
runs a short one. Every tampering happens in a transaction that is rolled back. The auditor holds the public key and the
heads as they were published, is handed an export of the tampered database, and runs `verify.check_bundle` over both.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from audit.signing import Signer

ROUNDS, LOGS, HEADS = 10_000, 10, 12
DATABASE = "countersign_tampering"
LONG_AGO = "2001-01-01T00:00:00Z"
Superuser = psycopg.Connection[Any]


@dataclass
class Log:
    """An honest log. Event n + 1 is entry n; `sizes` of its heads, and `outside`, the auditor's copy."""

    sizes: list[int]
    outside: str
    signer: "Signer"

    @property
    def length(self) -> int:
        return self.sizes[-1]

    def bounds(self, entry: int) -> tuple[int, int]:
        """The entries between the last head that does not cover `entry` and the first that does."""
        at = bisect_right(self.sizes, entry)
        return (self.sizes[at - 1] if at else 0), self.sizes[at]

    def place(self, entry: int) -> str:
        """How a report must name the first broken place, when `entry` is the first that is not what was sealed."""
        start, end = self.bounds(entry)
        return f"entry {start} is" if end - start == 1 else f"entries {start} to {end - 1} are"


@dataclass
class Forgery:
    """What the auditor must be told, by its beginning, and the auditor's own copy where that was tampered with."""

    told: str
    outside: str | None = None
    inside: str | None = None


Tampering = Callable[[Superuser, random.Random, Log], Forgery]


def rehash(superuser: Superuser) -> None:
    """Give every batch whose events are all there the leaf hashes that fit them."""
    superuser.execute(
        "UPDATE audit_batch b SET hashes = now.hashes FROM ("
        "  SELECT start, count(*) AS found, string_agg(audit_leaf(e), ''::bytea ORDER BY place) AS hashes"
        "  FROM audit_batch, unnest(ids) WITH ORDINALITY AS leaf (id, place) JOIN audit_event e ON e.id = leaf.id"
        "  GROUP BY start"
        ") now WHERE now.start = b.start AND now.found = b.size"
    )


def forget_places(superuser: Superuser, kept: int) -> None:
    """The tree has the first `kept` leaves only."""
    superuser.execute("DELETE FROM audit_batch WHERE start >= %s", [kept])
    superuser.execute(
        "UPDATE audit_batch SET ids = ids[:%(kept)s - start], hashes = substr(hashes, 1, 32 * (%(kept)s - start)::int)"
        " WHERE start + size > %(kept)s",
        {"kept": kept},
    )
    superuser.execute(
        "UPDATE audit_edge SET start = least(start, %(kept)s), ids = ids[:greatest(%(kept)s - start, 0)]",
        {"kept": kept},
    )


def edit(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Change one column; half the time, give its batch a fitting leaf hash too."""
    id = dice.randint(1, log.length)
    column, value = dice.choice(
        [
            ("actor", "user:8"),
            ("action", "document.approved"),
            ("subject", "document:x"),
            ("after", '{"n":-1}'),
            ("before", None),
            ("because", '"as agreed"'),
        ]
    )
    change = sql.SQL("UPDATE audit_event SET {} = %s WHERE id = %s").format(sql.Identifier(column))
    superuser.execute(change, [value, id])
    if dice.random() < 0.5:
        rehash(superuser)
    return Forgery(log.place(id - 1))


def delete(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    id = dice.randint(1, log.length)
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [id])
    return Forgery(log.place(id - 1))


def add(superuser: Superuser, id: int, at: str = LONG_AGO) -> None:
    superuser.execute(
        "INSERT INTO audit_event (id, at, action, actor, subject)"
        " VALUES (%s, %s, 'document.approved', 'user:9', 'document:1')",
        [id, at],
    )


def insert(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """An event with an id before all, backdated behind all, or with its place in the tree taken from another."""
    match dice.randrange(3):
        case 0:
            add(superuser, id := -dice.randint(0, 100))
            return Forgery(f"event {id} of 2001-01-01T00:00:00.000000Z is under no head, though later ones are")
        case 1:
            add(superuser, log.length + 1)
            return Forgery(f"event {log.length + 1}, under no head yet, is backdated: it claims 2001")
    add(superuser, 1000)
    index = dice.randrange(log.length + 1)
    place = {"index": index}
    superuser.execute(
        "UPDATE audit_batch b SET ids = ids[:%(index)s - start] || e.id || ids[%(index)s - start + 1:],"
        " hashes = substr(hashes, 1, 32 * (%(index)s - start)::int) || audit_leaf(e)"
        "  || substr(hashes, 1 + 32 * (%(index)s - start)::int)"
        " FROM audit_event e WHERE e.id = 1000 AND b.start <= %(index)s AND b.start + b.size > %(index)s",
        place,
    )
    superuser.execute("UPDATE audit_batch SET start = start + 1 WHERE start > %(index)s", place)
    superuser.execute(
        "UPDATE audit_edge SET start = start + CASE WHEN start > %(index)s THEN 1 ELSE 0 END, ids = CASE"
        " WHEN start > %(index)s THEN ids"
        " ELSE ids[:%(index)s - start] || 1000::bigint || ids[%(index)s - start + 1:] END",
        place,
    )
    return Forgery(log.place(index) if index < log.length else "event 1000, under no head yet, is backdated")


def reorder(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Two events trade their ids."""
    first, second = sorted(dice.sample(range(1, log.length + 1), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        superuser.execute("UPDATE audit_event SET id = %s WHERE id = %s", [new, old])
    return Forgery(log.place(first - 1))


def exchange_batches(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Two batches trade their places in the tree; the events stay as they are."""
    starts = superuser.execute("SELECT start FROM audit_batch ORDER BY start").fetchall()
    first, second = sorted(dice.sample([start for (start,) in starts], 2))
    for old, new in ((first, 1000), (second, first), (1000, second)):
        superuser.execute("UPDATE audit_batch SET start = %s WHERE start = %s", [new, old])
    return Forgery(log.place(first))


def backdate(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    id, seconds = dice.randint(1, log.length), dice.choice([1e-6, 1, 86400])
    superuser.execute("UPDATE audit_event SET at = at - make_interval(secs => %s) WHERE id = %s", [seconds, id])
    return Forgery(log.place(id - 1))


def swap(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Two events trade what they say."""
    first, second = sorted(dice.sample(range(1, log.length + 1), 2))
    superuser.execute(
        "UPDATE audit_event e SET (subject, before, after) = (o.subject, o.before, o.after)"
        " FROM (SELECT * FROM audit_event) o WHERE (e.id, o.id) IN ((%(a)s, %(b)s), (%(b)s, %(a)s))",
        {"a": first, "b": second},
    )
    return Forgery(log.place(first - 1))


def truncate_tail(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """The newest events go; half the time, so do the batches and heads that knew them."""
    kept = dice.randrange(log.length)
    superuser.execute("DELETE FROM audit_event WHERE id > %s", [kept])
    if dice.random() < 0.5:
        forget_places(superuser, kept)
        superuser.execute("DELETE FROM audit_checkpoint WHERE size > %s", [kept])
    return Forgery(log.place(kept))


def restore(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """An old backup is put in place, and life goes on with other events."""
    kept = dice.choice([0, *log.sizes[:-1]])
    superuser.execute("DELETE FROM audit_event WHERE id > %s", [kept])
    superuser.execute("DELETE FROM audit_checkpoint WHERE size > %s", [kept])
    forget_places(superuser, kept)
    superuser.execute(
        "INSERT INTO audit_event (id, at, action, actor, subject)"
        " SELECT id, now(), 'document.read', 'system:w', 'document:1' FROM generate_series(%s::int, %s) id",
        [kept + 1, log.length + dice.randint(0, 20)],
    )
    superuser.execute("UPDATE audit_edge SET ids = ids || ARRAY(SELECT id FROM audit_event WHERE id > %s)", [kept])
    return Forgery(log.place(kept))


def fork(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Another history, consistent in itself, its heads signed with the log's own stolen key."""
    forgery = dice.choice([edit, delete, reorder, swap, backdate, truncate_tail])(superuser, dice, log)
    rehash(superuser)
    forged, entries = [], exported(superuser)
    for size in log.sizes:
        if size <= len(entries):
            forged.append(signed(log.signer, entries[:size]))
    return Forgery(forgery.told, inside="".join(forged))


def hide_behind_the_function(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """Edit an event, and make the database's own function go on telling the old story."""
    id = dice.randint(1, log.length)
    (old,) = superuser.execute("SELECT audit_entry(e) FROM audit_event e WHERE id = %s", [id]).fetchone() or ("",)
    superuser.execute("UPDATE audit_event SET actor = 'user:8' WHERE id = %s", [id])
    superuser.execute(
        sql.SQL(
            "CREATE OR REPLACE FUNCTION audit_entry(event audit_event) RETURNS text LANGUAGE plpgsql IMMUTABLE AS {}"
        ).format(sql.Literal(f"BEGIN RETURN {sql.Literal(old).as_string(superuser)}; END"))
    )
    return Forgery(log.place(id - 1))


def edit_a_published_head(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """The outside copy itself: one character of a head changed, its time, or two of its lines exchanged."""
    lines = log.outside.splitlines(keepends=True)
    if dice.random() < 0.5:
        first, second = sorted(dice.sample(range(len(lines)), 2))
        lines[first], lines[second] = lines[second], lines[first]
        return Forgery(f"line {first + 2} of the heads: the log shrank", "".join(lines))
    number = dice.randrange(len(lines))
    record = json.loads(lines[number])
    if dice.random() < 0.2:
        record["at"] = f"2020{record['at'][4:]}"
        lines[number] = json.dumps(record) + "\n"
        return Forgery(f"line {number + 1} of the heads: it says it was signed at 2020", "".join(lines))
    at = dice.randrange(len(record["note"]))
    record["note"] = record["note"][:at] + chr(ord(record["note"][at]) ^ 1) + record["note"][at + 1 :]
    lines[number] = json.dumps(record) + "\n"
    return Forgery(f"line {number + 1} of the heads", "".join(lines))


def edit_a_stored_head(superuser: Superuser, dice: random.Random, log: Log) -> Forgery:
    """A head in the database's own table names another root, signed with the stolen key or not signed anew."""
    number = dice.randrange(len(log.sizes))
    at = json.loads(log.outside.splitlines()[number])["at"]
    note = json.loads(signed(log.signer, [b"another"] * log.sizes[number], at))["note"]
    told = f"the bundle has another head for {log.sizes[number]} entries"
    if dice.random() < 0.5:
        note = note.replace(f"\n{log.sizes[number]}\n", f"\n{log.sizes[number] + 1}\n")
        told = f"line {number + 1} of the bundle's heads"
    superuser.execute("UPDATE audit_checkpoint SET note = %s WHERE size = %s", [note, log.sizes[number]])
    return Forgery(told)


TAMPERINGS: tuple[Tampering, ...] = (
    edit,
    delete,
    insert,
    reorder,
    exchange_batches,
    backdate,
    swap,
    truncate_tail,
    restore,
    fork,
    hide_behind_the_function,
    edit_a_published_head,
    edit_a_stored_head,
)


def exported(superuser: Superuser) -> list[bytes]:
    from audit import canonical
    from audit.export import EVENTS

    return [canonical.assemble(*columns) for *columns, _ in superuser.execute(EVENTS)]


def stored_heads(superuser: Superuser) -> str:
    from audit import canonical

    rows = superuser.execute("SELECT at, note FROM audit_checkpoint ORDER BY size")
    return "".join(json.dumps({"at": canonical.timestamp(at), "note": note}) + "\n" for at, note in rows)


def signed(signer: "Signer", entries: Sequence[bytes], at: str = "2026-03-01T00:00:00+00:00") -> str:
    """A line of heads.jsonl over the entries, as only the holder of the key can write it."""
    import base64

    from audit.verify import Frontier, leaf_hash

    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    text = f"{signer.name}\n{frontier.size}\n{base64.b64encode(frontier.root()).decode()}\n"
    return json.dumps({"at": at, "note": signer.sign(text, datetime.fromisoformat(at))}) + "\n"


@dataclass
class Auditor:
    """Writes what was handed over into `folder` and runs the published checker over it."""

    folder: Path
    log: Log

    def told(self, superuser: Superuser, outside: str, inside: str | None = None) -> str:
        """What the checker says is broken; empty where it finds everything intact."""
        from audit import verify

        bundle, heads = self.folder / "bundle", self.folder / "heads.jsonl"
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / "events.jsonl").write_bytes(b"".join(entry + b"\n" for entry in exported(superuser)))
        (bundle / "heads.jsonl").write_text(stored_heads(superuser) if inside is None else inside)
        heads.write_text(outside)
        try:
            verify.check_bundle(bundle, [self.log.signer.key], heads)
        except verify.BrokenError as error:
            return str(error)
        return ""


def rounds(
    superuser: Superuser, log: Log, folder: Path, dice: random.Random, count: int
) -> Iterator[tuple[str, str, str]]:
    """`count` tamperings in turn, each on the untouched log: its name, what had to be said, and what was said."""
    auditor = Auditor(folder, log)
    for number in range(count):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        forgery = tamper(superuser, dice, log)
        said = auditor.told(superuser, forgery.outside or log.outside, forgery.inside)
        superuser.rollback()
        yield tamper.__name__, forgery.told, said


def write_log(folder: Path, dice: random.Random) -> Log:
    """Some sixty events that all differ, under twelve heads of one to ten events each."""
    from django.db import transaction

    from audit.checkpoint import checkpoint
    from audit.record import record
    from audit.sequencer import fold
    from audit.signing import from_file

    signer, outside = from_file("example.com/audit", folder / "key.pem"), folder / "published.jsonl"
    sizes: list[int] = []
    for _ in range(HEADS):
        first = sizes[-1] if sizes else 0
        with transaction.atomic():
            for n in range(first, end := first + dice.randint(1, 10)):
                what: dict[str, Any] = {"before": {"n": n}, "after": {"n": n + 1}, "because": f"reason {n}"}
                record("document.corrected", actor=f"user:{n % 7}", subject=f"document:{n}", **what)
        fold(block=8)
        checkpoint(signer, outside)
        sizes.append(end)
    return Log(sizes, outside.read_text(), signer)


def empty(superuser: Superuser) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("TRUNCATE audit_event, audit_batch, audit_edge, audit_node, audit_checkpoint RESTART IDENTITY")
    superuser.execute("INSERT INTO audit_edge DEFAULT VALUES")
    superuser.commit()


def attack(url: str, folder: Path, seed: int, number: int, count: int) -> list[tuple[str, str, str]]:
    """A log in a database of its own and `count` tamperings of it, as `rounds` tells them."""
    from tests import servers

    database, dice = f"{DATABASE}_{number}", random.Random(f"{seed} {number}")
    servers.clone(url, servers.migrated_template(url), database)
    servers.point_at(database, url)
    with psycopg.connect(url, dbname=database) as superuser:
        empty(superuser)
        log = write_log(folder / str(number), dice)
        told = list(rounds(superuser, log, folder / str(number), dice, count))
        if untouched := Auditor(folder / str(number), log).told(superuser, log.outside):
            raise SystemExit(f"false alarm: {untouched}")
    return told


def main() -> None:
    from tests.bench.ground import ground

    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20260301
    tried, found, named, began = Counter[str](), Counter[str](), Counter[str](), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="countersign-tampering-"))
    with ground(DATABASE, "bench-audit") as url:
        from django.db import connections

        connections.close_all()
        with ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool:
            tasks = [pool.submit(attack, url, folder, seed, number, count // LOGS) for number in range(LOGS)]
            told = [one for task in tasks for one in task.result()]
    shutil.rmtree(folder)
    for name, expected, said in told:
        tried[name] += 1
        found[name] += bool(said)
        named[name] += said.startswith(expected)
        if not said.startswith(expected):
            print(f"{name}: {expected!r} was to be said, not {said!r}")
    print("| tampering | tried | found | first broken place named |\n|---|---|---|---|")
    for name in tried:
        print(f"| {name.replace('_', ' ')} | {tried[name]} | {found[name]} | {named[name]} |")
    print(f"| **all** | **{tried.total()}** | **{found.total()}** | **{named.total()}** |")
    print(f"\nSeed {seed}, {LOGS} logs, {time.monotonic() - began:.0f} s; the {LOGS} untouched logs gave no alarm.")
    if named.total() < tried.total():
        raise SystemExit(1)


if __name__ == "__main__":
    main()
