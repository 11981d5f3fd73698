"""Somebody with the superuser's password, triggers switched off, changes history. The auditor's own copies show it.

Every tampering happens in a transaction that is rolled back; the auditor has the public key and the heads as published,
and is handed what an export of the tampered database gives.
"""

import base64
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from audit import canonical
from audit.export import EVENTS
from audit.signing import Signer
from audit.verify import BrokenError, Frontier, leaf_hash, read_heads, verify_log
from tests.audit.conftest import seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]

EVENTS_WRITTEN, HEADS = 60, 12
ROUNDS = 300
Superuser = psycopg.Connection[Any]


@pytest.fixture
def published(signer: Signer, heads_file: Path) -> str:
    """Sixty events under twelve heads; the heads as the auditor keeps them."""
    for _ in range(HEADS):
        seal(signer, heads_file, EVENTS_WRITTEN // HEADS)
    return heads_file.read_text()


@pytest.fixture
def superuser(published: str, superuser_url: str) -> Iterator[Superuser]:
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as open_connection:
        open_connection.execute("SET session_replication_role = replica")
        open_connection.commit()
        yield open_connection


def exported(superuser: Superuser) -> list[bytes]:
    return [canonical.assemble(*columns) for *columns, _ in superuser.execute(EVENTS)]


def edit(superuser: Superuser, dice: random.Random) -> int:
    """Change one column; half the time, give the event a fitting leaf hash too."""
    id = dice.randint(1, EVENTS_WRITTEN)
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
    return id - 1


def rehash(superuser: Superuser) -> None:
    superuser.execute(
        "UPDATE audit_event e SET leaf_hash = sha256('\\x00'::bytea || convert_to(audit_entry(e), 'UTF8'))"
    )


def delete(superuser: Superuser, dice: random.Random) -> int:
    id = dice.randint(1, EVENTS_WRITTEN)
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [id])
    return id - 1


def add(superuser: Superuser, id: int, at: str) -> None:
    superuser.execute(
        "INSERT INTO audit_event (id, at, action, actor, subject, leaf_hash)"
        " VALUES (%s, %s, 'document.approved', 'user:9', 'document:1', '')",
        [id, at],
    )
    rehash(superuser)


def insert(superuser: Superuser, dice: random.Random) -> None:
    """An event with an id before all, backdated behind all, or with its place in the tree taken from another."""
    match dice.randrange(3):
        case 0:
            add(superuser, -dice.randint(0, 100), "2026-01-01")
        case 1:
            add(superuser, EVENTS_WRITTEN + 1, "2026-01-01")
        case 2:
            add(superuser, 1000, "2026-01-01")
            start = dice.randrange(HEADS) * EVENTS_WRITTEN // HEADS
            superuser.execute(
                "UPDATE audit_batch SET events = events + int8multirange(int8range(1000, 1001)) WHERE start = %s",
                [start],
            )


