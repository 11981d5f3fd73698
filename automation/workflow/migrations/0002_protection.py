"""A published version of a workflow never changes: runs are pinned to it."""

from django.db import migrations

from audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection"), ("workflow", "0001_initial")]
    operations = [append_only("workflow_definition")]
