"""Where somebody is signed in, and how they end it from elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from audit.record import record

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Version", "Safari"))
_PHONES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"))
_SYSTEMS = (*_PHONES, ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class OpenSession:
    id: int
    browser: str  # "Firefox 133", "" where the browser does not say
    system: str
    address: str
    since: datetime
    here: bool


def open_sessions(person: User, current: str | None) -> list[OpenSession]:
    """The newest first; `current` is the key of the one that asks. Two queries."""
    kept = list(UserSession.objects.filter(user=person).order_by("-created_at"))
    keys = [one.session_key for one in kept]
    alive = set(
        Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("session_key", flat=True)
    )
    return [
        OpenSession(one.pk, *_device(one.user_agent), one.ip, one.created_at, one.session_key == current)
        for one in kept
        if one.session_key in alive
    ]


def end_sessions(person: User, ids: Iterable[int], *, acting_user: User | None) -> int:
    """End those of the person's sessions that are still open: how many those were. None acts for the installation."""
    with transaction.atomic():
        found = UserSession.objects.select_for_update(no_key=True).filter(user=person, pk__in=list(ids))
        ended = list(found)
        Session.objects.filter(pk__in=[one.session_key for one in ended]).delete()
        UserSession.objects.filter(pk__in=[one.pk for one in ended]).delete()
        for one in ended:
            before = {"since": one.created_at, "device": " ".join(_device(one.user_agent)).strip()}
            actor = f"user:{acting_user.username}" if acting_user else "system:installation"
            record("user.session_ended", actor=actor, subject=f"user:{person.username}", before=before)
    return len(ended)


def _device(user_agent: str) -> tuple[str, str]:
    browser = ""
    for token, name in _BROWSERS:
        if found := re.search(rf"{token}\w*/(\d+)", user_agent):
            browser = f"{name} {found[1]}"
            break
    return browser, next((name for token, name in _SYSTEMS if token in user_agent), "")
