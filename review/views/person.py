"""What a person sets for themselves: keys, and who stands in for them while they are away."""

import json
from datetime import date
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST

from automation.errors import CountersignError, Invalid
from review import language
from review.access import public, roles_of, signed_in
from review.actions.absence import appoint, end_stand_in
from review.language import script_texts
from review.models import Limit, Preference, StandIn

MOST_KEYS = 40


@signed_in
@never_cache
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Roles, limits and stand-ins of the person who is signed in."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, problem: str = "") -> HttpResponse:
    person, today = cast(User, request.user), timezone.now().date()
    current = StandIn.objects.filter(ended_at=None, last_day__gte=today).order_by("first_day")
    others = User.objects.filter(is_active=True, groups__isnull=False).exclude(pk=person.pk)
    context = {
        "here": "account",
        "tab": "person",
        "roles": roles_of(person),
        "limits": Limit.objects.filter(person=person).select_related("entity"),
        "deputies": current.filter(absent=person).select_related("deputy"),
        "stands_in": current.filter(deputy=person).select_related("absent"),
        "people": others.distinct().order_by("username"),
        "today": today,
        "problem": problem,
        "languages": settings.LANGUAGES,
        "chosen": language.chosen(request),
    }
    return render(request, "account.html", context, status=status)


@signed_in
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """`language`: one that there is; "" takes the browser's."""
    try:
        language.choose(request, cast(User, request.user), request.POST.get("language", ""))
    except CountersignError as error:
        return _page(request, error.status, error.message)
    return redirect("account")


@public
@cache_control(max_age=31536000, public=True, immutable=True)
@require_GET
def catalogue(request: HttpRequest, language: str) -> HttpResponse:
    """What scripts say in a language; its address changes with it."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(script_texts(language)[0], content_type="text/javascript; charset=utf-8")


@signed_in
@require_POST
def stand_in(request: HttpRequest) -> HttpResponse:
    """`deputy`, `first_day`, `last_day`: who approves in the person's place, and when."""
    person = cast(User, request.user)
    try:
        days = [_day(request.POST.get(name, "")) for name in ("first_day", "last_day")]
        deputy = User.objects.filter(username=request.POST.get("deputy", "")).first() or person
        appoint(person, deputy, *days)
    except CountersignError as error:
        return _page(request, error.status, error.message)
    messages.success(request, _("%(name)s stands in for you.") % {"name": deputy.get_full_name() or deputy.username})
    return redirect("account")


@signed_in
@require_POST
def end(request: HttpRequest, stand_in_id: int) -> HttpResponse:
    person = cast(User, request.user)
    end_stand_in(get_object_or_404(StandIn, pk=stand_in_id, absent=person).pk, acting_user=person)
    return redirect("account")


@signed_in
@require_POST
def bind_keys(request: HttpRequest) -> HttpResponse:
    """`keys`: action to key, as JSON, for those that are not where they are by default."""
    try:
        keys = json.loads(request.POST.get("keys", ""))
    except ValueError:
        return HttpResponse(status=422)
    if not isinstance(keys, dict) or len(keys) > MOST_KEYS or not all(_is_key(key) for key in keys.values()):
        return HttpResponse(status=422)
    Preference.objects.update_or_create(person=cast(User, request.user), defaults={"keys": keys})
    return HttpResponse(status=204)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Choose a day.")) from error


def _is_key(key: object) -> bool:
    return isinstance(key, str) and len(key) == 1
