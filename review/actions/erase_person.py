"""Erase what is known of a person whose account is closed. Their user name stays: it says who did what."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction

from audit.models import Event
from audit.record import record
from audit.retention import HeldError, require_no_hold
from automation.errors import Conflict, Invalid
from review.access import require_governance


def erase_person(person: User, because: str, *, acting_user: User) -> Event:
    """Names, addresses, devices and identities go, and the key of what events say of them; the event that says so.

    Raises NotAllowed, Invalid without a reason, Conflict while the account is open or under a legal hold.
    """
    require_governance(acting_user, None)
    subject = f"user:{person.username}"
    if not because:
        raise Invalid("Say why.")
    with transaction.atomic():
        if User.objects.select_for_update(no_key=True).get(pk=person.pk).is_active:
            raise Conflict(f"The account {person.username} is open. Close it first.")
        try:
            require_no_hold([subject])
        except HeldError as error:
            raise Conflict(str(error)) from error
        event = record("user.erased", actor=f"user:{acting_user.username}", subject=subject, because=because)
        for model in (EmailAddress, SocialAccount, UserSession, Authenticator):
            model.objects.filter(user=person).delete()
        for attempts in (AccessAttempt, AccessFailureLog, AccessLog):
            attempts.objects.filter(username=person.username).delete()
        User.objects.filter(pk=person.pk).update(
            first_name="", last_name="", email="", password=make_password(None), last_login=None
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT review_erase_person(%s)", [person.username])
    return event
