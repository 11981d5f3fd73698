"""The two database roles: the owner runs migrations, the application may only read and write rows."""

from django.db import connections
from psycopg import sql


def ensure_app_role() -> None:
    """Create the application role if missing, and let it use everything the owner creates from now on.

    Migrations take rights away again where rows may only be added (audit/append_only.py).
    """
    owner = connections["owner"]
    app = connections["default"].settings_dict
    role = sql.Identifier(app["USER"])
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app["USER"]])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        for statement in (
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(sql.SQL(verb), role, sql.Literal(app["PASSWORD"])),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role),
            sql.SQL(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}"
            ).format(role),
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}").format(role),
        ):
            cursor.execute(statement.as_string(cursor.cursor))


def publish_defaults() -> None:
    """Publish the invoice workflow and, on an empty installation, the first policy."""
    from automation.pipeline import INVOICE
    from automation.policy.publish import publish_first
    from automation.workflow.definition import publish

    publish(INVOICE)
    publish_first()
