"""Changes of values: a field corrected or confirmed, lines entered, the last change undone, a remark left.

Each answers with the fields as they are afterwards; what was refused says why beside the field, with what was typed.
"""

import json
import uuid
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from automation.documents.values import current_values
from automation.errors import CountersignError, Invalid, Stale
from inference.fields import FORM, to_text
from review import formatting, queries
from review.access import VERIFY, VIEW, needs
from review.actions.comment import comment as leave_comment
from review.actions.correct import confirm_field
from review.actions.correct import correct_field as correct
from review.actions.correct import correct_lines as correct_table
from review.actions.letter import ask_supplier
from review.actions.replace import TABLES
from review.actions.undo import undo_correction
from review.spoken import spoken
from review.typed_input import hints_of
from review.typed_input import understand as meaning
from review.views.document import panel, version_of


@needs(VERIFY)
@require_POST
def correct_field(request: HttpRequest, document_id: uuid.UUID, name: str) -> HttpResponse:
    """`text` with `version`, and `page` and `box` where it was picked; or `confirm` for what is there."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    if name not in FORM and name not in TABLES:
        raise Http404
    typed = request.POST.get("text", "")
    try:
        if "confirm" in request.POST:
            value = confirm_field(document.pk, name, expected_version=version_of(request), acting_user=user)
            return panel(request, document_id)
        place = _place(request)
        value = correct(document.pk, name, typed, expected_version=version_of(request), acting_user=user, **place)
    except CountersignError as error:
        return _refused(request, document_id, error, name=name, typed=typed)
    understood = formatting.shown(FORM[name].kind, str(value.value), "", formatting.locale_of(request))
    said = (
        f"{FORM[name].label}: understood as {understood}."
        if understood
        else f"{FORM[name].label}: not on the document."
    )
    return trigger_client_event(panel(request, document_id, understood=name), "say", {"value": spoken(said)})


@needs(VERIFY)
@require_POST
def correct_lines(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`table`: line_items or tax_lines; `rows`: all of them as JSON, each a mapping of cell name to text."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    table = request.POST.get("table", "line_items")
    try:
        rows = _rows(request.POST.get("rows", ""))
        correct_table(document.pk, table, rows, expected_version=version_of(request), acting_user=user)
    except CountersignError as error:
        return _refused(request, document_id, error, name=table, typed="")
    return trigger_client_event(panel(request, document_id), "say", {"value": _("Lines saved.")})


@needs(VERIFY)
@require_POST
def undo(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    try:
        value = undo_correction(document.pk, expected_version=version_of(request), acting_user=user)
    except CountersignError as error:
        return _refused(request, document_id, error)
    label = FORM[value.name].label if value.name in FORM else _("The table")
    said = _("%(field)s: taken back.") % {"field": spoken(label)}
    return trigger_client_event(panel(request, document_id), "undone", {"name": value.name, "said": said})


@needs(VERIFY)
@require_GET
def understand(request: HttpRequest, document_id: uuid.UUID, name: str) -> JsonResponse:
    """What `text` would mean in this field, before it is kept: `shown` in the reader's notation, or `problem`."""
    document, text = queries.visible_document(request.user, document_id), request.GET.get("text", "")
    if name not in FORM:
        raise Http404
    kind = FORM[name].kind
    habits = hints_of(document.entity.country, current_values(document.pk))
    try:
        value = meaning(kind, text, decimal_hint=habits.decimal, date_order_hint=habits.order)
    except Invalid as error:
        return JsonResponse({"problem": error.message})
    return JsonResponse({"shown": formatting.shown(kind, to_text(value), "", formatting.locale_of(request))})


@needs(VIEW)
@require_POST
def comment(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    document = queries.visible_document(request.user, document_id)
    try:
        text, field = request.POST.get("text", ""), request.POST.get("field", "")
        leave_comment(document.pk, text, acting_user=cast(User, request.user), field=field)
    except CountersignError as error:
        return _refused(request, document_id, error)
    return trigger_client_event(panel(request, document_id), "say", {"value": _("Comment left.")})


@needs(VIEW)
@require_POST
def ask(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`recipient` and `text` of a question by e-mail."""
    document = queries.visible_document(request.user, document_id)
    try:
        recipient, text = request.POST.get("recipient", ""), request.POST.get("text", "")
        ask_supplier(document.pk, recipient, text, acting_user=cast(User, request.user))
    except CountersignError as error:
        return _refused(request, document_id, error)
    return trigger_client_event(panel(request, document_id), "say", {"value": _("The question is being sent.")})


def _refused(
    request: HttpRequest, document_id: uuid.UUID, error: CountersignError, *, name: str = "", typed: str = ""
) -> HttpResponse:
    """The panel with the refusal: beside the field where one is meant, above all fields otherwise."""
    if not name or not isinstance(error, Invalid | Stale):
        return panel(request, document_id, error.status, notice=error.message)
    said: dict[str, Any] = {"name": name, "typed": typed, "message": error.message}
    if isinstance(error, Stale) and name in FORM:
        now = current_values(document_id).get(name)
        text = str(now.value) if now is not None else ""
        said["theirs"] = formatting.shown(FORM[name].kind, text, "", formatting.locale_of(request)) or "nothing"
        said["message"] = _("Somebody else changed this document while you typed.")
    return panel(request, document_id, error.status, error=said)


def _place(request: HttpRequest) -> dict[str, Any]:
    try:
        box = [float(edge) for edge in request.POST.get("box", "").split()]
        return {"page": int(request.POST["page"]), "box": box} if box else {}
    except (KeyError, ValueError) as error:
        raise Invalid("The place on the page was not understood. Click the words again, or type the value.") from error


def _rows(text: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise Invalid("The lines did not arrive whole. Save them again.") from error
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise Invalid("The lines did not arrive whole. Save them again.")
    return rows


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and all(isinstance(text, str) for text in row.values())
