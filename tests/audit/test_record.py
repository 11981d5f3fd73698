"""Writing to the log: with the change or not at all, only what is documented, and sealed by the database."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import rfc8785
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import canonical
from audit.events import EVENTS
from audit.models import Event
from audit.personal import opened
from audit.record import NoTransactionError, UnknownActionError, record, subject_of
from audit.verify import id_and_time, leaf_hash

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
KEY = TEXT | st.sampled_from(["at", "id", "subject"])
OBJECT = st.none() | st.dictionaries(KEY, JSON | TEXT.map(lambda text: f'","at":"{text}"'), max_size=5)


@pytest.mark.django_db
@settings(max_examples=200, deadline=None)
@given(subject=TEXT.filter(bool), before=OBJECT, after=OBJECT, because=JSON)
def test_the_database_hashes_exactly_what_python_recomputes(
    subject: str, before: object, after: object, because: object
) -> None:
    with transaction.atomic():
        written = record(
            "document.corrected",
            actor="user:7",
            subject=f"document:{subject}",
            before=before,
            after=after,
            because=because,
        )
    stored = Event.objects.get(id=written.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_entry(e), audit_leaf(e) FROM audit_event e WHERE id = %s", [written.id])
        in_database, hashed = cursor.fetchone()
    assert canonical.entry(stored) == canonical.entry(written) == in_database.encode()
    assert bytes(hashed) == leaf_hash(in_database.encode())
    (read,) = opened([stored])
    assert [canonical.plain(given) for given in (before, after, because)] == [read.before, read.after, read.because]
    assert rfc8785.dumps(canonical.loads(in_database)) == in_database.encode()
    assert "\n" not in in_database
    assert id_and_time(in_database.encode(), 0) == (written.id, canonical.timestamp(written.at).encode())


@given(JSON)
def test_canonical_text_survives_a_round_trip(value: object) -> None:
    text = canonical.dumps(value)
    assert canonical.dumps(canonical.loads(text)) == text


@pytest.mark.django_db
def test_every_column_counts_in_the_hash() -> None:
    event = record(
        "document.corrected", actor="user:7", subject="document:1", before={"a": 1}, after={"a": 2}, because="x"
    )
    other: dict[str, object] = {
        "id": event.id + 1,
        "at": event.at + timedelta(microseconds=1),
        "action": "document.approved",
        "actor": "user:8",
        "subject": "document:2",
        "before": {"a": 2},
        "after": None,
        "because": "y",
    }
    assert set(other) == {field.attname for field in Event._meta.concrete_fields}
    for column, value in other.items():
        changed = Event.objects.get(id=event.id)
        setattr(changed, column, value)
        assert canonical.entry(changed) != canonical.entry(event), column


@pytest.mark.django_db
def test_amounts_dates_and_ids_are_recorded_as_text() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    after = {
        "gross": Decimal("1190.00"),
        "due": date(2026, 3, 31),
        "at": moment,
        "run": UUID(int=1),
        "lines": (Decimal("1E+2"),),
    }
    assert record("document.extracted", actor="system:workflow", subject="document:1", after=after).after == {
        "gross": "1190.00",
        "due": "2026-03-31",
        "at": "2026-03-01T10:00:00.000000Z",
        "run": "00000000-0000-0000-0000-000000000001",
        "lines": ["100"],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        "\ud800",
        "a\0b",
        b"bytes",
        {1: "x"},
        {"a", "b"},
        datetime(2026, 1, 1),  # noqa: DTZ001
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        record("document.read", actor="system:workflow", subject="document:1", after={"value": value})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad", [{"actor": "anna"}, {"subject": "document"}, {"after": ["not", "an", "object"]}, {"before": "text"}]
)
def test_the_database_refuses_malformed_events(bad: dict[str, object]) -> None:
    good: dict[str, object] = {"actor": "user:7", "subject": "document:1"}
    with pytest.raises(IntegrityError), transaction.atomic():
        record("document.read", **{**good, **bad})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_undocumented_action_is_refused() -> None:
    with pytest.raises(UnknownActionError, match=r"document\.eaten"):
        record("document.eaten", actor="user:7", subject="document:1")


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(NoTransactionError):
        record("document.read", actor="user:7", subject="document:1")


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_event() -> None:
    count = Event.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("document.read", actor="user:7", subject="document:1")
        raise ZeroDivisionError
    assert Event.objects.count() == count
    with transaction.atomic():
        record("document.read", actor="user:7", subject="document:1")
    assert Event.objects.count() == count + 1


@pytest.mark.django_db
def test_time_is_the_databases_and_passes_within_a_transaction() -> None:
    first = record("document.read", actor="user:7", subject="document:1")
    second = record("document.read", actor="user:7", subject="document:1")
    assert first.id < second.id
    assert first.at < second.at
    assert abs(first.at - datetime.now(UTC)) < timedelta(minutes=1)


def _recorded_names() -> Iterator[tuple[Path, str]]:
    root = Path(__file__).resolve().parents[2]
    for package in ("automation", "review", "audit"):
        for path in (root / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
                        if ast.unparse(func).split(".")[-1] == "record":
                            yield path, name


def test_every_event_name_in_the_code_is_documented() -> None:
    unknown = [f"{path.name}: {name}" for path, name in _recorded_names() if name not in EVENTS]
    assert not unknown


def test_a_stored_object_names_itself_as_a_subject() -> None:
    assert subject_of(Event(id=5)) == "event:5"
