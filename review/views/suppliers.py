"""Suppliers that are known by verified documents, and forgetting what those taught."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from automation.errors import CountersignError
from automation.memory.known import known_suppliers
from review.access import VERIFY, allowed_entities, needs
from review.actions.forget import forget_examples


@needs(VERIFY)
@never_cache
@require_GET
def suppliers(request: HttpRequest) -> HttpResponse:
    known = known_suppliers(allowed_entities(request.user, VERIFY))
    return render(request, "suppliers.html", {"here": "suppliers", "suppliers": known})


@needs(VERIFY)
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """`document`, repeated: ids of the documents that are to be examples no more."""
    try:
        ids = [uuid.UUID(given) for given in request.POST.getlist("document")]
        gone = forget_examples(ids, acting_user=cast(User, request.user))
        said = ngettext("%(count)d example is forgotten.", "%(count)d examples are forgotten.", gone) % {"count": gone}
        messages.success(request, said)
    except ValueError:
        messages.error(request, _("No such document."))
    except CountersignError as error:
        messages.error(request, str(error))
    return redirect("suppliers")
