"""How a person signs in: second factors, recovery codes, password, and where they are signed in."""

from typing import cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from review.access import own_sign_in
from review.sign_in import second_factor
from review.sign_in.sessions import end_sessions, open_sessions


@own_sign_in
@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "here": "account",
        "tab": "security",
        "totp": next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "required": second_factor.required_of(person),
        "missing": second_factor.missing(request, person),
        "sessions": open_sessions(person, request.session.session_key),
    }
    return render(request, "account_security.html", context)


@own_sign_in
@transaction.atomic
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponseBase:
    """allauth asks for the password again and for a yes; the last factor that a role asks for stays."""
    passkey = get_object_or_404(Authenticator, pk=pk, user_id=request.user.pk, type=Authenticator.Type.WEBAUTHN)
    if not get_adapter().can_delete_authenticator(passkey):
        messages.error(request, _("Your role asks for a second factor. Add another one first."))
        return redirect("security")
    answer: HttpResponseBase = webauthn.remove_webauthn(request, pk=pk)
    return answer


@own_sign_in
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One of the person's own; ending the one at hand is signing out."""
    person = cast(User, request.user)
    others = [one.id for one in open_sessions(person, request.session.session_key) if not one.here]
    end_sessions(person, {session_id} & set(others), acting_user=person)
    return redirect("security")


@own_sign_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    person = cast(User, request.user)
    others = [one.id for one in open_sessions(person, request.session.session_key) if not one.here]
    count = end_sessions(person, others, acting_user=person)
    said = ngettext("%(count)s session was ended.", "%(count)s sessions were ended.", count)
    messages.success(request, said % {"count": count} if count else _("There was no other session."))
    return redirect("security")
