"""Rounds and their findings only grow."""

from django.db import migrations

from audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection"), ("checks", "0001_initial")]
    operations = [
        append_only("checks_checkround"),
        append_only("checks_finding"),
    ]
