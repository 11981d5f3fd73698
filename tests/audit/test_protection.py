"""Nobody changes or removes an event: the application lacks the right, and triggers refuse everybody else."""

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction

from audit.record import record

CHANGES = [
    "UPDATE audit_event SET actor = 'user:nobody'",
    "UPDATE audit_event SET leaf_hash = leaf_hash WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
]
FORGERIES = [
    "INSERT INTO audit_event (id, action, actor, subject) VALUES (1, 'a.b', 'user:1', 'document:1')",
    "INSERT INTO audit_event (at, action, actor, subject) VALUES (now(), 'a.b', 'user:1', 'document:1')",
    "INSERT INTO audit_event (leaf_hash, action, actor, subject) VALUES ('', 'a.b', 'user:1', 'document:1')",
    "SELECT setval('audit_event_id_seq', 1)",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TABLE audit_event",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES + FORGERIES)
def test_the_application_role_may_only_add(statement: str) -> None:
    record("document.read", actor="user:7", subject="document:1")
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connections["default"].cursor().execute(statement)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_is_refused_by_the_trigger(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="on audit_event is refused"), transaction.atomic("owner"):
        connections["owner"].cursor().execute(statement)


@pytest.mark.django_db(databases=["default", "owner"])
def test_what_the_owner_claims_about_id_time_and_hash_is_overwritten() -> None:
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (id, at, action, actor, subject, leaf_hash)"
            " VALUES (-5, '1999-01-01', 'a.b', 'user:1', 'document:1', '') RETURNING id, at, length(leaf_hash)"
        )
        id, at, length = cursor.fetchone()
    assert id > 0
    assert at.year > 1999
    assert length == 32


@pytest.mark.django_db
def test_a_line_break_cannot_be_smuggled_into_an_entry() -> None:
    with pytest.raises(Exception, match="audit_event_is_one_line"), transaction.atomic():
        connections["default"].cursor().execute(
            "INSERT INTO audit_event (action, actor, subject, after) VALUES ('a.b', 'user:1', 'document:1', '{\n}')"
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value", "refused"),
    [
        ("action", "approved", "action_is_dotted"),
        ("action", "Document.approved", "action_is_dotted"),
        ("actor", "carla", "actor_is_kind_and_key"),
        ("subject", "document:", "subject_is_kind_and_key"),
        ("before", "[1]", "before_is_object"),
        ("after", '{"a":1,"a":2}', "after_is_object"),
        ("because", '[{"a":1,"a":2}]', "because_is_json"),
    ],
)
def test_an_event_looks_like_one(column: str, value: str, refused: str) -> None:
    values = {"action": "document.read", "actor": "system:w", "subject": "document:1", column: value}
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    with pytest.raises(IntegrityError, match=f"audit_event_{refused}"), transaction.atomic():
        connections["default"].cursor().execute(
            f"INSERT INTO audit_event ({columns}) VALUES ({marks})", list(values.values())
        )
