"""Accounts of people: open and close. What they may do comes from roles (review/access.py)."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import record
from automation.errors import Conflict, Invalid
from review.access import require_governance
from review.sign_in.sessions import end_sessions


def create_person(username: str, email: str, password: str, *, acting_user: User | None) -> User:
    """Open an account. None acts for the installation itself, a person needs the governance role for all entities.

    Raises Invalid for a name or password that will not do, Conflict where the name is taken, NotAllowed.
    """
    require_governance(acting_user, None)
    person = User(username=username, email=email)
    try:
        validate_password(password, person)
        person.set_password(password)
        person.clean_fields()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise Conflict(f"There is already an account named {username}.")
        person.save()
        _record("user.created", person, acting_user)
    return person


def close_account(person: User, *, acting_user: User | None) -> None:
    """Let the person do nothing from now on, open sessions included. Their past decisions keep their name."""
    require_governance(acting_user, None)
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            _record("user.deactivated", person, acting_user)
            end_sessions(person, _every(person), acting_user=acting_user)
    person.is_active = False


def forget_factors(person: User, *, acting_user: User | None) -> None:
    """Take away the second factors of somebody who lost theirs, and end their sessions: the password alone opens."""
    require_governance(acting_user, None)
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()  # each is put on record by review/sign_in/events.py
        end_sessions(person, _every(person), acting_user=acting_user)


def set_password(person: User, password: str, *, acting_user: User | None) -> None:
    """A new password for somebody who forgot theirs; their sessions end. Raises Invalid, NotAllowed."""
    require_governance(acting_user, None)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        _record("user.password_changed", person, acting_user)
        end_sessions(person, _every(person), acting_user=acting_user)


def _every(person: User) -> list[int]:
    return list(UserSession.objects.filter(user=person).values_list("pk", flat=True))


def _record(action: str, person: User, acting_user: User | None) -> None:
    actor = f"user:{acting_user.username}" if acting_user else "system:installation"
    record(action, actor=actor, subject=f"user:{person.username}")
