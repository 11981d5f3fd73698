"""Policies are published, never edited: each version is kept with its digest."""

import hashlib
from typing import Any

import rfc8785
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from audit.record import record
from automation.errors import Conflict
from automation.policy.body import parse
from automation.policy.models import Policy

# The seed case's preset: a person looks when any key field is below 0.85 or any finding is above information.
FIRST: dict[str, Any] = {
    "name": "Seed preset",
    "minimum_confidence": "0.85",
    "key_fields": ["invoice_number", "issue_date", "seller_name", "currency", "gross_amount"],
    "highest_silent_severity": "info",
    "hours": {"verify": 16, "approve": 16},
}


def publish(body: dict[str, Any], *, acting_user: User | None) -> Policy:
    """Store `body` as the newest version; it decides from the next document on.

    Raises Invalid naming what is wrong with the body, and Conflict when another version was published meanwhile.
    """
    parse(body)
    try:
        with transaction.atomic():
            return _store(body, acting_user)
    except IntegrityError as error:
        raise Conflict("Another policy was published at the same moment; look at it first.") from error


def _store(body: dict[str, Any], acting_user: User | None) -> Policy:
    newest = Policy.objects.order_by("-version").first()
    policy = Policy.objects.create(
        version=newest.version + 1 if newest else 1,
        body=body,
        digest=hashlib.sha256(rfc8785.dumps(body)).hexdigest(),
        published_by=acting_user,
    )
    record(
        "policy.published",
        actor=f"user:{acting_user.username}" if acting_user else "system:installation",
        subject=f"policy:{policy.version}",
        before={"digest": newest.digest} if newest else None,
        after={"digest": policy.digest, "body": body},
    )
    return policy


def publish_first() -> None:
    """Give an empty installation its first policy."""
    if not Policy.objects.exists():
        publish(FIRST, acting_user=None)
