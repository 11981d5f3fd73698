"""What Celery may ask for."""

from celery import shared_task
from django.conf import settings

from automation.ingestion.retry import drop_old_bytes


@shared_task(name="automation.ingestion.drop_old_bytes")
def drop_bytes_of_refused_files() -> None:
    drop_old_bytes(days=settings.REFUSED_KEEP_DAYS)
