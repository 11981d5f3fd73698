"""What it costs to find work does not grow with the runs that only wait."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from automation.workflow import store
from automation.workflow.definition import publish
from automation.workflow.models import Run
from tests.workflow.steps import workflow

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statement", "scan"),
    [(store.OLDEST_DUE, "Index Scan using run_due"), (store.OVERDUE, "Index Only Scan using run_due")],
)
def test_only_runs_that_are_due_are_looked_at(statement: str, scan: str) -> None:
    version = publish(workflow("until_time"))
    later = timezone.now() + timedelta(days=1)
    Run.objects.bulk_create(
        Run(definition=version, subject="waits", step="s1", state="waiting", due_at=later) for _ in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workflow_run")
    with psycopg.ClientCursor(connection.connection) as cursor:
        parameters = {"queue": "default", "grace": 1.0, "limit": 20}
        plan = "\n".join(line for (line,) in cursor.execute(f"EXPLAIN {statement}", parameters).fetchall())
    assert scan in plan
    assert "due_at <=" in plan.split("Index Cond:", 1)[1], plan
    assert "Filter: (due_at" not in plan
