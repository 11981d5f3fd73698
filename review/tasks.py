"""Where the worker finds this app's tasks."""

from celery import shared_task

from review import alarms, letters, reminders
from review.erasing_due import erase_due
from review.pack.build import build_packs

__all__ = ["build_packs", "check_log", "erase_due", "remind", "send_letters"]


@shared_task(name="review.letters")
def send_letters() -> None:
    """Send what was written and take in what was answered."""
    letters.send_due()
    letters.hear()


@shared_task(name="review.reminders")
def remind() -> None:
    reminders.write_daily()


@shared_task(name="review.alarms")
def check_log() -> None:
    alarms.write_due()
