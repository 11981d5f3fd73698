"""Every night, where governance switched it on: what is due is erased, one document a transaction.

What is due is asked of the database each time, so a night that was cut short is made good by the next. Holds and rules
are checked again for each document as it goes, here and in the database.
"""

from celery import shared_task
from django.db import connection, transaction

from audit.record import record
from audit.retention import INVOICE, erases_nightly
from automation.errors import CountersignError
from automation.ledger.models import LegalEntity
from review.erasure import due, erase

ACTOR = "system:retention"
LIMIT = 20_000  # documents a night
_LOCK = 6_021_027  # any number no other advisory lock of the project uses


@shared_task(name="review.retention")
def erase_due() -> None:
    """Does nothing where it is switched off, or while another process is at it."""
    if not erases_nightly():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            _erase_all()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _erase_all() -> None:
    erased, refused = 0, {}
    for item in due(LegalEntity.objects.all())[:LIMIT]:
        try:
            erase(item.document, actor=ACTOR)
            erased += 1
        except (CountersignError, OSError) as error:
            refused[str(item.document.pk)] = f"{type(error).__name__}: {error}"
    with transaction.atomic():
        record(
            "retention.ran",
            actor=ACTOR,
            subject=f"retention:{INVOICE}",
            after={"erased": erased, "refused": dict(list(refused.items())[:100]), "refused_count": len(refused)},
        )
