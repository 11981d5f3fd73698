"""Whether this installation can work right now, for load balancers and supervisors."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503. A broker that is away only slows work down: it is said, not failed."""
    database, broker = _database(), _broker()
    return JsonResponse({"database": database, "broker": broker}, status=200 if database else 503)


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
