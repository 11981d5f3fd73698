"""The settings page of a channel: made, changed, looked at now, removed. A secret is typed in and never shown."""

import uuid
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from automation.errors import CountersignError, Invalid
from automation.ingestion.channels import KINDS
from automation.ingestion.configure import change_channel, create_channel, fetch_soon, remove_channel
from automation.ingestion.models import Channel
from review.access import OPERATE, allowed_entities, needs


@dataclass(frozen=True, slots=True)
class Input:
    """One setting as the form shows it. `kind`: text, number, flag, choice, long or pairs."""

    name: str
    label: str
    help: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()
    needed: bool = False


@needs(OPERATE)
@require_http_methods(["GET", "POST"])
def new_channel(request: HttpRequest) -> HttpResponse:
    """First the kind is chosen (`?kind=`), then its settings."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(request, "channel_new.html", {"here": "intake", "kinds": KINDS.items()})
    if request.method == "GET":
        return _form(request, None, kind, {})
    entity = get_object_or_404(allowed_entities(request.user, OPERATE), pk=_uuid(request.POST.get("entity", "")))
    try:
        given = _given(kind, request)
        channel = create_channel(
            entity,
            request.POST.get("name", ""),
            kind,
            given,
            secret=request.POST.get("secret", ""),
            enabled="enabled" in request.POST,
            within=allowed_entities(request.user, OPERATE),
            actor=_actor(request),
        )
    except CountersignError as error:
        return _form(request, None, kind, request.POST, error)
    messages.success(request, f"{channel.name} is set up.")
    return redirect("intake")


@needs(OPERATE)
@require_http_methods(["GET", "POST"])
def channel(request: HttpRequest, channel_id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(_visible(request), pk=channel_id)
    if request.method == "GET":
        return _form(request, found, found.kind, found.settings)
    try:
        version = request.POST.get("version", "")
        changed = change_channel(
            found.pk,
            expected_version=int(version) if version.isdigit() else 0,
            name=request.POST.get("name", ""),
            settings=_given(found.kind, request),
            secret=request.POST.get("secret") or None,
            enabled="enabled" in request.POST,
            within=allowed_entities(request.user, OPERATE),
            actor=_actor(request),
        )
    except CountersignError as error:
        return _form(request, found, found.kind, request.POST, error)
    messages.success(request, f"{changed.name} is changed.")
    return redirect("intake")


@needs(OPERATE)
@require_POST
def channel_action(request: HttpRequest, channel_id: uuid.UUID, action: str) -> HttpResponse:
    """`fetch` has it looked at now, `remove` removes it."""
    found = get_object_or_404(_visible(request), pk=channel_id)
    actions = {"fetch": (fetch_soon, "is looked at now"), "remove": (remove_channel, "is removed")}
    if action not in actions:
        raise Http404("There is no such action.")
    act, said = actions[action]
    try:
        act(found.pk, actor=_actor(request))
    except CountersignError as error:
        return _form(request, found, found.kind, found.settings, error)
    messages.success(request, f"{found.name} {said}.")
    return redirect("intake")


def _form(
    request: HttpRequest,
    found: Channel | None,
    kind: str,
    values: Mapping[str, Any],
    error: CountersignError | None = None,
) -> HttpResponse:
    context = {
        "here": "intake",
        "channel": found,
        "kind": KINDS[kind],
        "inputs": _inputs(kind, values, typed=error is not None and request.method == "POST" and "name" in values),
        "entities": allowed_entities(request.user, OPERATE).order_by("name"),
        "name": values.get("name", found.name if found else ""),
        "enabled": found.enabled if found else True,
        "error": error.message if error else "",
        "has_files": found is not None and (found.arrivals.exists() or found.mails.exists()),
    }
    return render(request, "channel.html", context, status=error.status if error else 200)


def _inputs(kind: str, values: Mapping[str, Any], *, typed: bool) -> list[Input]:
    settings = KINDS[kind].settings
    hints, inputs = get_type_hints(settings), []
    for one in fields(settings):
        wanted, default = hints[one.name], "" if one.default is MISSING else one.default
        value = values.get(one.name, ("" if typed and wanted is bool else default))
        inputs.append(
            Input(
                name=one.name,
                label=one.metadata.get("label", one.name),
                help=one.metadata.get("help", ""),
                kind=_input_kind(wanted, long=bool(one.metadata.get("long"))),
                value=_shown(value),
                choices=get_args(wanted) if get_origin(wanted) is Literal else (),
                needed=one.default is one.default_factory is MISSING,
            )
        )
    return sorted(inputs, key=lambda one: (not one.needed, one.name == "every"))


def _input_kind(wanted: Any, *, long: bool) -> str:
    if get_origin(wanted) is Literal:
        return "choice"
    return {bool: "flag", int: "number", str: "long" if long else "text"}.get(wanted, "pairs")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{key} = {text}" for key, text in value.items())
    return {True: "on", False: ""}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _given(kind: str, request: HttpRequest) -> dict[str, object]:
    """The settings as typed. Raises Invalid."""
    given: dict[str, object] = {}
    for one in _inputs(kind, {}, typed=False):
        text = request.POST.get(one.name, "").replace("\r\n", "\n").strip()
        if one.kind == "flag":
            given[one.name] = one.name in request.POST
        elif one.kind == "pairs":
            given[one.name] = _pairs(one.label, text)
        elif one.kind == "number":
            if not text.isdecimal():
                raise Invalid(f"{one.label}: give a whole number.")
            given[one.name] = int(text)
        else:
            given[one.name] = text
    return given


def _pairs(label: str, text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if not all(mark for _, mark, _ in pairs):
        raise Invalid(f"{label}: write one a line, as “name = value”.")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _visible(request: HttpRequest) -> QuerySet[Channel]:
    return Channel.objects.filter(entity__in=allowed_entities(request.user, OPERATE)).select_related("entity")


def _actor(request: HttpRequest) -> str:
    return f"user:{cast(User, request.user).get_username()}"


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
