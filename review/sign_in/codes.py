"""Codes from an app or from the list of recovery codes; too many wrong ones are on record like too many passwords.

allauth counts them for each person (5 in 5 minutes): whoever is asked for a code knows the password already.
"""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import record


class _LockOutHeard:
    user: Any

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError as error:
            if error.code == "too_many_login_attempts":
                with transaction.atomic():
                    record("user.locked_out", actor="system:sign_in", subject=f"user:{self.user.username}")
            raise


class SignInCode(_LockOutHeard, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class RepeatedCode(_LockOutHeard, ReauthenticateForm):  # type: ignore[misc]
    """Asked for before a change to how somebody signs in."""
