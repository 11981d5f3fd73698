"""What people decided is kept as written; who touched an invoice cannot approve it; the roles exist."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.append_only import append_only

# The rules hold for every way into the table. ERRCODE 23514 reaches Python as an IntegrityError.
DECIDE = """
CREATE FUNCTION review_touched(document uuid, person integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM documents_fieldvalue WHERE document_id = document AND entered_by_id = person)
        OR EXISTS (SELECT FROM review_correction WHERE document_id = document AND by_id = person)
        OR EXISTS (SELECT FROM review_decision
                   WHERE document_id = document AND by_id = person AND gate = 'verify' AND verdict = 'approved')
        OR EXISTS (SELECT FROM documents_document WHERE id = document AND uploaded_by_id = person)
$$;
CREATE FUNCTION review_approved(document uuid, person integer, here text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM review_decision decision
                   WHERE document_id = document AND person IN (by_id, on_behalf_of_id)
                     AND gate NOT IN ('verify', here) AND verdict = 'approved'
                     AND NOT EXISTS (SELECT FROM review_reversal WHERE decision_id = decision.id))
$$;
CREATE FUNCTION review_within_limit(document uuid, person integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH own AS (
        SELECT held.cost_centre AS centre, held.cost_centre <> '' AND held.cost_centre = invoice.cost_centre AS exact,
               held.currency = invoice.currency AND abs(invoice.gross_amount) <= held.amount AS enough
        FROM documents_document incoming
        JOIN review_limit held
            ON held.person_id = person AND (held.entity_id IS NULL OR held.entity_id = incoming.entity_id)
        LEFT JOIN ledger_invoice invoice ON invoice.document_id = incoming.id
        WHERE incoming.id = document
    )
    SELECT NOT EXISTS (SELECT FROM own) OR coalesce(
        (SELECT coalesce(bool_or(enough), false) FROM own WHERE exact HAVING count(*) > 0),
        (SELECT bool_or(enough) FROM own WHERE centre = ''), false)
$$;
CREATE FUNCTION review_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    task review_task;
BEGIN
    SELECT * INTO STRICT task FROM review_task WHERE id = NEW.task_id;
    IF task.document_id <> NEW.document_id OR task.gate <> NEW.gate THEN
        RAISE EXCEPTION 'The decision is not about its task' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.verdict <> 'approved' THEN
        RETURN NEW;
    END IF;
    -- Approvals may be asked for at once: whoever gives two at the same moment is seen by the second.
    PERFORM FROM documents_document WHERE id = NEW.document_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM review_hold WHERE document_id = NEW.document_id AND released_at IS NULL) THEN
        RAISE EXCEPTION 'The document is on hold' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.gate = 'verify' THEN
        RETURN NEW;
    END IF;
    IF review_touched(NEW.document_id, NEW.by_id) OR review_touched(NEW.document_id, NEW.on_behalf_of_id) THEN
        RAISE EXCEPTION 'Whoever handed in, corrected or verified a document cannot approve it'
            USING ERRCODE = 'check_violation';
    END IF;
    IF review_approved(NEW.document_id, NEW.by_id, NEW.gate)
       OR review_approved(NEW.document_id, NEW.on_behalf_of_id, NEW.gate) THEN
        RAISE EXCEPTION 'Each approval needs another person' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.on_behalf_of_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM review_standin WHERE absent_id = NEW.on_behalf_of_id AND deputy_id = NEW.by_id AND ended_at IS NULL
        AND (NEW.at AT TIME ZONE 'UTC')::date BETWEEN first_day AND last_day
    ) THEN
        RAISE EXCEPTION 'Nobody stands in for a person who did not ask for it' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT review_within_limit(NEW.document_id, coalesce(NEW.on_behalf_of_id, NEW.by_id)) THEN
        RAISE EXCEPTION 'The amount is above the limit' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_decision BEFORE INSERT ON review_decision FOR EACH ROW EXECUTE FUNCTION review_check_decision();
"""
UNDECIDE = """
DROP TRIGGER check_decision ON review_decision;
DROP FUNCTION review_check_decision();
DROP FUNCTION review_within_limit(uuid, integer);
DROP FUNCTION review_approved(uuid, integer, text);
DROP FUNCTION review_touched(uuid, integer);
"""

# Words without marks and accents, so that the index needs no dictionary; review/search.py asks in the same form.
SEARCH = """
CREATE FUNCTION review_words(said text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_to_tsvector(array_agg(word)), '') FROM (
            SELECT DISTINCT left(word, 40) AS word
            FROM regexp_split_to_table(
                translate(replace(lower(said), 'ß', 'ss'),
                          'äöüàáâãåèéêëìíîïòóôõøùúûñçý', 'aouaaaaaeeeeiiiiooooouuuncy'),
                '[^[:alnum:]]+'
            ) AS word
            WHERE word <> '' LIMIT 20000
        ) AS words
    );
EXCEPTION WHEN program_limit_exceeded THEN
    RETURN '';
