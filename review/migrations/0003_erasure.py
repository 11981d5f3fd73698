"""One function may empty what only grows: it erases a document, and refuses without an event and under a hold.

It runs as the owner. The triggers let an UPDATE pass that comes from it, or from the owner (review/rewrap.py), and no
other: whoever else sets the same setting is not the owner while the statement runs.
"""

from django.conf import settings
from django.db import migrations
from psycopg.sql import SQL, Identifier

KEPT = (
    "audit_subjectkey",
    "documents_page",
    "documents_fieldvalue",
    "checks_finding",
    "einvoice_electronicinvoice",
    "policy_triagedecision",
    "review_comment",
    "review_decision",
)

GATE = """
    current_setting('countersign.erasing', true) = 'yes'
    AND current_user = (SELECT relowner::regrole::text FROM pg_class WHERE oid = TG_RELID)
"""

REFUSE = f"""
CREATE FUNCTION review_refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND {GATE} THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% on % is refused: its rows are kept as they were written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'Record what changed as a new row.';
END $$;
CREATE OR REPLACE FUNCTION documents_refuse_new_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.sha256, OLD.storage_name, OLD.size)
            IS NOT DISTINCT FROM (NEW.sha256, NEW.storage_name, NEW.size) AND {GATE} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the bytes of document % are kept as they were received', OLD.id
        USING ERRCODE = 'insufficient_privilege', HINT = 'Hand in the changed file as a new document.';
END $$;
"""

# Hashes, amounts, dates, states and who decided stay: they are the books. Names, texts, words and bytes go.
ERASE = """
CREATE FUNCTION review_erase_document(erased uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    said bigint := (
        SELECT max(id) FROM audit_event WHERE subject = 'document:' || erased AND action = 'document.erased'
    );
BEGIN
    PERFORM set_config('countersign.erasing', 'yes', true);
    IF said IS NULL THEN
        RAISE EXCEPTION 'document % is not erased without an event that says so', erased
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM audit_legalhold h JOIN documents_document d ON d.id = erased
        LEFT JOIN ledger_invoice i ON i.document_id = d.id
        WHERE h.released_at IS NULL
            AND h.subject IN ('document:' || d.id, 'entity:' || d.entity_id, 'supplier:' || i.supplier_id)
    ) THEN
        RAISE EXCEPTION 'document % is under a legal hold', erased USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE documents_page SET words = '[]'
        WHERE reading_id IN (SELECT id FROM documents_reading WHERE document_id = erased);
    UPDATE documents_fieldvalue SET raw = '', value = '""', alternatives = '[]', reasons = '[]', box = NULL
        WHERE document_id = erased;
    UPDATE checks_finding SET message = '', evidence = '{}'
        WHERE round_id IN (SELECT id FROM checks_checkround WHERE document_id = erased);
    UPDATE einvoice_electronicinvoice SET problems = '[]', differences = '[]' WHERE document_id = erased;
    UPDATE policy_triagedecision SET reasons = '[]', inputs = '{}' WHERE document_id = erased;
    UPDATE review_comment SET text = '' WHERE document_id = erased;
    UPDATE review_letter SET text = '', subject = '', recipient = '' WHERE document_id = erased;
    UPDATE review_decision SET reason = 'erased' WHERE document_id = erased AND reason <> '';
    UPDATE ingestion_arrival SET filename = 'erased', sender = '', metadata = '{}', message = ''
        WHERE document_id = erased;
    UPDATE ledger_invoice SET seller_name = '' WHERE document_id = erased;
    UPDATE ledger_invoiceline SET description = ''
        WHERE invoice_id IN (SELECT id FROM ledger_invoice WHERE document_id = erased);
    DELETE FROM memory_memory WHERE document_id = erased;
    UPDATE posting_posting SET payload = '{}', detail = '' WHERE document_id = erased;
    UPDATE workflow_run SET error = jsonb_set(error, '{message}', '"erased"')
        WHERE subject = 'document:' || erased AND error ? 'message';
    UPDATE workflow_attempt SET message = 'erased'
        WHERE run_id IN (SELECT id FROM workflow_run WHERE subject = 'document:' || erased);
    UPDATE workflow_signal SET payload = jsonb_set(payload, '{reason}', '"erased"')
        WHERE run_id IN (SELECT id FROM workflow_run WHERE subject = 'document:' || erased) AND payload ? 'reason';
    UPDATE documents_document SET filename = 'erased', sender = '', wrapped_key = '',
        problem = CASE WHEN problem ? 'message' THEN jsonb_set(problem, '{message}', '"erased"') ELSE problem END
        WHERE id = erased;
    -- A mail goes with the last of the documents it brought.
    UPDATE ingestion_mail m SET wrapped_key = '', sender = '', recipients = '[]', subject = ''
        WHERE m.id IN (SELECT mail_id FROM ingestion_arrival WHERE document_id = erased) AND NOT EXISTS (
            SELECT FROM ingestion_arrival a JOIN documents_document d ON d.id = a.document_id
            WHERE a.mail_id = m.id AND length(d.wrapped_key) > 0
        );
    -- What events say of it is sealed with these keys. One that was never made is marked, so that none is made later.
    INSERT INTO audit_subjectkey (subject, wrapped, at, erased_by)
        SELECT subject, '', clock_timestamp(), said FROM (
            SELECT 'document:' || erased
            UNION SELECT 'run:' || id FROM workflow_run WHERE workflow_run.subject = 'document:' || erased
            UNION SELECT 'arrival:' || id FROM ingestion_arrival WHERE document_id = erased
            UNION SELECT 'mail:' || m.id FROM ingestion_mail m JOIN ingestion_arrival a ON a.mail_id = m.id
                WHERE a.document_id = erased AND length(m.wrapped_key) = 0
        ) gone (subject)
        ON CONFLICT (subject) DO UPDATE SET wrapped = '', erased_by = said;
    DELETE FROM review_searchentry WHERE document_id = erased;
    PERFORM set_config('countersign.erasing', 'no', true);
END $$;
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION review_erase_document(uuid) SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION review_erase_document(uuid) FROM PUBLIC;
"""

