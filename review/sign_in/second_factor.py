"""Whose roles ask for a second factor, and who has one."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SECRETS_OF = "second factor"  # what their sealed secrets are bound to
_PROVEN = frozenset({"mfa", "socialaccount"})  # for single sign-on the provider answers, by its own rules


def required_of(user: User) -> bool:
    """Whether one of the person's roles is in MFA_ROLES."""
    if not settings.MFA_ROLES:
        return False
    return any(name.partition(":")[0] in settings.MFA_ROLES for name in user.groups.values_list("name", flat=True))


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def missing(request: HttpRequest, user: User) -> bool:
    """Whether the person must set one up before anything else. No query where this session was opened with one."""
    if not settings.MFA_ROLES or _PROVEN & {one["method"] for one in get_authentication_records(request)}:
        return False
    return required_of(user) and not has_one(user)
