"""Nobody approves what they handed in, entered, corrected, verified or already approved. The database holds the same.

    approve ──> controller (above an amount) ──> treasury (a new bank account)     each by another person

A person's limit is the largest amount they let pass. A stand-in uses the right and the limit of the absent person, and
may approve neither what they touched themselves nor what the absent person touched.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from automation.documents.models import Document, FieldValue
from automation.ledger.models import Invoice
from review import access
from review.models import Correction, Decision, Gate, Hold, Limit

WHY = "You handed in, corrected or verified this document, so another person must approve it."
TWICE = "You have approved this document already; the next approval needs another person."
PAYMENT_GATES = (Gate.APPROVE, Gate.CONTROLLER, Gate.TREASURY)
RIGHT = {
    Gate.VERIFY: access.VERIFY,
    Gate.APPROVE: access.APPROVE,
    Gate.CONTROLLER: access.CONTROL,
    Gate.TREASURY: access.RELEASE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person may approve a document: in whose place (None for their own), or why not."""

    on_behalf_of: int | None = None
    why_not: str | None = None


def touched_by(user: User | int, gate: Gate | OuterRef, path: str = "") -> Q | Combinable:
    """Over documents, or what leads to them by `path` ("document__"): those this person may not approve at `gate`."""
    own = {"document": OuterRef(f"{path}pk")}
    approved = Decision.objects.filter(**own, verdict="approved", reversal=None, gate__in=PAYMENT_GATES)
    return (
        Q(**{f"{path}uploaded_by": user})
        | Exists(FieldValue.objects.filter(**own, entered_by=user))
        | Exists(Correction.objects.filter(**own, by=user))
        | Exists(Decision.objects.filter(**own, by=user, gate=Gate.VERIFY, verdict="approved"))
        | Exists(approved.filter(~Q(gate=gate), Q(by=user) | Q(on_behalf_of=user)))
    )


def why_not(document: Document, gate: Gate, user: User | int) -> str | None:
    """Why this person may not approve this document at this gate, in words; None where nothing stands against it."""
    if not Document.objects.filter(touched_by(user, gate), pk=document.pk).exists():
        return None
    given = Decision.objects.filter(document=document, verdict="approved", reversal=None, gate__in=PAYMENT_GATES)
    return TWICE if given.filter(~Q(gate=gate), Q(by=user) | Q(on_behalf_of=user)).exists() else WHY


def standing(document: Document, gate: Gate, user: User) -> Standing:
    """Whether the person may approve the document at this gate, for themselves or for somebody absent."""
    refused = why_not(document, gate, user)
    if refused is not None:
        return Standing(why_not=refused)
    first = None
    for holder in access.holders(user, RIGHT[gate], document.entity_id):
        problem = (
            None if holder == user.pk else why_not(document, gate, holder) and "The person you stand in for touched it."
        )
        problem = problem or above_limit(document, holder)
        if problem is None:
            return Standing(on_behalf_of=None if holder == user.pk else holder)
        first = first or problem
    return Standing(why_not=first or "Your roles do not include this approval.")


def above_limit(document: Document, person: int) -> str | None:
    """Why the amount is more than the person may approve; None where it is not."""
    own = list(Limit.objects.filter(Q(entity=None) | Q(entity=document.entity_id), person=person))
    if not own:
        return None
    invoice = Invoice.objects.filter(document=document).first()
    gross = invoice.gross_amount if invoice is not None else None
    if invoice is None or gross is None:
        return "Its total is not known, so it cannot be held against a limit."
    largest = max((limit.amount for limit in own if limit.currency == invoice.currency), default=None)
    if largest is None:
        return f"No limit is set for {invoice.currency or 'an unknown currency'}, so another person approves it."
    if abs(gross) > largest:
        return f"Its total is above the limit of {_plain(largest)} {invoice.currency}; another person approves it."
    return None


def within_limits(user: User, path: str = "") -> Q:
    """Likewise: those whose amount the person may approve; all for who has no limit, or stands in for others."""
    own = _limits(user)
    if not own or access.stands_in(user):
        return Q()
    allowed = Q(pk=None)
    for limit in own:
        here = Q(entity=limit.entity_id) if limit.entity_id else Q()
        gross = f"{path}invoice__gross_amount"
        amount = {f"{gross}__lte": limit.amount, f"{gross}__gte": -limit.amount}
        allowed |= here & Q(**{f"{path}invoice__currency": limit.currency, **amount})
    everywhere = any(limit.entity_id is None for limit in own)
    return allowed if everywhere else allowed | ~Q(entity__in=[limit.entity_id for limit in own])


def _limits(user: User) -> list[Limit]:
    """One query, kept on the user object: that is, for one request."""
    kept: list[Limit] | None = getattr(user, "_limits", None)
    if kept is None:
        kept = user._limits = list(Limit.objects.filter(person=user))  # type: ignore[attr-defined]
    return kept


def open_holds(document: Document) -> list[Hold]:
    return list(Hold.objects.filter(document=document, released_at=None).select_related("by").order_by("pk"))


def _plain(amount: Decimal) -> str:
    return f"{amount:,.2f}"
