"""The link of a reminder: one document for one person. It asks them to sign in unless the policy lets it approve."""

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from automation.errors import CountersignError
from automation.ledger.models import Invoice
from review import reminders
from review.access import public
from review.actions.approve import approve
from review.doubts import policy_of
from review.four_eyes import PAYMENT_GATES, standing
from review.models import Gate, Task


@public
@never_cache
@require_http_methods(["GET", "POST"])
def approve_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what is to be approved, and changes nothing: mail programs open links. POST approves it."""
    found = reminders.opened(token)
    if found is None:
        return _told(request, _("This link is no longer good. Sign in to see what waits for you."), 404)
    task, person = found
    if task.gate not in PAYMENT_GATES or not policy_of(task.document_id).approve_by_link:
        return _signed_in(request, task, person)
    if task.closed_at is not None or not task.waiting:
        return _told(request, _("This document has been decided already."), 409)
    document = task.document
    why_not = standing(document, Gate(task.gate), person).why_not
    if request.method == "POST" and why_not is None:
        try:
            gate, version = Gate(task.gate), _version(request)
            approve(document.pk, expected_version=version, acting_user=person, gate=gate, by_link=True)
        except CountersignError as error:
            why_not = error.message
        else:
            return _told(request, _("Approved. Thank you."))
    context = {
        "document": document,
        "invoice": Invoice.objects.filter(document=document).first(),
        "person": person,
        "why_not": why_not,
    }
    return render(request, "approve_link.html", context, status=409 if request.method == "POST" else 200)


def _signed_in(request: HttpRequest, task: Task, person: User) -> HttpResponse:
    """To the document itself, as the person whom the link is for."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.user.pk != person.pk:
        return _told(request, _("This link is for somebody else."), 403)
    return redirect("document", document_id=task.document_id)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


def _told(request: HttpRequest, what: str, status: int = 200) -> HttpResponse:
    return render(request, "approve_link.html", {"told": what}, status=status)
