"""Tokens of services: made, found and revoked."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from types import MappingProxyType

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from audit.record import record
from automation.api.models import ServiceToken
from automation.errors import Invalid
from automation.ledger.models import LegalEntity

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "documents:read": "See documents, their fields and their events",
        "documents:write": "Hand in documents",
        "runs:read": "See the runs of documents",
        "runs:operate": "Pause, resume, cancel, retry and skip",
        "log:read": "See the signed heads of the audit log, and that they continue each other",
        "channels:read": "See the channels that files come in by",
        "channels:write": "Set up, change and remove channels",
    }
)
PREFIX = "cst_"  # lets secret scanners recognise a token that leaked


def create_token(
    name: str, *, scopes: Collection[str], entities: Collection[LegalEntity], acting_user: User | None
) -> str:
    """Make a token and return it: it cannot be shown again. `acting_user` None is the installation itself.

    Raises Invalid for an unknown scope, no scope or entity at all, or a name that was used before.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise Invalid(f"Give one or more of the scopes {', '.join(SCOPES)}.")
    if not entities:
        raise Invalid("Give one or more legal entities whose documents the service may see or hand in.")
    plain = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token, created = ServiceToken.objects.get_or_create(
            name=name, defaults={"sha256": _digest(plain), "scopes": sorted(scopes), "created_by": acting_user}
        )
        if not created:
            raise Invalid(f"There is or was a token named {name!r}; names are used once, so that the log stays clear.")
        token.entities.set(entities)
        after = {"scopes": sorted(scopes), "entities": sorted(entity.name for entity in entities)}
        record("token.created", actor=_actor(acting_user), subject=f"token:{name}", after=after)
    return plain


def revoke_token(name: str, *, acting_user: User | None) -> None:
    """Withdraw a token at once. Raises Invalid where there is none of that name; twice does nothing."""
    with transaction.atomic():
        revoked = ServiceToken.objects.filter(name=name, revoked_at=None).update(revoked_at=timezone.now())
        if revoked:
            record("token.revoked", actor=_actor(acting_user), subject=f"token:{name}")
        elif not ServiceToken.objects.filter(name=name).exists():
            raise Invalid(f"There is no token named {name!r}.")


def find_token(plain: str) -> ServiceToken | None:
    """The token that is valid now."""
    return ServiceToken.objects.filter(sha256=_digest(plain), revoked_at=None).first()


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def _actor(user: User | None) -> str:
    return "system:installation" if user is None else f"user:{user.get_username()}"
