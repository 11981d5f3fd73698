"""What people decided is kept as written; who touched an invoice cannot approve it; the roles exist."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from audit.append_only import append_only

# The four-eyes rule holds for every way into the table. ERRCODE 23514 reaches Python as an IntegrityError.
DECIDE = """
CREATE FUNCTION review_check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    task review_task;
BEGIN
    SELECT * INTO STRICT task FROM review_task WHERE id = NEW.task_id;
    IF task.document_id <> NEW.document_id OR task.gate <> NEW.gate THEN
        RAISE EXCEPTION 'The decision is not about its task' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.gate = 'approve' AND NEW.verdict = 'approved' AND (
        EXISTS (SELECT FROM documents_fieldvalue WHERE document_id = NEW.document_id AND entered_by_id = NEW.by_id)
        OR EXISTS (SELECT FROM review_correction WHERE document_id = NEW.document_id AND by_id = NEW.by_id)
        OR EXISTS (SELECT FROM review_decision
                   WHERE document_id = NEW.document_id AND by_id = NEW.by_id AND gate = 'verify')
        OR EXISTS (SELECT FROM documents_document WHERE id = NEW.document_id AND uploaded_by_id = NEW.by_id)
    ) THEN
        RAISE EXCEPTION 'Whoever handed in, corrected or verified a document cannot approve it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_decision BEFORE INSERT ON review_decision FOR EACH ROW EXECUTE FUNCTION review_check_decision();
"""
UNDECIDE = "DROP TRIGGER check_decision ON review_decision; DROP FUNCTION review_check_decision();"

PERMISSIONS = {
    "view_documents": "See this entity's documents",
    "add_documents": "Hand in documents",
    "verify_documents": "Correct and verify fields",
    "approve_documents": "Approve for payment",
    "operate_runs": "Operate the runs of its documents",
}
ROLES = {
    "clerk": ("view_documents", "add_documents", "verify_documents"),
    "approver": ("view_documents", "approve_documents"),
    "controller": ("view_documents", "add_documents", "verify_documents", "approve_documents"),
    "treasury": ("view_documents",),
    "auditor": ("view_documents",),
    "governance": ("view_documents",),
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
        append_only("review_correction"),
        append_only("review_decision"),
        append_only("review_comment"),
        migrations.RunPython(create_roles, migrations.RunPython.noop),
    )
