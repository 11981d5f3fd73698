"""Wake-up calls over Celery. Losing one costs a second: the sweeper finds every run that is due."""

import logging
import uuid

from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def after_commit(run_id: uuid.UUID, queue: str) -> None:
    """Ask a worker of the queue to advance the run once the current transaction has committed."""
    transaction.on_commit(lambda: now(run_id, queue))


def now(run_id: uuid.UUID, queue: str) -> None:
    from automation.workflow.tasks import advance

    try:
        advance.apply_async(args=(str(run_id), queue), queue=queue, retry=False)
    except OperationalError as error:
        log.warning("no wake-up for run %s: the broker is away (%s); the sweeper will find it", run_id, error)
