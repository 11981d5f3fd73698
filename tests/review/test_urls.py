"""Every view says who it is for; one that says nothing is a hole, and fails here."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

OPEN_TO_ALL = {"sign-in", "sign-out", "account_login", "account_logout", "account_signup", "account_inactive"}
OPEN_TO_ALL |= {"mfa_authenticate", "mfa_login_webauthn", "openid_connect_login", "openid_connect_callback"}
OPEN_TO_ALL |= {"approve-link", "catalogue"}
OPEN_TO_ALL |= {"socialaccount_signup", "socialaccount_login_cancelled", "socialaccount_login_error"}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def test_every_view_declares_its_access_rule() -> None:
    found = list(patterns(get_resolver()))
    assert len(found) > 15
    assert [pattern.name for pattern in found if not hasattr(pattern.callback, "access_rule")] == []


def test_of_the_desk_only_the_way_in_and_out_is_open_to_all() -> None:
    own = [
        pattern
        for pattern in patterns(get_resolver())
        if pattern.callback.__module__.startswith(("review.", "allauth."))
    ]
    public = {pattern.name for pattern in own if getattr(pattern.callback, "access_rule", "") == "public"}
    assert public == OPEN_TO_ALL
