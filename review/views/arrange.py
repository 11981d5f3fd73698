"""Which pages make a document: split the file, put it together again, or say to which document it only belongs."""

import uuid
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from automation.documents import arrange
from automation.documents.models import Document, State
from automation.errors import CountersignError, Invalid
from review import queries
from review.access import VERIFY, needs
from review.actions import split as actions
from review.spoken import spoken
from review.views.document import version_of


@dataclass(frozen=True, slots=True)
class PageOfFile:
    """A page of the file. `begins`: a document begins with it now; `part`: which one has it."""

    number: int
    begins: bool
    part: Document | None


@needs(VERIFY)
@never_cache
@require_http_methods(["GET", "POST"])
def arrange_pages(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """`do`: split (`begin`: the page numbers with which documents begin), merge, attach (`to`) or detach."""
    document, user = queries.visible_document(request.user, document_id), cast(User, request.user)
    problem, status = "", 200
    if request.method == "POST":
        try:
            return _done(request, document, user)
        except CountersignError as error:
            problem, status = spoken(error.message), error.status
            document.refresh_from_db()
    file = document.parent or document
    context = {
        "document": document,
        "file": file,
        "pages": _pages(file, request.POST.getlist("begin")),
        "split": file.state == State.SPLIT,
        "attached_to": document.attached_to,
        "others": queries.similar(document, []),
        "problem": problem,
    }
    return render(request, "arrange.html", context, status=status)


def _done(request: HttpRequest, document: Document, user: User) -> HttpResponse:
    because, version = request.POST.get("because", ""), version_of(request)
    match request.POST.get("do"):
        case "split":
            parts = _parts(document.parent or document, request.POST.getlist("begin"))
            made = actions.split(document.pk, parts, because, expected_version=version, acting_user=user)
            said = ngettext("Now %(count)s document.", "Now %(count)s documents.", len(made)) % {"count": len(made)}
            messages.success(request, said)
            return redirect("document", document_id=made[0].pk)
        case "merge":
            file = actions.merge(document.pk, because, expected_version=version, acting_user=user)
            messages.success(request, _("One document again; it is read anew."))
            return redirect("document", document_id=file.pk)
        case "attach":
            to = _id(request.POST.get("to", ""))
            actions.attach(document.pk, to, because, expected_version=version, acting_user=user)
            messages.success(request, _("It belongs to this document now."))
            return redirect("document", document_id=to)
        case "detach":
            actions.detach(document.pk, because, expected_version=version, acting_user=user)
            return redirect("document", document_id=document.pk)
    raise Invalid("Choose what is to be done with the pages.")


def _parts(file: Document, begin: list[str]) -> list[list[int]]:
    """The pages from each beginning to the next. The first page always begins a document."""
    count = file.page_count or 0
    starts = sorted({1, *(int(number) for number in begin if number.isdecimal() and 1 < int(number) <= count)})
    return [list(range(start, end)) for start, end in zip(starts, [*starts[1:], count + 1], strict=True)]


def _pages(file: Document, asked: list[str]) -> list[PageOfFile]:
    """As they are split now; after a refusal, as the person asked."""
    of_page = {page: part for part in arrange.parts_of(file) for page in part.pages or []}
    pages, before = [], None
    for number in range(1, (file.page_count or 0) + 1):
        part = of_page.get(number)
        begins = str(number) in asked if asked else number == 1 or (part is not None and part != before)
        pages.append(PageOfFile(number, begins or number == 1, part))
        before = part
    return pages


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Invalid("Choose the document that it belongs to.") from error
