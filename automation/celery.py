"""The Celery application. Messages are wake-up calls; see automation/workflow/engine.py for what they wake."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automation.settings")

app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery would open a database connection for each task. Like a web process, a worker keeps its own, and lets go of one
# that a restarted server left behind.
app.conf["CELERY_DB_REUSE_MAX"] = 10**9


@task_prerun.connect
def drop_broken_connections(**_: Any) -> None:
    close_old_connections()
