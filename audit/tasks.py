"""What runs on a schedule: folding, signing every minute, a full check every night."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from audit import checkpoint, copies, integrity, sequencer
from audit.signing import configured


@shared_task(name="audit.fold")
def fold(again: bool = True) -> None:
    """Beat rings every 0.8 s, and where there is work, this rings once more in between."""
    if sequencer.fold_all() and again:
        fold.apply_async(kwargs={"again": False}, countdown=0.4)


@shared_task(name="audit.checkpoint")
def sign() -> None:
    """Fails, and so is seen, where the database does not continue what was signed before."""
    sequencer.fold_all()
    checkpoint.checkpoint(configured(), Path(settings.AUDIT_HEADS_PATH))


@shared_task(name="audit.copies")
def copy_heads() -> None:
    copies.send_all()


@shared_task(name="audit.verify")
def verify() -> None:
    """Keeps what was found. Fails, and so is seen, where the log is broken."""
    sign()
    integrity.check_and_keep(configured().keys, Path(settings.AUDIT_HEADS_PATH))
