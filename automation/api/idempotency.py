"""The same request sent again gets the same answer (draft-ietf-httpapi-idempotency-key-header).

`once` claims the key before the work and keeps its answer after it. Between the two the work may be done twice, by a
second request at the same time or after a crash; it must not mind, as taking in a file does not: the same bytes are one
document. `once_with` is for work in the database alone: key, work and answer are one transaction, so it is done once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from rest_framework.request import Request
from rest_framework.response import Response

from automation.api.models import IdempotentRequest, ServiceToken
from automation.api.problems import MEDIA_TYPE, Problem, of
from automation.errors import CountersignError, Invalid

HEADER = "Idempotency-Key"
KEPT = timedelta(days=30)  # after which a key is as good as new; docs/api.md promises it


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body; `replayed` where it was given before."""

    status: int
    body: Problem
    replayed: bool = False

    def response(self) -> Response:
        """The answer as sent: problem details for a refusal, and whether it was given before."""
        kind = MEDIA_TYPE if self.status >= 400 else None
        headers = {"Idempotent-Replayed": "true"} if self.replayed else None
        return Response(self.body, status=self.status, content_type=kind, headers=headers)


def key_of(request: Request) -> str:
    """The request's key. Raises Invalid (400) where it is missing or odd."""
    key = request.headers.get(HEADER, "")
    if re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        return key
    error = Invalid(
        f"Send the header {HEADER} with a value of your own for each new request, such as a UUID: up to 255 visible"
        " ASCII characters. After a lost connection the same value makes the same request safe to repeat.",
        code="idempotency_key_missing" if not key else "idempotency_key_invalid",
    )
    error.status = 400
    raise error


def once(token: ServiceToken, key: str, digest: str, work: Callable[[], Answer]) -> Answer:
    """The answer kept for this key, else what `work` answers now. Refusals are answers too and kept.

    Raises Invalid where the key was used for something else, and what `work` raises of failures that may pass.
    """
    claimed, _ = IdempotentRequest.objects.get_or_create(token=token, key=key, defaults={"digest": digest})
    if claimed.digest != digest:
        raise Invalid(f"This {HEADER} was used for another request. Use a new one.", code="idempotency_key_reused")
    if claimed.status is None:
        answer = _answer(work)
        kept = IdempotentRequest.objects.filter(pk=claimed.pk, status=None)
        if kept.update(status=answer.status, body=answer.body):
            return answer
        claimed.refresh_from_db()
    assert claimed.status is not None and claimed.body is not None
    return Answer(claimed.status, claimed.body, replayed=True)


def once_with(token: ServiceToken, key: str, digest: str, work: Callable[[], Answer]) -> Answer:
    """As `once`, in one transaction with what `work` changes: a second request waits for the first one's answer."""
    with transaction.atomic():
        return once(token, key, digest, work)


def _answer(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except CountersignError as error:
        if error.status >= 500:
            raise
        return Answer(error.status, of(error))


def forget_old_answers() -> int:
    """Delete answers kept longer than `KEPT`; how many."""
    deleted, _ = IdempotentRequest.objects.filter(created_at__lt=Now() - KEPT).delete()
    return deleted
