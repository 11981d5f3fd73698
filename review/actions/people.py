"""Accounts of people: open and close. What they may do comes from roles (review/access.py)."""

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import record
from automation.errors import Conflict, Invalid
from review.access import require_governance


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
    person.is_active = False


def _record(action: str, person: User, acting_user: User | None) -> None:
    actor = f"user:{acting_user.username}" if acting_user else "system:installation"
    record(action, actor=actor, subject=f"user:{person.username}")
