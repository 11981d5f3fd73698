"""Who may do what, for whoever answers for it: roles, limits, sign-in, second factors, and what does not go together.

What was looked at is kept in the audit log alone: the last `access.reviewed` of a person, and whether anything that
they may do was changed after it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from audit.models import Event
from audit.record import record
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import LegalEntity
from review.access import ROLES, require_governance
from review.models import Limit
from review.sign_in.second_factor import FACTORS

Held = tuple[str, LegalEntity | None]  # a role and where it holds; None is everywhere
DORMANT = timedelta(days=90)
MAX_NOTE = 500

# Roles that one person should not hold together, and why.
CONFLICTS = (
    ("clerk", "approver", "enters or corrects invoices and approves them"),
    ("clerk", "treasury", "enters bank details and confirms them"),
    ("approver", "treasury", "approves payments and confirms where they go"),
    ("governance", "clerk", "grants roles and enters invoices"),
    ("governance", "approver", "grants roles and approves payments"),
    ("governance", "treasury", "grants roles and confirms bank details"),
    ("operator", "approver", "may skip steps and approves payments"),
)


@dataclass(frozen=True, slots=True)
class Access:
    """One person's. `conflicts`: pairs of where and what; `changed`: something was granted or taken since."""

    person: User
    roles: Sequence[Held]
    limits: Sequence[Limit]
    factors: Sequence[str]  # "totp", "webauthn"
    conflicts: Sequence[tuple[LegalEntity | None, str]]
    dormant: bool
    reviewed_at: datetime | None
    reviewed_by: str
    changed: bool

    @property
    def wants_a_look(self) -> bool:
        return self.person.is_active and (self.reviewed_at is None or self.changed)


def everybody() -> list[Access]:
    """All people with an account, by name. The number of queries does not depend on how many there are."""
    people = User.objects.exclude(username="AnonymousUser").order_by("-is_active", "username")
    held, limits, factors, reviews = _held(), _limits(), _factors(), _reviews()
    return [_access(person, held[person.pk], limits[person.pk], factors[person.pk], reviews) for person in people]


def conflicting(held: Iterable[Held]) -> Iterator[tuple[LegalEntity | None, str]]:
    """Where two roles that should not meet do, None for everywhere, and what it lets the person do."""
    roles = list(held)
    for first, second, what in CONFLICTS:
        for one in (entity for role, entity in roles if role == first):
            for other in (entity for role, entity in roles if role == second):
                if one is None or other is None or one == other:
                    yield one or other, what


def mark_reviewed(person: User, note: str, *, acting_user: User) -> None:
    """Put on record that governance looked at what the person may do. Raises Invalid, NotAllowed."""
    require_governance(acting_user, None)
    if person.pk == acting_user.pk:
        raise NotAllowed("Nobody reviews their own access. Ask another person with the governance role.")
    if len(note) > MAX_NOTE:
        raise Invalid(f"Explain it in at most {MAX_NOTE} characters.")
    with transaction.atomic():
        held = sorted(f"{role}: {entity.pk if entity else 'all'}" for role, entity in _held()[person.pk])
        limits = sorted(
            f"{limit.amount} {limit.currency} {limit.cost_centre}".strip() for limit in _limits()[person.pk]
        )
        record(
            "access.reviewed",
            actor=f"user:{acting_user.username}",
            subject=f"user:{person.username}",
            after={"roles": held, "limits": limits, "active": person.is_active},
            because=note.strip() or None,
        )


def _access(
    person: User,
    roles: list[Held],
    limits: list[Limit],
    factors: list[str],
    reviews: Mapping[str, tuple[int, datetime, str, int]],
) -> Access:
    review, at, by, change = reviews.get(f"user:{person.username}", (0, None, "", 0))
    last_seen = person.last_login or person.date_joined
    return Access(
        person=person,
        roles=roles,
        limits=limits,
        factors=factors,
        conflicts=list(conflicting(roles)) if person.is_active else [],
        dormant=person.is_active and last_seen < timezone.now() - DORMANT,
        reviewed_at=at,
        reviewed_by=by,
        changed=change > review,
    )


def _held() -> Mapping[int, list[Held]]:
    entities = {str(entity.pk): entity for entity in LegalEntity.objects.all()}
    found: dict[int, list[Held]] = defaultdict(list)
    for user, name in User.groups.through.objects.order_by("group__name").values_list("user_id", "group__name"):
        role, _, key = name.partition(":")
        if role in ROLES and (not key or key in entities):
            found[user].append((role, entities.get(key)))
    return found


def _limits() -> Mapping[int, list[Limit]]:
    found: dict[int, list[Limit]] = defaultdict(list)
    for limit in Limit.objects.select_related("entity").order_by("currency", "pk"):
        found[limit.person_id].append(limit)
    return found


def _factors() -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    kept = Authenticator.objects.filter(type__in=FACTORS).order_by("type").values_list("user_id", "type")
    for user, kind in dict.fromkeys(kept):
        found[user].append(kind)
    return found


def _reviews() -> Mapping[str, tuple[int, datetime, str, int]]:
    """Subject to the id, time and author of its last review, and the id of the last change to what it may do."""
    changed = Q(action__in=("role.granted", "role.revoked", "limit.set", "user.created", "user.deactivated"))
    last = Event.objects.filter(changed, subject__startswith="user:").values_list("subject").annotate(Max("id"))
    changes = dict(last.order_by())
    reviews = Event.objects.filter(action="access.reviewed").order_by("subject", "-id").distinct("subject")
    return {
        subject: (id, at, actor.partition(":")[2], changes.get(subject, 0))
        for subject, id, at, actor in reviews.values_list("subject", "id", "at", "actor")
    }
