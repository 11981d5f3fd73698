"""An intent needs an approved document; what was intended and what was confirmed stay as they are."""

from django.conf import settings
from django.db import migrations
from psycopg.sql import SQL, Identifier

GUARD = """
CREATE FUNCTION posting_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (SELECT state FROM documents_document WHERE id = NEW.document_id) IS DISTINCT FROM 'approved' THEN
            RAISE EXCEPTION 'document % is not approved, so it cannot be posted', NEW.document_id
                USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.outcome = 'posted' OR (OLD.document_id, OLD.key, OLD.adapter, OLD.payload, OLD.intended_at)
            IS DISTINCT FROM (NEW.document_id, NEW.key, NEW.adapter, NEW.payload, NEW.intended_at) THEN
        RAISE EXCEPTION 'what was intended or confirmed as posting % is kept as it was', OLD.key
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON posting_posting FOR EACH ROW EXECUTE FUNCTION posting_guard();
"""
NO_DELETE = SQL("REVOKE DELETE ON posting_posting FROM {role}").format(role=Identifier(settings.DATABASE_APP_ROLE))


class Migration(migrations.Migration):
    dependencies = [("posting", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER guard ON posting_posting; DROP FUNCTION posting_guard()"),
        migrations.RunSQL(NO_DELETE.as_string(), migrations.RunSQL.noop),
    ]
