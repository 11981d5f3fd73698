"""Signing in and out, in the audit log.

Django's signals are the one place where this can be heard: every way in (page, single sign-on, lock-out) sends them,
and no mutation of ours is involved. A name that belongs to nobody is not recorded: people type passwords there.
"""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from audit.record import record


@receiver(user_logged_in)
def signed_in(sender: object, *, user: User, **_: object) -> None:
    _record("user.signed_in", f"user:{user.username}", f"user:{user.username}")


@receiver(user_logged_out)
def signed_out(sender: object, *, user: User | None, **_: object) -> None:
    if user is not None:
        _record("user.signed_out", f"user:{user.username}", f"user:{user.username}")


@receiver(user_login_failed)
def sign_in_failed(sender: object, *, credentials: dict[str, Any], **_: object) -> None:
    _record("user.sign_in_failed", "system:sign_in", _known(credentials.get("username")))


@receiver(user_locked_out)
def locked_out(sender: object, *, username: str | None, **_: object) -> None:
    _record("user.locked_out", "system:sign_in", _known(username))


def _known(username: str | None) -> str:
    known = username is not None and User.objects.filter(username=username).exists()
    return f"user:{username}" if known else "user:unknown"


def _record(action: str, actor: str, subject: str) -> None:
    with transaction.atomic():
        record(action, actor=actor, subject=subject)
