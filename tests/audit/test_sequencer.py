"""Every committed event gets exactly one place in the tree, whatever order transactions commit in, and keeps it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import IntegrityError, ProgrammingError, close_old_connections, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import canonical, merkle, tasks, tree
from audit.models import Event
from audit.record import record
from audit.sequencer import fold, fold_all
from audit.verify import Frontier, leaf_hash
from automation.workflow.wakeup import unanswered
from tests.servers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]


def write(count: int = 1) -> list[int]:
    with transaction.atomic():
        return [record("document.read", actor="system:test", subject=f"document:{n}").id for n in range(count)]


class Writer:
    """Another connection of the application, with a transaction it may leave open."""

    def __init__(self) -> None:
        self.connection: BaseDatabaseWrapper = connection.copy()
        self.open = False

    def write(self) -> None:
        if not self.open:
            self.connection.set_autocommit(False)
            self.open = True
        with self.connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_event (action, actor, subject) VALUES ('document.read', 'system:test', 'document:1')"
                " RETURNING id"
            )

    def end(self, commit: bool) -> None:
        if self.open:
            self.connection.commit() if commit else self.connection.rollback()
            self.connection.set_autocommit(True)
            self.open = False

    def close(self) -> None:
        self.end(commit=False)
        self.connection.close()


@pytest.fixture
def writers() -> Iterator[list[Writer]]:
    several = [Writer(), Writer(), Writer()]
    yield several
    for writer in several:
        writer.close()


def places() -> dict[int, int]:
    """Event id to leaf, for every folded event."""
    return {id: index for id in Event.objects.values_list("id", flat=True) if (index := tree.index_of(id)) is not None}


def test_a_full_first_batch_does_not_pass_over_an_event_still_to_commit(writers: list[Writer]) -> None:
    late = writers[0]
    late.write()
    write(3)
    assert fold(limit=2) == 2
    late.end(commit=True)
    assert fold_all() == 2
    assert sorted(places().values()) == [0, 1, 2, 3]


def test_an_event_that_commits_late_comes_after_the_ones_that_overtook_it(writers: list[Writer]) -> None:
    late = writers[0]
    late.write()
    first, second = write(2)
    assert fold_all() == 2
    third = write()[0]
    assert fold_all() == 1
    late.end(commit=True)
    assert fold_all() == 1
    late_id = Event.objects.earliest("id").id
    assert late_id < first
    assert places() == {first: 0, second: 1, third: 2, late_id: 3}


def _mark() -> int:
    """The id up to which folds no longer look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT settled_id FROM audit_edge")
        return int(cursor.fetchone()[0])


def test_folds_stop_looking_behind_the_mark_only_once_nothing_can_appear_there(writers: list[Writer]) -> None:
    writers[0].write()
    ids = write(3)
    for _ in range(3):
        fold_all()
        assert _mark() < ids[0]
        write()
    writers[0].end(commit=False)

    def folded_past_it() -> bool:
        write()  # transactions of other databases on the server hold the mark back too, until they end
        fold_all()
        return _mark() >= ids[-1]

    wait_until(folded_past_it)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2)),
        st.tuples(st.just("commit"), st.integers(0, 2)),
        st.tuples(st.just("roll back"), st.integers(0, 2)),
        st.tuples(st.just("fold"), st.integers(1, 3)),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_interleaving_gives_every_event_one_lasting_place(
    writers: list[Writer], steps: list[tuple[str, int]]
) -> None:
    before = places()
    for action, number in steps:
        if action == "write":
            writers[number].write()
        elif action == "fold":
            fold(limit=number, block=2)
        else:
            writers[number].end(commit=action == "commit")
        now = places()
        assert before.items() <= now.items(), "a leaf moved"
        before = now
    for writer in writers:
        writer.end(commit=True)
    fold_all()
    final = places()
    assert set(final) == set(Event.objects.values_list("id", flat=True))
    assert sorted(final.values()) == list(range(tree.size()))


def test_the_stored_tree_is_the_tree_of_its_leaves() -> None:
    frontier = Frontier()
    for count in (1, 254, 1, 1, 300, 512, 7):
        for _ in range(count // 256 + 1):
            write(min(count, 256))
            count -= 256
            if count <= 0:
                break
        fold_all()
        size = tree.size()
        (leaves,) = tree.read([(0, frontier.size, size)])
        for leaf in leaves:
            frontier.append(leaf)
        assert tree.ask(partial(merkle.root, size)) == frontier.root()
    hashes = {event.id: leaf_hash(canonical.entry(event)) for event in Event.objects.all()}
    ordered = [hash for _, hash in sorted((index, hashes[id]) for id, index in places().items())]
    assert tree.read([(0, 0, tree.size())]) == [ordered]


def test_folding_nothing_changes_nothing() -> None:
    assert fold() == 0
    assert tree.size() == 0
    assert tree.ask(partial(merkle.root, 0)).hex().startswith("e3b0c442")


def test_a_leaf_that_vanished_is_noticed(superuser_url: str) -> None:
    import psycopg

    write(1)
    fold_all()
    write(2)
    fold_all()
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM audit_event WHERE id = 2")
    with pytest.raises(tree.DamagedTreeError, match="leaves 0 to 2, 1 are missing"):
        tree.read([(0, 0, 3)])
    write(300)
    with pytest.raises(IntegrityError, match="every_leaf_has_a_hash"):
        fold_all()
    assert tree.size() == 3


def test_two_sequencers_and_several_writers_make_one_tree() -> None:
    def writing() -> int:
        for _ in range(40):
            write(2)
        connections.close_all()
        return 0

    def folding() -> int:
        folded = sum(fold(limit=5, block=4) for _ in range(150))
        connections.close_all()
        return folded

    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(work) for work in (writing, folding, writing, folding)]
        folded = sum(task.result() for task in tasks)

    assert folded + fold_all() == 160
    assert sorted(places().values()) == list(range(160))
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("SELECT start, start + size FROM audit_batch ORDER BY start")
        bounds = cursor.fetchall()
        cursor.execute("SELECT start FROM audit_edge")
        (edge,) = cursor.fetchone()
    assert [0, *(end for _, end in bounds)] == [*(start for start, _ in bounds), edge]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_edge SET ids = ids[2:] || ids[1]",
        "UPDATE audit_edge SET ids = ids[:2]",
        "UPDATE audit_edge SET ids = ids[2:], start = start + 1",
        "UPDATE audit_edge SET settled_id = -1",
        "DELETE FROM audit_edge",
        "TRUNCATE audit_edge",
        "INSERT INTO audit_edge (one) VALUES (true)",
    ],
)
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("role", ["default", "owner"])
def test_a_leaf_keeps_its_place(change: str, role: str) -> None:
    write(3)
    fold_all()
    with pytest.raises((ProgrammingError, IntegrityError)), connections[role].cursor() as cursor:
        cursor.execute(change)
    assert tree.size() == 3


def test_an_event_folded_alone_leaves_no_row_of_its_own() -> None:
    before = _rows()
    for _ in range(200):
        write()
        fold()
    batches, edges = _rows()
    assert batches - before[0] <= 1, "256 leaves make a batch"
    assert edges == 1


def _rows() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM audit_batch), (SELECT count(*) FROM audit_edge)")
        batches, edges = cursor.fetchone()
    return batches, edges


def test_a_fold_that_found_work_rings_once_more() -> None:
    before = unanswered("default")
    tasks.fold()
    assert unanswered("default") == before, "nothing was there"
    write()
    tasks.fold()
    assert unanswered("default") == before + 1
    write()
    tasks.fold(again=False)
    assert (tree.size(), unanswered("default")) == (2, before + 1)
