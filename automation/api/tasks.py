"""What Celery may ask for."""

from celery import shared_task

from automation.api import idempotency


@shared_task(name="automation.api.forget_old_answers")
def forget_old_answers() -> None:
    idempotency.forget_old_answers()
