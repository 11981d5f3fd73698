"""Tables that only grow. Any app protects a table of its own by adding `append_only(...)` to a migration."""

from django.conf import settings
from django.db.migrations import RunSQL
from psycopg.sql import SQL, Identifier

_TRIGGER = Identifier("append_only")


def append_only(table: str) -> RunSQL:
    """A migration operation after which rows of `table` can be added and read, never changed or removed.

    The application role (settings.DATABASE_APP_ROLE) keeps SELECT and INSERT only; a trigger refuses UPDATE, DELETE and
    TRUNCATE to everybody else, the table's owner included. The migration must depend on ("audit", "0002_protection").
    The table's foreign keys need on_delete=PROTECT or DO_NOTHING; `INSERT ... ON CONFLICT DO UPDATE` is refused too.
    """
    names = {"table": Identifier(table), "trigger": _TRIGGER, "role": Identifier(settings.DATABASE_APP_ROLE)}
    forwards = SQL(
        "CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();"
        "REVOKE ALL ON {table} FROM PUBLIC, {role};"
        "GRANT SELECT, INSERT ON {table} TO {role};"
    )
    backwards = SQL("DROP TRIGGER {trigger} ON {table}; GRANT UPDATE, DELETE ON {table} TO {role};")
    return RunSQL(forwards.format(**names).as_string(), backwards.format(**names).as_string())
