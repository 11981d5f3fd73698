"""Readings and values only grow, and a document's bytes stay what they were when they arrived."""

from django.db import migrations

from audit.append_only import append_only

# The sealed columns of a document: what was received, and how to get it back.
SEAL = """
CREATE FUNCTION documents_refuse_new_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the bytes of document % are kept as they were received', OLD.id
        USING ERRCODE = 'insufficient_privilege', HINT = 'Hand in the changed file as a new document.';
END $$;
CREATE TRIGGER bytes_are_kept BEFORE UPDATE ON documents_document FOR EACH ROW
    WHEN ((OLD.sha256, OLD.storage_name, OLD.wrapped_key, OLD.size, OLD.parent_id, OLD.pages)
          IS DISTINCT FROM (NEW.sha256, NEW.storage_name, NEW.wrapped_key, NEW.size, NEW.parent_id, NEW.pages))
    EXECUTE FUNCTION documents_refuse_new_bytes();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection"), ("documents", "0002_initial")]
    operations = [
        append_only("documents_reading"),
        append_only("documents_page"),
        append_only("documents_extraction"),
        append_only("documents_fieldvalue"),
        migrations.RunSQL(
            SEAL, "DROP TRIGGER bytes_are_kept ON documents_document; DROP FUNCTION documents_refuse_new_bytes()"
        ),
    ]
