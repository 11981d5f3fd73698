"""Which language a page is written in: the one its reader chose, else the first of the browser's that there is.

The choice is kept with the person, and in the session from sign-in on, so that no page asks the database for it.
Machines get English: what the API and the audit log say is stable.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import DjangoTranslation

from automation.errors import Invalid
from review.models import Preference

KEY = "language"  # in the session
FOR_MACHINES = ("/api/", "/healthz")


@cache
def script_texts(language: str) -> tuple[str, str]:
    """What scripts say, English to translation, as a script; and its version."""
    texts = DjangoTranslation(language, domain="djangojs", localedirs=[str(path) for path in settings.LOCALE_PATHS])
    kept = texts._catalog.items()  # type: ignore[attr-defined]
    found = {source: said for source, said in kept if isinstance(source, str) and source}
    script = f"window.catalogue = {json.dumps(found, ensure_ascii=False, sort_keys=True)};\n"
    return script, hashlib.sha256(script.encode()).hexdigest()[:12]


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(FOR_MACHINES):
            with translation.override(settings.LANGUAGE_CODE):
                return get_response(request)
        with translation.override(chosen(request) or translation.get_language_from_request(request)):
            response = get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        return response

    return answer


def chosen(request: HttpRequest) -> str:
    """The language that the reader chose, or "" where the browser's is meant."""
    kept = request.session.get(KEY, "") if hasattr(request, "session") else ""
    return kept if kept in dict(settings.LANGUAGES) else ""


def reading(person: User) -> AbstractContextManager[object]:
    """For what is written to somebody who is not here: the language they chose, else English."""
    language = Preference.objects.filter(person=person).values_list("language", flat=True).first()
    return translation.override(language or settings.LANGUAGE_CODE)


def choose(request: HttpRequest, person: User, language: str) -> None:
    """Keep the choice; "" is the browser's language. Raises Invalid for a language that there is not."""
    if language and language not in dict(settings.LANGUAGES):
        raise Invalid("Choose one of the languages.")
    Preference.objects.update_or_create(person=person, defaults={"language": language})
    request.session[KEY] = language


@receiver(user_logged_in)
def remember(sender: object, *, request: HttpRequest | None, user: User, **_: object) -> None:
    if request is not None:
        request.session[KEY] = Preference.objects.filter(person=user).values_list("language", flat=True).first() or ""
