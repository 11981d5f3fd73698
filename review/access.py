"""Who may do what, per legal entity. Every right comes from a role, and every role is granted and revoked here.

A role is a Django group: `clerk` for all entities (its permissions are the group's own), `clerk:<entity id>` for one
(its permissions are `EntityRight` rows). Being a superuser gives no right over documents.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from audit.record import record
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import LegalEntity
from review.models import EntityRight
from review.sign_in import second_factor

VIEW, ADD, VERIFY, APPROVE = "view_documents", "add_documents", "verify_documents", "approve_documents"
CONTROL, RELEASE = "control_documents", "release_documents"
OPERATE = "operate_runs"
AUDIT = "audit_records"
DELEGATED = (VIEW, APPROVE, CONTROL, RELEASE)  # what a stand-in may do for an absent person

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "clerk": frozenset({VIEW, ADD, VERIFY}),
        "approver": frozenset({VIEW, APPROVE}),
        "controller": frozenset({VIEW, ADD, VERIFY, APPROVE, CONTROL}),
        "treasury": frozenset({VIEW, RELEASE}),
        "auditor": frozenset({VIEW, AUDIT}),
        "governance": frozenset({VIEW, AUDIT}),
        "operator": frozenset({VIEW, OPERATE}),
    }
)

# Asked by every page, and most of a small one's time where the ORM puts it together anew.
_GRANTED = """
WITH held AS (
    SELECT membership.group_id, membership.user_id FROM auth_user_groups membership
    WHERE membership.user_id = %(person)s OR membership.user_id IN (
        SELECT absent.id FROM review_standin JOIN auth_user absent ON absent.id = absent_id AND absent.is_active
        WHERE deputy_id = %(person)s AND ended_at IS NULL AND %(today)s BETWEEN first_day AND last_day)
), granted AS (
    SELECT permission_id, NULL::uuid AS entity, user_id FROM held JOIN auth_group_permissions USING (group_id)
    UNION SELECT permission_id, content_object_id, user_id FROM held JOIN review_entityright USING (group_id)
)
SELECT codename, entity, user_id FROM granted
JOIN auth_permission permission ON permission.id = permission_id
JOIN django_content_type kind ON kind.id = content_type_id AND app_label = 'ledger' AND model = 'legalentity'
WHERE user_id = %(person)s OR codename = ANY(%(delegated)s)
"""

P = ParamSpec("P")
Person = User | AnonymousUser
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
_WORDS = {
    VIEW: "see the documents of",
    ADD: "hand in documents for",
    VERIFY: "correct and verify documents of",
    APPROVE: "approve documents of",
    CONTROL: "approve as controller for",
    RELEASE: "release payments of",
    OPERATE: "operate the runs of",
    AUDIT: "see the audit log of",
}


def rights(user: Person) -> Mapping[str, frozenset[uuid.UUID | None]]:
    """Permission to the ids of the entities where the user has it; None among them stands for all entities.

    What the user may do for absent people counts too.
    """
    return {codename: frozenset(entity for entity, _ in held) for codename, held in _grants(user).items()}


def holders(user: User, permission: str, entity_id: uuid.UUID) -> list[int]:
    """Whose right it is that the user would use at this entity: their own first, then those of absent people."""
    held = {holder for entity, holder in _grants(user).get(permission, ()) if entity in (entity_id, None)}
    return sorted(held, key=lambda holder: (holder != user.pk, holder))


def stands_in(user: User) -> bool:
    """Whether the user may do something in the place of somebody absent."""
    return any(holder != user.pk for held in _grants(user).values() for _, holder in held)


def _grants(user: Person) -> Mapping[str, set[tuple[uuid.UUID | None, int]]]:
    """Permission to (entity or None for all, whose right it is). One query, kept on the user object."""
    if not user.is_active or user.pk is None:
        return {}
    kept: Mapping[str, set[tuple[uuid.UUID | None, int]]] | None = getattr(user, "_entity_rights", None)
    if kept is None:
        found: dict[str, set[tuple[uuid.UUID | None, int]]] = defaultdict(set)
        for codename, entity_id, holder in _granted(user):
            found[codename].add((entity_id, holder))
        kept = found
        user._entity_rights = kept  # type: ignore[attr-defined]
    return kept


def _granted(user: Person) -> list[tuple[str, uuid.UUID | None, int]]:
    with connection.cursor() as cursor:
        day = {"person": user.pk, "today": timezone.now().date(), "delegated": list(DELEGATED)}
        cursor.execute(_GRANTED, day)
        return list(cursor.fetchall())


def allowed_entities(user: Person, permission: str) -> QuerySet[LegalEntity]:
    """The entities where the user has the permission (`view_documents`, ...), for use as a filter."""
    ids = rights(user).get(permission, frozenset())
    return LegalEntity.objects.all() if None in ids else LegalEntity.objects.filter(pk__in=ids)


def may(user: Person, permission: str, entity_id: uuid.UUID) -> bool:
    """Whether the user has the permission at this entity."""
    return not rights(user).get(permission, frozenset()).isdisjoint({entity_id, None})


def require(user: Person, permission: str, entity: LegalEntity) -> None:
    """Raise NotAllowed unless the user has the permission at this entity."""
    if not may(user, permission, entity.pk):
        raise NotAllowed(f"You may not {_WORDS[permission]} {entity.name}. Ask your administrator for the role.")


def require_governance(acting_user: User | None, entity: LegalEntity | None) -> None:
    """Raise NotAllowed unless the person has the governance role for the entity, or for all (None).

    `acting_user` None is the installation itself, which may.
    """
    if acting_user is None:
        return
    names = {_group_name("governance", None), _group_name("governance", entity)}
    if not (acting_user.is_active and acting_user.groups.filter(name__in=names).exists()):
        raise NotAllowed("Only people with the governance role manage accounts and roles.")


def may_govern(user: User) -> bool:
    """Whether the person has the governance role for all entities."""
    return user.is_active and user.groups.filter(name=_group_name("governance", None)).exists()


def holding(right: str, entity: uuid.UUID | None = None) -> Q:
    """People who hold a right by a role: for all entities or for this one, for any at all where none is given."""
    there = Q(groups__entityright__permission__codename=right)
    if entity is not None:
        there &= Q(groups__entityright__content_object=entity)
    return Q(groups__permissions__codename=right) | there


def grant_role(user: User, role: str, entity: LegalEntity | None, *, acting_user: User | None) -> None:
    """Give a role for one entity, or for all (None). Granting what is already held does nothing.

    `acting_user` needs the governance role there and grants nothing to themselves; None is the installation itself.
    """
    if role not in ROLES:
        raise Invalid(f"There is no role {role!r}. Roles are: {', '.join(ROLES)}.")
    with transaction.atomic():
        require_governance(acting_user, entity)
        _require_other(user, acting_user)
        group, created = Group.objects.get_or_create(name=_group_name(role, entity))
        if created and entity is not None:
            permissions = Permission.objects.filter(
                content_type__app_label="ledger", content_type__model="legalentity", codename__in=ROLES[role]
            )
            EntityRight.objects.bulk_create(
                EntityRight(group=group, permission=permission, content_object=entity) for permission in permissions
            )
        if not user.groups.filter(pk=group.pk).exists():
            user.groups.add(group)
            _record("role.granted", user, role, entity, acting_user)
    _forget(user)


def revoke_role(user: User, role: str, entity: LegalEntity | None, *, acting_user: User | None) -> None:
    """Take a role away again; taking what is not held does nothing. The same rule as for granting."""
    with transaction.atomic():
        require_governance(acting_user, entity)
        _require_other(user, acting_user)
        group = user.groups.filter(name=_group_name(role, entity)).first()
        if group is not None:
            user.groups.remove(group)
            _record("role.revoked", user, role, entity, acting_user)
    _forget(user)


def roles_of(user: User) -> list[tuple[str, LegalEntity | None]]:
    """The user's roles, each with its entity, or None where it holds for all. Two queries."""
    names = list(user.groups.order_by("name").values_list("name", flat=True))
    parts = [name.partition(":") for name in names]
    entities = {str(e.pk): e for e in LegalEntity.objects.filter(pk__in=[key for _, _, key in parts if key])}
    return [(role, entities.get(key)) for role, _, key in parts if role in ROLES and (not key or key in entities)]


