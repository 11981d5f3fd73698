"""Signing out, and what somebody sees who tried too often or has no account."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from review.access import public


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Of a session, or of a sign-in of which only the first step was taken."""
    auth.logout(request)
    return redirect("sign-in")


@public
def closed(request: HttpRequest) -> HttpResponse:
    """Nobody opens an account for themselves."""
    return render(request, "account/signup_closed.html", status=403)


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """Called by axes instead of the answer to one attempt too many (AXES_LOCKOUT_CALLABLE)."""
    return render(request, "429.html", {"failure_limit": settings.AXES_FAILURE_LIMIT}, status=429)
