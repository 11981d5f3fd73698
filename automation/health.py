"""Whether this installation can work right now, for load balancers and supervisors."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from inference.extraction import weights


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503. What only slows work down or makes it poorer is said, not failed:
    a broker that is away, and why the network cannot read (empty where it can).
    """
    database, broker = _database(), _broker()
    answer = {"database": database, "broker": broker, "reader_problem": weights.problem()}
    return JsonResponse(answer, status=200 if database else 503)


health.access_rule = "public"  # type: ignore[attr-defined]


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    try:
        return bool(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping())
    except redis.RedisError:
        return False
