"""Handing files in: the page, one file at a time, and how far each has come."""

import uuid
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from automation.documents.models import Document, State
from automation.errors import CountersignError
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile, take
from review.access import ADD, VIEW, allowed_entities, needs


@needs(ADD)
@require_GET
def upload(request: HttpRequest) -> HttpResponse:
    context = {
        "here": "upload",
        "entities": allowed_entities(request.user, ADD).order_by("name"),
        "largest": settings.DOCUMENT_MAX_BYTES // 2**20,
    }
    return render(request, "upload.html", context)


@needs(ADD)
@require_POST
def upload_file(request: HttpRequest) -> HttpResponse:
    """Take one file; the answer is its row of the list, also where it is refused."""
    entity = get_object_or_404(allowed_entities(request.user, ADD), pk=_uuid(request.POST.get("entity", "")))
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return render(
            request, "upload.html#refused", {"name": "", "message": "No file came with the request."}, status=422
        )
    data, full_size = take(cast(BinaryIO, file), file.size or 0)
    name = file.name or ""
    try:
        accepted = accept(
            IncomingFile(
                entity=entity,
                filename=name,
                data=data,
                channel="upload",
                uploaded_by=cast(User, request.user),
                declared_type=file.content_type or "",
                full_size=full_size,
            )
        )
    except CountersignError as error:
        return render(request, "upload.html#refused", {"name": name, "message": error.message}, status=error.status)
    row = "duplicate" if accepted.duplicate else "progress"
    return render(request, f"upload.html#{row}", {"document": accepted.document, "name": name})


@needs(VIEW)
@require_GET
def upload_progress(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The row of a file that was taken: asked for until the document has found its place."""
    visible = Document.objects.filter(entity__in=allowed_entities(request.user, VIEW)).select_related("invoice")
    document = get_object_or_404(visible, pk=document_id)
    reading = document.state == State.RECEIVED
    return render(request, "upload.html#progress" if reading else "upload.html#decided", {"document": document})


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
