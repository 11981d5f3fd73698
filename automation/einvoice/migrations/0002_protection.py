"""What was found in electronic invoices is only ever added."""

from django.db import migrations

from audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection"), ("einvoice", "0001_initial")]
    operations = [append_only("einvoice_electronicinvoice")]
