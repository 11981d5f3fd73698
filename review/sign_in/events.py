"""Signing in and out, and what changes about it, in the audit log.

Signals are the one place where this can be heard: every way in (page, passkey, single sign-on, lock-out) sends them,
and no mutation of ours is involved. A name that belongs to nobody is not recorded: people type passwords there.
"""

from typing import Any

from allauth.account.signals import password_changed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed as second_factor_failed
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.signals import social_account_added
from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from audit.record import record


@receiver(user_logged_in)
def signed_in(sender: object, *, user: User, **_: object) -> None:
    _record("user.signed_in", by_themselves(user), by_themselves(user))


@receiver(user_logged_out)
def signed_out(sender: object, *, user: User | None, **_: object) -> None:
    if user is not None:
        _record("user.signed_out", by_themselves(user), by_themselves(user))


@receiver(user_login_failed)
def sign_in_failed(sender: object, *, credentials: dict[str, Any], **_: object) -> None:
    _record("user.sign_in_failed", "system:sign_in", _known(credentials.get("username")))


@receiver(user_locked_out)
def locked_out(sender: object, *, username: str | None, **_: object) -> None:
    _record("user.locked_out", "system:sign_in", _known(username))


@receiver(second_factor_failed)
def code_refused(sender: object, *, user: User, authenticator: Authenticator, **_: object) -> None:
    _record("user.second_factor_failed", "system:sign_in", by_themselves(user), after=_kind(authenticator))


@receiver(post_save, sender=Authenticator)
def factor_added(sender: object, *, instance: Authenticator, created: bool, **_: object) -> None:
    """allauth's own signals come after the commit, when the change could stand without its event."""
    if created:
        _record("user.second_factor_added", _acting(), by_themselves(instance.user), after=_kind(instance))


@receiver(post_delete, sender=Authenticator)
def factor_removed(sender: object, *, instance: Authenticator, **_: object) -> None:
    _record("user.second_factor_removed", _acting(), by_themselves(instance.user), before=_kind(instance))


@receiver(password_changed)
def password_was_changed(sender: object, *, user: User, **_: object) -> None:
    _record("user.password_changed", by_themselves(user), by_themselves(user))


@receiver(social_account_added)
def identity_linked(sender: object, *, sociallogin: SocialLogin, **_: object) -> None:
    user = sociallogin.user
    _record("user.identity_linked", by_themselves(user), by_themselves(user), after=provided_by(sociallogin))


def by_themselves(user: Any) -> str:
    return f"user:{user.username}"


def provided_by(login: SocialLogin) -> dict[str, str]:
    """Who vouched for a person, and under which stable name they know them."""
    return {"provider": login.account.provider, "id": login.account.uid}


def _acting() -> str:
    """Who asks, as far as anybody does: the command line has no request."""
    person = getattr(context.request, "user", None)
    return by_themselves(person) if person is not None and person.is_authenticated else "system:installation"


def _kind(authenticator: Authenticator) -> dict[str, str]:
    return {"kind": str(authenticator.type), "name": str(authenticator) if authenticator.type == "webauthn" else ""}


def _known(username: str | None) -> str:
    known = username is not None and User.objects.filter(username=username).exists()
    return f"user:{username}" if known else "user:unknown"


def _record(action: str, actor: str, subject: str, **what: object) -> None:
    with transaction.atomic():
        record(action, actor=actor, subject=subject, **what)
