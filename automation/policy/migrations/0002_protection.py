"""Policies are published once, and decisions stay as they were made."""

from django.db import migrations

from audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection"), ("policy", "0001_initial")]
    operations = [
        append_only("policy_policy"),
        append_only("policy_triagedecision"),
    ]
