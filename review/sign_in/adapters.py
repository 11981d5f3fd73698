"""Where allauth asks how this house does things; named in the settings (ACCOUNT_ADAPTER and its like)."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from audit.record import record
from automation.documents.storage import open_secret, seal_secret
from review.sign_in.events import provided_by
from review.sign_in.second_factor import FACTORS, SECRETS_OF, required_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up, and no "welcome": the page that one wanted is the answer."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes alone; see "Sign-in" in ARCHITECTURE.md."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are sealed with the master key; a factor that a role asks for is not given up."""

    def get_totp_issuer(self) -> str:
        return "Countersign"

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal_secret(text, SECRETS_OF)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_secret(base64.b64decode(encrypted_text), SECRETS_OF)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not required_of(authenticator.user)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who comes from the company's identity provider: people with an account, and whom OIDC_NEW_PEOPLE lets in."""

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The one person with this address, where the provider says that it has verified it."""
        for email in _verified(sociallogin):
            people = list(User.objects.filter(email__iexact=email)[:2])
            if len(people) == 1:
                return people[0], email
        return None

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        emails = _verified(sociallogin)
        return any(_domain(email) in settings.OIDC_NEW_PEOPLE for email in emails) and not any(
            User.objects.filter(email__iexact=email).exists() for email in emails
        )

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """An account without password and without any role."""
        with transaction.atomic():
            person: User = super().save_user(request, sociallogin, form)
            subject = f"user:{person.username}"
            record("user.created", actor="system:single_sign_on", subject=subject, after=provided_by(sociallogin))
        return person


def _verified(login: SocialLogin) -> list[str]:
    return [address.email for address in login.email_addresses if address.verified is True]


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()
