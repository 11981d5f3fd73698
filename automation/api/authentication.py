"""Who calls: a service with a bearer token (RFC 6750), and which scope each view asks of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from automation.api.models import ServiceToken
from automation.api.tokens import find_token
from automation.errors import NotAllowed

if TYPE_CHECKING:  # REST framework imports this module while it loads its views
    from rest_framework.views import APIView

ApiView = Callable[..., Any]


class TokenAuthentication(BaseAuthentication):
    """`request.auth` is the ServiceToken; there is no user."""

    def authenticate(self, request: Request) -> tuple[None, ServiceToken] | None:
        scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(plain.strip())
        if token is None:
            raise AuthenticationFailed("The token is unknown or was revoked.")
        return None, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Countersign"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made with `manage.py token create`."}


class HasScope(BasePermission):
    """The token has the scope that the view declares for the method (`needs`)."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        token = request.auth
        if not isinstance(token, ServiceToken):
            return False
        scope = getattr(view, "scopes", {}).get(request.method)
        if scope is not None and scope not in token.scopes:
            raise NotAllowed(f"The token lacks the scope {scope}.", code="scope_missing")
        return True


def needs(**scopes: str) -> Callable[[ApiView], ApiView]:
    """Declare the scope that each method of a view asks for: `@needs(GET="documents:read")` above `@api_view`."""

    def declare(view: ApiView) -> ApiView:
        view.cls.scopes = scopes  # type: ignore[attr-defined]
        view.access_rule = "scope " + ", ".join(sorted(set(scopes.values())))  # type: ignore[attr-defined]
        return view

    return declare
