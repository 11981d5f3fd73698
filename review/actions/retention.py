"""Governance over keeping and erasing: rules, legal holds, erasure. Each is one transaction and one event."""

import uuid

from django.contrib.auth.models import User

from audit import retention
from audit.models import LegalHold, RetentionKind, RetentionRule, RetentionSchedule
from automation.documents.models import Document
from automation.errors import Conflict, Invalid
from automation.ledger.models import LegalEntity, Supplier
from review import erasure
from review.access import require_governance

KINDS = {"document": Document, "supplier": Supplier, "entity": LegalEntity}


def set_rule(
    country: str, years: int, basis: str, *, acting_user: User, kind: str = retention.INVOICE
) -> RetentionRule:
    """Raises NotAllowed, and Invalid for what is no kind, no country, no number of years or without a reason."""
    require_governance(acting_user, None)
    if kind not in RetentionKind.values:
        raise Invalid(f"There is no kind of papers called {kind!r}.")
    if country != retention.ANYWHERE and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise Invalid("The country is two capital letters, as in DE, or * for everywhere else.")
    if not 1 <= years <= 100:
        raise Invalid("Give 1 to 100 years.")
    if not basis:
        raise Invalid("Say which law or decision this rests on.")
    actor = f"user:{acting_user.username}"
    return retention.set_rule(country, years, basis, actor=actor, kind=RetentionKind(kind))


def set_schedule(enabled: bool, because: str, *, acting_user: User) -> RetentionSchedule:
    """Let what is due be erased every night, or no longer. Raises NotAllowed, Invalid without a reason."""
    require_governance(acting_user, None)
    if not because:
        raise Invalid("Say why.")
    return retention.set_schedule(enabled, because, actor=f"user:{acting_user.username}")


def place_hold(kind: str, key: str, reason: str, *, acting_user: User) -> LegalHold:
    """Raises NotAllowed, Invalid for an unknown thing or no reason, Conflict where it is held already."""
    require_governance(acting_user, None)
    if kind not in KINDS or not _exists(kind, key):
        raise Invalid(f"There is no {kind or 'thing'} with the id {key!r}.")
    if not reason:
        raise Invalid("Say why it must be kept.")
    try:
        return retention.place_hold(f"{kind}:{uuid.UUID(key)}", reason, actor=f"user:{acting_user.username}")
    except retention.HeldError as error:
        raise Conflict(str(error)) from error


def release_hold(hold_id: int, because: str, *, acting_user: User) -> None:
    """Raises NotAllowed, Invalid without a reason, Conflict where it was released before."""
    require_governance(acting_user, None)
    if not because:
        raise Invalid("Say why it need not be kept any longer.")
    if not retention.release_hold(hold_id, because=because, actor=f"user:{acting_user.username}"):
        raise Conflict("This hold was released before.")


def erase_document(document_id: uuid.UUID, *, acting_user: User) -> erasure.Certificate:
    """Raises NotAllowed, and what `erasure.erase` raises."""
    document = Document.objects.select_related("entity").get(pk=document_id)
    require_governance(acting_user, document.entity)
    return erasure.erase(document, actor=f"user:{acting_user.username}")


def _exists(kind: str, key: str) -> bool:
    try:
        return KINDS[kind]._default_manager.filter(pk=uuid.UUID(key)).exists()
    except ValueError:
        return False
