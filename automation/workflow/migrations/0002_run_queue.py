"""A run knows the queue of its present step, so that its workers find the longest due without the definition."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="run", name="run_due"),
        migrations.AddField(model_name="run", name="queue", field=models.TextField(default="default")),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["queue", "due_at"],
                name="run_due",
                condition=models.Q(("due_at__isnull", False), ("held", False)),
                include=("id",),
            ),
        ),
    ]
