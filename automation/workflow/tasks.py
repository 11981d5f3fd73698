"""What Celery may ask for."""

import uuid

from celery import shared_task

from automation.workflow import engine, sweeper


@shared_task(name="automation.workflow.advance")
def advance(run_id: str, queue: str) -> None:
    engine.advance(uuid.UUID(run_id), queue=queue)


@shared_task(name="automation.workflow.sweep")
def sweep() -> None:
    sweeper.sweep()
