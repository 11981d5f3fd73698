"""Signing in and one's own sign-in. The views are allauth's where it has them, under the names that it asks for itself.

Each is named here with its rule: what allauth could do besides (open sign-up, resets by mail) has no address.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.db import transaction
from django.urls import URLPattern, path

from review.access import own_sign_in, public
from review.views import security, session


def kept(view: Callable[..., Any]) -> Callable[..., Any]:
    """For the person's own: what is changed and its event are one transaction."""
    return own_sign_in(transaction.atomic(view))


sign_in, page = public(account.login), security.security

urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/", sign_in, name="account_login"),
    path("sign-in/code/", public(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/inactive/", public(account.account_inactive), name="account_inactive"),
    path("sign-in/closed/", session.closed, name="account_signup"),
    path("sign-in/closed/", session.closed, name="socialaccount_signup"),
    path("sign-in/with/<slug:provider_id>/", public(openid.login), name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", public(openid.callback), name="openid_connect_callback"),
    path("sign-in/cancelled/", public(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("sign-in/error/", public(social.login_error), name="socialaccount_login_error"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("sign-out/", session.sign_out, name="account_logout"),
    path("account/security/", page, name="security"),
    path("account/security/", page, name="mfa_index"),
    path("account/security/", page, name="mfa_list_webauthn"),
    path("account/security/", page, name="socialaccount_connections"),
    path("account/confirm/", own_sign_in(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", own_sign_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", own_sign_in(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("account/password/", kept(account.password_change), name="account_change_password"),
    path("account/security/", page, name="account_set_password"),
    path("account/app/", kept(totp.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", kept(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", kept(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("account/recovery-codes/", kept(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", kept(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/sessions/<int:session_id>/end/", security.end_session, name="end-session"),
    path("account/sessions/end-others/", security.end_other_sessions, name="end-other-sessions"),
]