END $$;
CREATE FUNCTION review_index_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest uuid := (SELECT id FROM documents_reading WHERE document_id = NEW.document_id ORDER BY id DESC LIMIT 1);
    fields tsvector := (
        SELECT review_words(concat_ws(' ', document.filename, document.sender, NEW.seller_name, NEW.number,
                                      NEW.normal_number, to_char(NEW.gross_amount, 'FM999999999990.00'),
                                      string_agg(held.value #>> '{}', ' ')))
        FROM documents_document document LEFT JOIN LATERAL (
            SELECT DISTINCT ON (name) value FROM documents_fieldvalue
            WHERE document_id = document.id ORDER BY name, id DESC
        ) held ON jsonb_typeof(held.value) = 'string'
        WHERE document.id = NEW.document_id GROUP BY document.id
    );
BEGIN
    UPDATE review_searchentry SET words = words || fields
    WHERE document_id = NEW.document_id AND reading IS NOT DISTINCT FROM newest;
    IF NOT FOUND THEN
        INSERT INTO review_searchentry (document_id, entity_id, reading, words)
        VALUES (NEW.document_id, NEW.entity_id, newest, fields || review_words(
            (SELECT string_agg(word ->> 0, ' ') FROM documents_page, jsonb_array_elements(words) AS word
             WHERE reading_id = newest)))
        ON CONFLICT (document_id) DO UPDATE SET words = EXCLUDED.words, reading = EXCLUDED.reading;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION review_index_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO review_searchentry (document_id, entity_id, words)
    VALUES (NEW.id, NEW.entity_id, review_words(concat_ws(' ', NEW.filename, NEW.sender)));
    RETURN NULL;
END $$;
-- By the index, whatever the planner thinks: it takes a beginning that it knows nothing of for a common one.
CREATE FUNCTION review_found(asked tsquery, most integer) RETURNS SETOF uuid LANGUAGE sql STABLE
SET enable_seqscan = off SET enable_indexscan = off AS $$
    SELECT document_id FROM review_searchentry WHERE words @@ asked LIMIT most
$$;
CREATE TRIGGER index_document AFTER INSERT ON documents_document
    FOR EACH ROW EXECUTE FUNCTION review_index_document();
CREATE TRIGGER index_invoice AFTER INSERT OR UPDATE ON ledger_invoice
    FOR EACH ROW EXECUTE FUNCTION review_index_invoice();
"""
UNSEARCH = """
DROP TRIGGER index_invoice ON ledger_invoice;
DROP TRIGGER index_document ON documents_document;
DROP FUNCTION review_found(tsquery, integer);
DROP FUNCTION review_index_document();
DROP FUNCTION review_index_invoice();
DROP FUNCTION review_words(text);
"""

# A task waits while its document stands at its gate: the queue asks no document about it.
WAITING = """
CREATE FUNCTION review_keep_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review_task SET waiting = NEW.state = CASE gate WHEN 'verify' THEN 'to_verify' ELSE 'to_approve' END
    WHERE document_id = NEW.id AND closed_at IS NULL
      AND waiting IS DISTINCT FROM (NEW.state = CASE gate WHEN 'verify' THEN 'to_verify' ELSE 'to_approve' END);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_waiting AFTER UPDATE OF state ON documents_document
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION review_keep_waiting();
"""
UNWAITING = """
DROP TRIGGER keep_waiting ON documents_document;
DROP FUNCTION review_keep_waiting();
"""

# What the queue's other tabs and filters ask for among all documents, newest first.
NEWEST = """
CREATE INDEX document_newest ON documents_document (entity_id, id);
CREATE INDEX document_problems ON documents_document (id) INCLUDE (entity_id)
    WHERE state IN ('failed', 'quarantined', 'rejected');
CREATE INDEX invoice_amount ON ledger_invoice (gross_amount);
CREATE INDEX invoice_due ON ledger_invoice (due_date);
CREATE INDEX invoice_cost_centre ON ledger_invoice (cost_centre) WHERE cost_centre <> '';
"""
UNNEWEST = "DROP INDEX document_newest, document_problems, invoice_amount, invoice_due, invoice_cost_centre"

PERMISSIONS = {
    "view_documents": "See this entity's documents",
    "add_documents": "Hand in documents",
    "verify_documents": "Correct and verify fields",
    "approve_documents": "Approve for payment",
    "control_documents": "Approve as controller",
    "release_documents": "Release payments to new accounts",
    "operate_runs": "Operate the runs of its documents",
    "audit_records": "See the audit log",
}
ROLES = {
    "clerk": ("view_documents", "add_documents", "verify_documents"),
    "approver": ("view_documents", "approve_documents"),
    "controller": ("view_documents", "add_documents", "verify_documents", "approve_documents", "control_documents"),
    "treasury": ("view_documents", "release_documents"),
    "auditor": ("view_documents", "audit_records"),
    "governance": ("view_documents", "audit_records"),
    "operator": ("view_documents", "operate_runs"),
}


def create_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django creates permissions only after all migrations; the groups need them now."""
    alias = schema_editor.connection.alias
    content_types, permissions, groups = (
        apps.get_model(app, model)._default_manager.using(alias)
        for app, model in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    entity_type, _ = content_types.get_or_create(app_label="ledger", model="legalentity")
    rights = {
        codename: permissions.get_or_create(content_type=entity_type, codename=codename, defaults={"name": name})[0]
        for codename, name in PERMISSIONS.items()
    }
    for role, codenames in ROLES.items():
        group, _ = groups.get_or_create(name=role)
        group.permissions.set([rights[codename] for codename in codenames])


class Migration(migrations.Migration):
    dependencies = (
        ("audit", "0002_protection"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("documents", "0001_initial"),
        ("ledger", "0001_initial"),
        ("review", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(DECIDE, UNDECIDE),
        migrations.RunSQL(SEARCH, UNSEARCH),
        migrations.RunSQL(WAITING, UNWAITING),
        migrations.RunSQL(NEWEST, UNNEWEST),
        append_only("review_correction"),
        append_only("review_decision"),
        append_only("review_reversal"),
        append_only("review_comment"),
        migrations.RunPython(create_roles, migrations.RunPython.noop),
    )
