"""Every error of the API as problem details (RFC 9457): `application/problem+json` with a stable `code`."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from automation.errors import CountersignError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
CODES: Mapping[type[Exception], tuple[int, str]] = {
    exceptions.ParseError: (400, "malformed"),
    exceptions.NotAuthenticated: (401, "not_authenticated"),
    exceptions.AuthenticationFailed: (401, "not_authenticated"),
    exceptions.PermissionDenied: (403, "not_allowed"),
    PermissionDenied: (403, "not_allowed"),
    exceptions.NotFound: (404, "not_found"),
    Http404: (404, "not_found"),
    exceptions.MethodNotAllowed: (405, "method_not_allowed"),
    exceptions.NotAcceptable: (406, "not_acceptable"),
    RequestDataTooBig: (413, "too_large"),
    exceptions.UnsupportedMediaType: (415, "unsupported_media_type"),
    exceptions.Throttled: (429, "throttled"),
    SuspiciousOperation: (400, "malformed"),
}
Problem = dict[str, Any]


def problem(status: int, code: str, detail: str) -> Problem:
    """The body of a problem. `type` is a name, not an address: docs/api.md says what each code means."""
    title = HTTPStatus(status).phrase
    return {"type": f"urn:countersign:problem:{code}", "title": title, "status": status, "code": code, "detail": detail}


def of(error: Exception) -> Problem:
    """The problem that an exception is. What nobody raises on purpose tells nothing of its inside."""
    if isinstance(error, CountersignError):
        return problem(error.status, error.code, error.message)
    for kind, (status, code) in CODES.items():
        if isinstance(error, kind):
            detail = error.detail if isinstance(error, exceptions.APIException) else HTTPStatus(status).description
            return problem(status, code, str(detail))
    return problem(500, "internal_error", "Something went wrong here. It is on record; try again later.")


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's exception handler."""
    body = of(error)
    if body["status"] >= 500:
        log.error("API request failed", exc_info=error)
    set_rollback()
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(error, "wait", None) or getattr(error, "retry_after", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


@csrf_exempt
def no_such_address(request: HttpRequest, **_: object) -> JsonResponse:
    """For every address below /api/ that is none."""
    body = problem(404, "not_found", f"There is nothing at {request.path}.")
    return JsonResponse(body, status=404, content_type=MEDIA_TYPE)


no_such_address.access_rule = "public"  # type: ignore[attr-defined]