def reorder(superuser: Superuser, dice: random.Random) -> int:
    """Two events trade their ids."""
    first, second = sorted(dice.sample(range(1, EVENTS_WRITTEN + 1), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        superuser.execute("UPDATE audit_event SET id = %s WHERE id = %s", [new, old])
    return first - 1


def backdate(superuser: Superuser, dice: random.Random) -> int:
    id = dice.randint(1, EVENTS_WRITTEN)
    superuser.execute(
        "UPDATE audit_event SET at = at - make_interval(secs => %s) WHERE id = %s", [dice.choice([1e-6, 1, 86400]), id]
    )
    return id - 1


def swap(superuser: Superuser, dice: random.Random) -> int:
    """Two events trade what they say."""
    first, second = sorted(dice.sample(range(1, EVENTS_WRITTEN + 1), 2))
    superuser.execute(
        "UPDATE audit_event e SET (subject, before, after) = (o.subject, o.before, o.after)"
        " FROM (SELECT * FROM audit_event) o WHERE (e.id, o.id) IN ((%(a)s, %(b)s), (%(b)s, %(a)s))",
        {"a": first, "b": second},
    )
    same = (first - 1) % (EVENTS_WRITTEN // HEADS) == (second - 1) % (EVENTS_WRITTEN // HEADS)
    if same:  # both said the same of the same document: nothing would have changed
        return edit(superuser, dice)
    return first - 1


def truncate_tail(superuser: Superuser, dice: random.Random) -> int:
    kept = dice.randrange(HEADS) * EVENTS_WRITTEN // HEADS
    superuser.execute("DELETE FROM audit_event WHERE id > %s", [kept])
    if dice.random() < 0.5:
        superuser.execute("DELETE FROM audit_batch WHERE start >= %s", [kept])
    return kept


def restore(superuser: Superuser, dice: random.Random) -> int:
    """An old backup put in place, after which life goes on with other events."""
    kept = truncate_tail(superuser, dice)
    superuser.execute("DELETE FROM audit_batch WHERE start >= %s", [kept])
    superuser.execute(
        "INSERT INTO audit_event (id, at, action, actor, subject, leaf_hash)"
        " SELECT id, now(), 'document.read', 'system:w', 'document:1', '' FROM generate_series(%s::int, %s) id",
        [kept + 1, EVENTS_WRITTEN + dice.randint(0, 20)],
    )
    rehash(superuser)
    superuser.execute(
        "INSERT INTO audit_batch (start, size, events, settled_id, seen_id, seen_xid)"
        " SELECT %s, count(*), range_agg(int8range(id, id + 1)), 0, 0, '3' FROM audit_event WHERE id > %s",
        [kept, kept],
    )
    return kept


def hide_behind_the_function(superuser: Superuser, dice: random.Random) -> int:
    """Edit an event, and make the database's own function go on telling the old story."""
    id = dice.randint(1, EVENTS_WRITTEN)
    (old,) = superuser.execute("SELECT audit_entry(e) FROM audit_event e WHERE id = %s", [id]).fetchone() or ("",)
    superuser.execute("UPDATE audit_event SET actor = 'user:8' WHERE id = %s", [id])
    superuser.execute(
        sql.SQL(
            "CREATE OR REPLACE FUNCTION audit_entry(event audit_event) RETURNS text LANGUAGE plpgsql IMMUTABLE AS {}"
        ).format(sql.Literal(f"BEGIN RETURN {sql.Literal(old).as_string(superuser)}; END"))
    )
    return id - 1


Tampering = Callable[[Superuser, random.Random], int | None]
TAMPERINGS: list[Tampering] = [
    edit,
    delete,
    insert,
    reorder,
    backdate,
    swap,
    truncate_tail,
    restore,
    hide_behind_the_function,
]


def test_an_untouched_log_is_intact(superuser: Superuser, published: str, signer: Signer) -> None:
    summary = verify_log(exported(superuser), read_heads(published, [signer.key]))
    assert summary == (EVENTS_WRITTEN, 0, HEADS)


def test_every_tampering_is_found_and_its_place_named(superuser: Superuser, published: str, signer: Signer) -> None:
    dice = random.Random(20260301)
    heads = read_heads(published, [signer.key])
    for round in range(ROUNDS):
        tamper = TAMPERINGS[round % len(TAMPERINGS)]
        place = tamper(superuser, dice)
        entries = exported(superuser)
        superuser.rollback()
        with pytest.raises(BrokenError) as found:
            verify_log(entries, heads)
        if place is not None:
            start = place - place % (EVENTS_WRITTEN // HEADS)
            assert str(found.value).startswith(f"entries {start} to "), (tamper.__name__, place, str(found.value))


def test_a_forged_history_under_a_stolen_key_contradicts_the_published_heads(
    superuser: Superuser, published: str, signer: Signer
) -> None:
    """A fork: everything rebuilt consistently and signed with the log's own key."""
    dice = random.Random(7)
    for _ in range(20):
        place = edit(superuser, dice)
        rehash(superuser)
        entries = exported(superuser)
        superuser.rollback()
        forged = "".join(_signed(signer, entries[: (n + 1) * 5]) for n in range(HEADS))
        assert verify_log(entries, read_heads(forged, [signer.key])).heads == HEADS, "the fork agrees with itself"
        with pytest.raises(BrokenError, match=f"entries {place - place % 5} to"):
            verify_log(entries, read_heads(published, [signer.key]))
        with pytest.raises(BrokenError, match=r"two different logs|shrank"):
            read_heads(published + forged.split("\n")[-2] + "\n", [signer.key])


def _signed(signer: Signer, entries: list[bytes], at: str = "2026-03-01T00:00:00.000000Z") -> str:
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    text = f"{signer.name}\n{frontier.size}\n{base64.b64encode(frontier.root()).decode()}\n"
    return json.dumps({"at": at, "note": signer.sign(text)}) + "\n"


def test_an_event_backdated_as_it_is_added_shows_even_though_it_was_sealed(
    superuser: Superuser, published: str, signer: Signer
) -> None:
    add(superuser, EVENTS_WRITTEN + 1, "2026-01-01T00:00:00Z")
    entries = exported(superuser)
    superuser.rollback()
    heads = read_heads(published + _signed(signer, entries, "2099-01-01T00:00:00.000000Z"), [signer.key])
    with pytest.raises(BrokenError, match=r"entry 60 \(event 61\) is backdated: it claims 2026-01-01"):
        verify_log(entries, heads)


def test_any_edit_of_the_published_heads_is_found(published: str, signer: Signer, superuser: Superuser) -> None:
    """One character changed, or two lines exchanged."""
    dice = random.Random(11)
    entries = exported(superuser)
    lines = published.splitlines(keepends=True)
    for _ in range(100):
        number = dice.randrange(HEADS)
        note = json.loads(lines[number])["note"]
        at = dice.randrange(len(note))
        other = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
        changed = lines.copy()
        changed[number] = json.dumps({"at": json.loads(lines[number])["at"], "note": other}) + "\n"
        with pytest.raises(BrokenError, match=rf"line {number + 1} of the heads"):
            verify_log(entries, read_heads("".join(changed), [signer.key]))
        first, second = sorted(dice.sample(range(HEADS), 2))
        lines[first], lines[second] = lines[second], lines[first]
        with pytest.raises(BrokenError, match="shrank"):
            read_heads("".join(lines), [signer.key])
        lines[first], lines[second] = lines[second], lines[first]
