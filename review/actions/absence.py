"""Who approves up to which amount, and who stands in for whom."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import is_currency
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from audit.record import record
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import LegalEntity
from review.access import require_governance
from review.models import Limit, StandIn

LONGEST = timedelta(days=366)
LONGEST_CENTRE = 40


def set_limit(
    person: User,
    amount: Decimal | None,
    currency: str,
    entity: LegalEntity | None,
    *,
    cost_centre: str = "",
    acting_user: User | None,
) -> None:
    """Up to `amount` at one entity, or at all (None), for one cost centre or ("") any; None takes the limit away.

    `acting_user` needs the governance role there and sets no limit of their own; None is the installation itself.
    """
    require_governance(acting_user, entity)
    if acting_user is not None and acting_user.pk == person.pk:
        raise NotAllowed("Nobody sets their own limit. Ask another person with the governance role.")
    if not is_currency(currency) or (amount is not None and not 0 <= amount < Decimal(10) ** 12):
        raise Invalid("A limit is an amount from 0 on and a currency such as EUR.")
    centre = cost_centre.strip().upper()
    if len(centre) > LONGEST_CENTRE:
        raise Invalid(f"A cost centre has at most {LONGEST_CENTRE} characters.")
    with transaction.atomic():
        where: dict[str, Any] = {"person": person, "entity": entity, "currency": currency, "cost_centre": centre}
        before = Limit.objects.filter(**where).first()
        if amount is None:
            Limit.objects.filter(**where).delete()
        else:
            Limit.objects.update_or_create(**where, defaults={"amount": amount})
        at = {"entity": str(entity.pk) if entity else "all", "currency": currency}
        at |= {"cost_centre": centre} if centre else {}
        _record(
            "limit.set",
            person,
            acting_user,
            before={**at, "amount": before.amount} if before else None,
            after={**at, "amount": amount},
        )


def appoint(absent: User, deputy: User, first_day: date, last_day: date) -> StandIn:
    """Let the deputy approve in the absent person's place, whose own wish it is. Raises Invalid."""
    today = timezone.now().date()
    if deputy.pk == absent.pk or not deputy.is_active:
        raise Invalid("Choose a colleague who stands in for you.")
    if not today <= first_day <= last_day <= today + LONGEST:
        raise Invalid("Choose days from today on, within a year, the first before the last.")
    with transaction.atomic():
        stand_in = StandIn.objects.create(absent=absent, deputy=deputy, first_day=first_day, last_day=last_day)
        after = {"deputy": deputy.username, "first_day": first_day, "last_day": last_day}
        _record("stand_in.appointed", absent, absent, after=after)
    return stand_in


def end_stand_in(stand_in_id: int, *, acting_user: User) -> None:
    """The absent person is back. Only they, or governance, may end it; ending it twice does nothing."""
    with transaction.atomic():
        stand_in = StandIn.objects.select_related("absent", "deputy").get(pk=stand_in_id)
        if stand_in.absent != acting_user:
            require_governance(acting_user, None)
        if StandIn.objects.filter(pk=stand_in_id, ended_at=None).update(ended_at=timezone.now()):
            _record("stand_in.ended", stand_in.absent, acting_user, before={"deputy": stand_in.deputy.username})


def _record(action: str, person: User, acting_user: User | None, **what: object) -> None:
    actor = f"user:{acting_user.username}" if acting_user else "system:installation"
    record(action, actor=actor, subject=f"user:{person.username}", **what)