def needs(permission: str) -> Callable[[View[P]], View[P]]:
    """The view is for people who have the permission at one entity or more; what they see there is up to its query.

    Who is not signed in is sent to do so; who has no such role gets PermissionDenied.
    """
    if permission not in _WORDS:
        raise LookupError(f"no such permission: {permission}")
    return _rule(f"needs {permission}", lambda user: bool(rights(user).get(permission)))


def signed_in(view: View[P]) -> View[P]:
    """The view is for everybody who is signed in."""
    return _rule("signed_in", lambda user: True)(view)


def governs(view: View[P]) -> View[P]:
    """The view is for people who have the governance role for all entities."""
    return _rule("governs", lambda user: isinstance(user, User) and may_govern(user))(view)


def own_sign_in(view: View[P]) -> View[P]:
    """The view is for everybody who is signed in, also while the second factor that their role asks for is missing."""
    return _rule("own_sign_in", lambda user: True, lenient=True)(view)


def public(view: View[P]) -> View[P]:
    """The view is for everybody."""
    view.access_rule = "public"  # type: ignore[attr-defined]
    return view


def _rule(name: str, holds: Callable[[Person], bool], *, lenient: bool = False) -> Callable[[View[P]], View[P]]:
    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not lenient and second_factor.missing(request, request.user):
                return redirect("security")
            if not holds(request.user):
                raise PermissionDenied("Your roles do not include this page.")
            return view(request, *args, **kwargs)

        guarded.access_rule = name  # type: ignore[attr-defined]
        return guarded

    return declare


def _group_name(role: str, entity: LegalEntity | None) -> str:
    return role if entity is None else f"{role}:{entity.pk}"


def _require_other(user: User, acting_user: User | None) -> None:
    if acting_user is not None and acting_user.pk == user.pk:
        raise NotAllowed("Nobody changes their own roles. Ask another person with the governance role.")


def _record(action: str, user: User, role: str, entity: LegalEntity | None, acting_user: User | None) -> None:
    held = {"role": role, "entity": str(entity.pk) if entity else "all"}
    record(
        action,
        actor=f"user:{acting_user.username}" if acting_user else "system:installation",
        subject=f"user:{user.username}",
        **({"after": held} if action == "role.granted" else {"before": held}),
    )


def _forget(user: User) -> None:
    user.__dict__.pop("_entity_rights", None)
