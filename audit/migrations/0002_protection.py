"""The database numbers and dates each event as it arrives, and refuses to change or remove one."""

from django.conf import settings
from django.db import migrations
from psycopg.sql import SQL, Identifier

from audit.append_only import append_only

# The canonical form described in audit/canonical.py. PostgreSQL's to_json escapes exactly what RFC 8785 escapes.
ENTRY_TEXT = """
    '{"action":' || to_json(event.action)
        || ',"actor":' || to_json(event.actor)
        || ',"after":' || coalesce(event.after::text, 'null')
        || ',"at":"' || to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","because":' || coalesce(event.because::text, 'null')
        || ',"before":' || coalesce(event.before::text, 'null')
        || ',"id":' || event.id
        || ',"subject":' || to_json(event.subject) || '}'
"""
ENTRY = f"""
CREATE FUNCTION audit_entry(event audit_event) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN {ENTRY_TEXT};
END $$;
CREATE FUNCTION audit_leaf(event audit_event) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN sha256('\\x00'::bytea || convert_to(audit_entry(event), 'UTF8'));
END $$;
"""

# What an event must look like. Domains are compiled once in a session, where CHECK constraints are planned anew for
# every statement and a trigger costs more than the insert.
DOMAINS = """
CREATE DOMAIN audit_action AS text CONSTRAINT audit_event_action_is_dotted CHECK (VALUE ~ '^[a-z_]+(\\.[a-z_]+)+$');
CREATE DOMAIN audit_party AS text CONSTRAINT audit_event_party_is_kind_and_key CHECK (VALUE ~ '^[a-z_]+:.+$');
CREATE DOMAIN audit_reason AS json
    CONSTRAINT audit_event_payload_is_json CHECK (VALUE IS JSON WITH UNIQUE KEYS)
    CONSTRAINT audit_event_payload_is_one_line CHECK (strpos(VALUE::text, chr(10)) = 0);
CREATE DOMAIN audit_change AS json
    CONSTRAINT audit_event_payload_is_object CHECK (VALUE IS JSON OBJECT WITH UNIQUE KEYS)
    CONSTRAINT audit_event_payload_is_one_line CHECK (strpos(VALUE::text, chr(10)) = 0);
ALTER TABLE audit_event
    ALTER COLUMN action TYPE audit_action, ALTER COLUMN actor TYPE audit_party, ALTER COLUMN subject TYPE audit_party,
    ALTER COLUMN before TYPE audit_change, ALTER COLUMN after TYPE audit_change, ALTER COLUMN because TYPE audit_reason;
"""

# The transaction takes its number before the id is drawn (CASE evaluates in order), so that an id still missing from a
# snapshot belongs either to a transaction that the snapshot lists as running or to none. The sequencer relies on it.
SEAL = """
ALTER TABLE audit_event ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE audit_event_id_seq OWNED BY audit_event.id;
ALTER TABLE audit_event
    ALTER COLUMN id SET DEFAULT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('audit_event_id_seq') END,
    ALTER COLUMN at SET DEFAULT clock_timestamp();
"""

REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are kept as they were written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Record what changed as a new row.';
END $$;
"""

# The application names the columns it may fill; id and time are the database's own.
PRIVILEGES = SQL(
    "REVOKE INSERT ON audit_event FROM {role};"
    "GRANT INSERT (action, actor, subject, before, after, because) ON audit_event TO {role};"
    "REVOKE ALL ON SEQUENCE audit_event_id_seq FROM PUBLIC, {role};"
    "GRANT USAGE ON SEQUENCE audit_event_id_seq TO {role};"
)


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_initial"),)
    operations = (
        migrations.RunSQL(DOMAINS, migrations.RunSQL.noop),
        migrations.RunSQL(ENTRY, "DROP FUNCTION audit_leaf(audit_event), audit_entry(audit_event)"),
        migrations.RunSQL(SEAL, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse_change()"),
        append_only("audit_event"),
        append_only("audit_subjectkey"),
        migrations.RunSQL(
            PRIVILEGES.format(role=Identifier(settings.DATABASE_APP_ROLE)).as_string(), migrations.RunSQL.noop
        ),
    )
