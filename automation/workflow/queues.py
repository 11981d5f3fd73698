"""How much lies in each queue: wake-ups in the broker, runs in PostgreSQL."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from redis.exceptions import RedisError

from automation.errors import Busy
from automation.workflow import store, wakeup
from automation.workflow.models import OPEN, QUEUES, Run, RunState

log = logging.getLogger(__name__)

LIMIT = 1000  # runs are counted up to this


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue. `messages`: wake-ups that no worker took yet, None while Redis is away. `due`: runs whose time has
    come; `ready`, `running`, `waiting`: open runs by state. Each is counted up to LIMIT. `lag`: for how many seconds
    the run that is due longest has been waiting for a worker."""

    name: str
    messages: int | None
    due: int
    lag: float
    ready: int
    running: int
    waiting: int


def queues() -> list[QueueView]:
    """Three queries and one round trip to Redis."""
    messages, due, lags, runs = _messages(), store.overdue(LIMIT, 0.0), _lags(), _open_runs()
    names = dict.fromkeys([*QUEUES, *due, *(queue for queue, _ in runs)])
    return [
        QueueView(
            name=name,
            messages=messages.get(name, 0) if messages is not None else None,
            due=due.get(name, 0),
            lag=lags.get(name, 0.0),
            ready=runs[name, RunState.READY.value],
            running=runs[name, RunState.RUNNING.value],
            waiting=runs[name, RunState.WAITING.value],
        )
        for name in names
    ]


def require_room(limit: int, retry_after: float = 30.0) -> None:
    """Raise Busy while `limit` runs or more of any one queue are due: more would only wait longer. 0: no limit."""
    full = [name for name, due in store.overdue(limit, 0.0).items() if due >= limit] if limit else []
    if full:
        raise Busy(
            f"{limit} runs wait for a worker of the queue {full[0]}. Nothing was taken; try again later.",
            retry_after=retry_after,
        )


def _messages() -> Mapping[str, int] | None:
    if settings.BROKER_URL:
        return {name: wakeup.unanswered(name) for name in QUEUES}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
            pipeline = broker.pipeline(transaction=False)
            for name in QUEUES:
                pipeline.llen(name)
            return dict(zip(QUEUES, pipeline.execute(), strict=True))
    except RedisError as error:
        log.warning("the broker cannot be asked for its queues: %s", error)
        return None


def _lags() -> Mapping[str, float]:
    waited = ExpressionWrapper(Now() - F("due_at"), output_field=DurationField())
    due = Run.objects.filter(held=False, due_at__lte=Now()).order_by("due_at").values_list("queue", waited)
    first, *others = [due.filter(queue=name)[:1] for name in QUEUES]
    return {name: lag.total_seconds() for name, lag in first.union(*others, all=True)}


def _open_runs() -> Counter[tuple[str, str]]:
    open_ones = [Run.objects.filter(state=state).values_list("queue", "state")[:LIMIT] for state in OPEN]
    return Counter(open_ones[0].union(*open_ones[1:], all=True))
