"""What a person sets for themselves: keys."""

import json
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from review.access import signed_in
from review.models import Preference

MOST_KEYS = 40


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


def _is_key(key: object) -> bool:
    return isinstance(key, str) and len(key) == 1