# The key of what events say of a person. The name itself stays as who did what.
ERASE_PERSON = """
CREATE FUNCTION review_erase_person(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    said bigint := (SELECT max(id) FROM audit_event WHERE subject = 'user:' || name AND action = 'user.erased');
BEGIN
    IF said IS NULL OR EXISTS (SELECT FROM auth_user WHERE username = name AND is_active) THEN
        RAISE EXCEPTION 'person % is not erased while the account is open or without an event that says so', name
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM audit_legalhold WHERE subject = 'user:' || name AND released_at IS NULL) THEN
        RAISE EXCEPTION 'person % is under a legal hold', name USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('countersign.erasing', 'yes', true);
    INSERT INTO audit_subjectkey (subject, wrapped, at, erased_by)
        VALUES ('user:' || name, '', clock_timestamp(), said)
        ON CONFLICT (subject) DO UPDATE SET wrapped = '', erased_by = said;
    PERFORM set_config('countersign.erasing', 'no', true);
END $$;
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION review_erase_person(text) SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION review_erase_person(text) FROM PUBLIC;
"""

POSTING = f"""
CREATE FUNCTION posting_guard_or_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {GATE} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was intended or confirmed as posting % is kept as it was', OLD.key
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER guard ON posting_posting;
CREATE TRIGGER guard BEFORE INSERT ON posting_posting FOR EACH ROW EXECUTE FUNCTION posting_guard();
CREATE TRIGGER guard_settling BEFORE UPDATE ON posting_posting FOR EACH ROW
    WHEN (OLD.outcome = 'posted' OR (OLD.document_id, OLD.key, OLD.adapter, OLD.payload, OLD.intended_at)
        IS DISTINCT FROM (NEW.document_id, NEW.key, NEW.adapter, NEW.payload, NEW.intended_at))
    EXECUTE FUNCTION posting_guard_or_erasing();
"""


def _gated(table: str) -> migrations.RunSQL:
    names = {"table": Identifier(table), "trigger": Identifier("append_only")}
    forwards = SQL(
        "DROP TRIGGER {trigger} ON {table};"
        "CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_unless_erasing();"
    )
    return migrations.RunSQL(forwards.format(**names).as_string(), migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = (
        ("review", "0002_protection"),
        ("audit", "0004_records"),
        ("checks", "0002_protection"),
        ("documents", "0003_protection"),
        ("einvoice", "0002_protection"),
        ("ingestion", "0001_initial"),
        ("ledger", "0001_initial"),
        ("memory", "0001_initial"),
        ("policy", "0002_protection"),
        ("posting", "0002_protection"),
        ("workflow", "0002_protection"),
    )
    operations = (
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        *(_gated(table) for table in KEPT),
        migrations.RunSQL(POSTING, migrations.RunSQL.noop),
        migrations.RunSQL(ERASE, "DROP FUNCTION review_erase_document(uuid)"),
        migrations.RunSQL(ERASE_PERSON, "DROP FUNCTION review_erase_person(text)"),
        migrations.RunSQL(
            SQL("GRANT EXECUTE ON FUNCTION review_erase_document(uuid), review_erase_person(text) TO {}")
            .format(Identifier(settings.DATABASE_APP_ROLE))
            .as_string(),
            migrations.RunSQL.noop,
        ),
    )
