"""What Celery may ask for."""

from celery import shared_task

from automation.workflow import engine, sweeper


@shared_task(name="automation.workflow.work")
def work(queue: str) -> None:
    engine.work(queue)


@shared_task(name="automation.workflow.sweep")
def sweep() -> None:
    sweeper.sweep()
