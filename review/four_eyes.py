"""Nobody approves what they handed in, entered, corrected, verified or already approved. The database holds the same.

    approve ──> controller (above an amount) ──> treasury (a new bank account)     each by another person

A person's limit is the largest amount they let pass, by entity and by cost centre: where they have one for the
invoice's own cost centre, it holds in place of those for any. A stand-in uses the right and the limit of the absent
person, and may approve neither what they touched themselves nor what the absent person touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Q
from django.utils import timezone

from automation.documents.models import Document, FieldValue
from automation.ledger.models import Invoice
from review import access
from review.models import Correction, Decision, Gate, Hold, Limit, Task

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


def barred(document: Document, gate: Gate) -> list[int]:
    """The ids of the people who may not approve the document at this gate."""
    if gate == Gate.VERIFY:
        return []
    given = Decision.objects.filter(document=document, verdict="approved").order_by()
    others = given.filter(gate__in=PAYMENT_GATES, reversal=None).exclude(gate=gate)
    touched = FieldValue.objects.filter(document=document, entered_by__isnull=False).values_list("entered_by")
    people = touched.union(
        Correction.objects.filter(document=document).order_by().values_list("by"),
        given.filter(gate=Gate.VERIFY).values_list("by"),
        others.values_list("by"),
        others.filter(on_behalf_of__isnull=False).values_list("on_behalf_of"),
    )
    return sorted(person for person in {document.uploaded_by_id, *(one for (one,) in people)} if person is not None)


def bar(document: Document, person: User) -> None:
    """Whoever changed a document while it waits does not approve it: let the queue know."""
    open_one = Task.objects.filter(document=document, closed_at=None, gate__in=PAYMENT_GATES)
    open_one.exclude(barred__contains=[person.pk]).update(
        barred=Func(F("barred"), person.pk, function="array_append", output_field=ArrayField(IntegerField()))
    )


def why_not(document: Document, gate: Gate, user: User | int) -> str | None:
    """Why this person may not approve this document at this gate, in words; None where nothing stands against it."""
    if (user if isinstance(user, int) else user.pk) not in barred(document, gate):
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


def task_of(document: Document, user: User, tasks: Sequence[Task]) -> Task | None:
    """Of a document's open tasks, in the order of gates, the one that counts for the person: which they may decide.

    Where that is true of several, each needs another person all the same, and theirs is the last one, which fewest may
    give. Without one: a task at whose gate they work; else any.
    """
    if len(tasks) < 2:
        return tasks[0] if tasks else None
    mine = [task for task in tasks if access.may(user, RIGHT[Gate(task.gate)], document.entity_id)]
    now = timezone.now()
    free = [
        task
        for task in mine
        if task.assigned_to_id in (None, user.pk)
        and (task.postponed_until is None or task.postponed_until <= now)
        and standing(document, Gate(task.gate), user).why_not is None
    ]
    return (free or mine or tasks)[-1]


def above_limit(document: Document, person: int) -> str | None:
    """Why the amount is more than the person may approve; None where it is not."""
    own = list(Limit.objects.filter(Q(entity=None) | Q(entity=document.entity_id), person=person))
    if not own:
        return None
    invoice = Invoice.objects.filter(document=document).first()
    centre = invoice.cost_centre if invoice is not None else ""
    exact = [limit for limit in own if centre and limit.cost_centre == centre]
    own = exact or [limit for limit in own if not limit.cost_centre]
    if not own:
        return f"No limit is set for {f'cost centre {centre}' if centre else 'invoices without a cost centre'}."
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
    """Over documents, or what leads to them by `path` ("document__"): those whose amount the person may approve.

    All for who has no limit, or stands in for others.
    """
    own = _limits(user)
    if not own or access.stands_in(user):
        return Q()
    centre = f"{path}invoice__cost_centre"
    allowed = Q(pk=None)
    for limit in own:
        gross = f"{path}invoice__gross_amount"
        amount = {f"{gross}__lte": limit.amount, f"{gross}__gte": -limit.amount}
        here = Q(**{f"{path}invoice__currency": limit.currency, **amount})
        here &= Q(entity=limit.entity_id) if limit.entity_id else Q()
        allowed |= here & (Q(**{centre: limit.cost_centre}) if limit.cost_centre else ~_own_centre(own, centre))
    everywhere = any(limit.entity_id is None for limit in own)
    return allowed if everywhere else allowed | ~Q(entity__in=[limit.entity_id for limit in own])


def _own_centre(own: list[Limit], centre: str) -> Q:
    """Where one of these limits is for the invoice's own cost centre."""
    theirs = Q(pk=None)
    for limit in own:
        if limit.cost_centre:
            theirs |= Q(**{centre: limit.cost_centre}) & (Q(entity=limit.entity_id) if limit.entity_id else Q())
    return theirs


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
