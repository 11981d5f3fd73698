"""The governance console, below /console/: records to look at, and what governance sets.

Its pages are Unfold's, whose scripts evaluate expressions in attributes. So these pages, and no others, allow
'unsafe-eval' and inline styles in their Content-Security-Policy (ARCHITECTURE.md says why).
"""

from collections.abc import Iterable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from unfold.sites import UnfoldAdminSite

from review.access import AUDIT, needs, rights

_relaxed = csp_update({"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]})


class Console(UnfoldAdminSite):  # type: ignore[misc]
    """For people who may see the log of all entities; changes take the governance role, which the actions ask for."""

    index_title = "Records and settings"

    def has_permission(self, request: HttpRequest) -> bool:
        if not sees_everything(request.user):
            raise PermissionDenied("The console shows all entities: it is for their auditors and governance.")
        return True

    def get_urls(self) -> list[Any]:
        found: list[Any] = super().get_urls()
        for pattern in _patterns(found):
            pattern.callback = _relaxed(needs(AUDIT)(pattern.callback))
        return found

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.get_full_path())

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("security")


def sees_everything(user: User | AnonymousUser) -> bool:
    return None in rights(user).get(AUDIT, frozenset())


def _patterns(found: Iterable[Any]) -> Iterable[URLPattern]:
    for entry in found:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns)
        else:
            yield entry


site = Console(name="admin")
