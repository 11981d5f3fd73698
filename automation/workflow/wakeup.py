"""Bells over Celery: one message says that a queue has work, not which. Losing one costs a second: see the sweeper."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

log = logging.getLogger(__name__)

ENOUGH = 20  # unanswered bells in a queue: every bell makes a worker process take many runs


def after_commit(queue: str) -> None:
    """Ring for the queue once the current transaction has committed."""
    transaction.on_commit(lambda: ring(queue))


def ring(queue: str) -> None:
    """Ask a worker of the queue to look for a due run. It never expires: that would compare two clocks."""
    from automation.workflow.tasks import work

    try:
        work.apply_async(args=(queue,), queue=queue, retry=False)
    except OperationalError as error:
        log.warning("no wake-up for %s: the broker is away (%s); the sweeper will ring again", queue, error)


def unanswered(queue: str) -> int:
    """How many bells of the queue no worker has taken yet; 0 when the broker is away."""
    try:
        with current_app.connection_or_acquire() as broker:
            return int(broker.default_channel.queue_declare(queue, passive=True).message_count)
    except (ChannelError, OperationalError):
        return 0
