"""Nobody changes or removes an event: the application lacks the right, and triggers refuse everybody else."""

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction

from audit.record import record

CHANGES = [
    "UPDATE audit_event SET actor = 'user:nobody'",
    "UPDATE audit_event SET subject = subject WHERE false",
    "UPDATE audit_subjectkey SET wrapped = ''",
    "DELETE FROM audit_subjectkey",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
]
FORGERIES = [
    "INSERT INTO audit_event (id, action, actor, subject) VALUES (1, 'a.b', 'user:1', 'document:1')",
    "INSERT INTO audit_event (at, action, actor, subject) VALUES (now(), 'a.b', 'user:1', 'document:1')",
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
    with pytest.raises(ProgrammingError, match="is refused: its rows"), transaction.atomic("owner"):
        connections["owner"].cursor().execute(statement)


@pytest.mark.django_db
def test_a_line_break_cannot_be_smuggled_into_an_entry() -> None:
    with pytest.raises(Exception, match="audit_event_payload_is_one_line"), transaction.atomic():
        connections["default"].cursor().execute(
            "INSERT INTO audit_event (action, actor, subject, after) VALUES ('a.b', 'user:1', 'document:1', '{\n}')"
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value", "refused"),
    [
        ("action", "approved", "action_is_dotted"),
        ("action", "Document.approved", "action_is_dotted"),
        ("actor", "carla", "party_is_kind_and_key"),
        ("subject", "document:", "party_is_kind_and_key"),
        ("before", "[1]", "payload_is_object"),
        ("after", '{"a":1,"a":2}', "payload_is_object"),
        ("because", '[{"a":1,"a":2}]', "payload_is_json"),
    ],
)
def test_an_event_looks_like_one(column: str, value: str, refused: str) -> None:
    values = {"action": "document.read", "actor": "system:w", "subject": "document:1", column: value}
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    with pytest.raises(IntegrityError, match=f"audit_event_{refused}"), transaction.atomic():
        connections["default"].cursor().execute(
            f"INSERT INTO audit_event ({columns}) VALUES ({marks})", list(values.values())
        )
