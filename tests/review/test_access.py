import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from audit.queries import trail
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import LegalEntity
from review import access


@pytest.fixture
def other(db: None) -> LegalEntity:
    return LegalEntity.objects.create(name="Another Company SARL", country="FR")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_groups_in_the_database_are_the_roles(db: None) -> None:
    held = {
        group.name: frozenset(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }
    assert held == access.ROLES


def test_a_role_holds_at_its_entity_only(clerk: User, entity: LegalEntity, other: LegalEntity) -> None:
    access.require(clerk, "verify_documents", entity)
    with pytest.raises(NotAllowed, match="Another Company"):
        access.require(clerk, "verify_documents", other)
    with pytest.raises(NotAllowed):
        access.require(clerk, "approve_documents", entity)
    assert list(access.allowed_entities(clerk, "view_documents")) == [entity]


def test_a_role_for_all_entities_holds_at_later_ones_too(outsider: User, entity: LegalEntity) -> None:
    access.grant_role(outsider, "auditor", None, acting_user=None)
    later = LegalEntity.objects.create(name="Founded later Ltd", country="GB")
    assert set(access.allowed_entities(outsider, "view_documents")) == {entity, later}
    assert not access.allowed_entities(outsider, "verify_documents").exists()


def test_roles_add_up_and_are_taken_one_by_one(clerk: User, entity: LegalEntity) -> None:
    access.grant_role(clerk, "auditor", entity, acting_user=None)
    access.revoke_role(clerk, "clerk", entity, acting_user=None)
    assert access.roles_of(clerk) == [("auditor", entity)]
    access.require(clerk, "view_documents", entity)
    assert not access.may(clerk, "verify_documents", entity.pk)


def test_rights_cost_one_query_per_request(
    clerk: User, entity: LegalEntity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = fresh(clerk)
    with django_assert_num_queries(1):
        for permission in ("view_documents", "verify_documents", "approve_documents"):
            access.may(user, permission, entity.pk)
            access.allowed_entities(user, permission)


@pytest.mark.parametrize("change", [{"is_superuser": True}, {"is_staff": True}])
def test_being_an_administrator_gives_no_right_over_documents(
    outsider: User, entity: LegalEntity, change: dict[str, bool]
) -> None:
    User.objects.filter(pk=outsider.pk).update(**change)
    assert not access.rights(fresh(outsider))


def test_a_closed_account_has_no_rights(clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert not access.rights(fresh(clerk))
    assert not access.rights(AnonymousUser())


def test_granting_and_revoking_are_audited_once(outsider: User, entity: LegalEntity) -> None:
    for _ in range(2):
        access.grant_role(outsider, "approver", entity, acting_user=None)
    for _ in range(2):
        access.revoke_role(outsider, "approver", entity, acting_user=None)
    revoked, granted = trail("user:otto")
    assert (granted.action, granted.after) == ("role.granted", {"role": "approver", "entity": str(entity.pk)})
    assert (revoked.action, revoked.before) == ("role.revoked", {"role": "approver", "entity": str(entity.pk)})


def test_only_governance_grants_and_never_to_itself(
    outsider: User, clerk: User, entity: LegalEntity, other: LegalEntity
) -> None:
    with pytest.raises(NotAllowed, match="governance"):
        access.grant_role(outsider, "approver", entity, acting_user=clerk)
    access.grant_role(clerk, "governance", entity, acting_user=None)
    access.grant_role(outsider, "approver", entity, acting_user=clerk)
    assert access.may(outsider, "approve_documents", entity.pk)
    for role, where in (("approver", other), ("approver", None)):
        with pytest.raises(NotAllowed):
            access.grant_role(outsider, role, where, acting_user=clerk)
    with pytest.raises(NotAllowed, match="own roles"):
        access.grant_role(clerk, "approver", entity, acting_user=clerk)


def test_an_unknown_role_is_refused_with_the_list(outsider: User, entity: LegalEntity) -> None:
    with pytest.raises(Invalid, match="clerk, approver"):
        access.grant_role(outsider, "king", entity, acting_user=None)


@access.needs("verify_documents")
def verifying(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@access.signed_in
def for_people(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@access.public
def for_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def test_views_tell_their_rule() -> None:
    rules = [getattr(view, "access_rule", None) for view in (verifying, for_people, for_all)]
    assert rules == ["needs verify_documents", "signed_in", "public"]
    with pytest.raises(LookupError):
        access.needs("verify_document")


def test_views_keep_their_rule(rf: RequestFactory, clerk: User, auditor: User) -> None:
    request = rf.get("/queue?tab=all")
    request.user = AnonymousUser()
    assert verifying(request)["Location"] == f"{reverse('sign-in')}?next=/queue%3Ftab%3Dall"
    assert for_people(request).status_code == 302
    assert for_all(request).status_code == 200
    request.user = auditor
    with pytest.raises(PermissionDenied):
        verifying(request)
    assert for_people(request).status_code == 200
    request.user = clerk
    assert verifying(request).status_code == 200
