"""What a document's pages look like and which words are where; the file itself, to keep."""

import uuid
from pathlib import PurePath
from typing import cast

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.views.decorators.http import require_GET

from automation.documents import parsing, storage
from automation.documents.values import latest_pages, stored_reading
from automation.einvoice import export
from automation.errors import Conflict, Invalid, PermanentFailure, TemporaryFailure
from inference.ocr.render import MEDIA_TYPE
from review import pictures, queries
from review.access import VIEW, needs
from review.actions import view

FOREVER = "private, max-age=31536000, immutable"


@needs(VIEW)
@require_GET
def page_picture(request: HttpRequest, document_id: uuid.UUID, number: int, width: int) -> HttpResponse:
    """Page `number` as WebP. Its bytes never change, so that a browser asks once."""
    document = queries.visible_document(request.user, document_id)
    if width not in pictures.WIDTHS:
        raise Http404
    if not document.wrapped_key:
        raise Http404("The document was erased.")
    key = pictures.key(document, number, width)
    etag = quote_etag(key.rpartition(":")[2])
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    picture = cache.get(key)
    if picture is None:
        try:
            picture = parsing.picture(document, number, width)
        except (PermanentFailure, TemporaryFailure) as error:
            return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
        cache.set(key, picture, pictures.KEPT_FOR)
    return HttpResponse(picture, content_type=MEDIA_TYPE, headers={"Cache-Control": FOREVER, "ETag": etag})


@needs(VIEW)
@require_GET
def page_words(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    """The words of a page: [text, x0, y0, x1, y1, confidence] each, boxes in fractions of the page."""
    document = queries.visible_document(request.user, document_id)
    return JsonResponse(
        {"words": queries.words_of_page(document, number)}, headers={"Cache-Control": "private, max-age=300"}
    )


@needs(VIEW)
@require_GET
def original(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The file as it arrived, to keep: never shown in the browser, whose viewer is no sandbox of ours."""
    document = queries.visible_document(request.user, document_id)
    response = HttpResponse(storage.load(document), content_type="application/octet-stream")
    view.downloaded(document, acting_user=cast(User, request.user))
    name = document.filename.replace("\\", "_").replace('"', "_")
    response.headers["Content-Disposition"] = _attachment(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@needs(VIEW)
@require_GET
def searchable(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """The scanned document as PDF with what OCR read as text, to keep."""
    document = queries.visible_document(request.user, document_id)
    pages = latest_pages(document.pk)
    if not document.wrapped_key or not any(page.digest for page in pages):
        raise Http404("No page of it was read by OCR.")
    try:
        made = parsing.searchable(document, stored_reading(pages[0].reading_id))
    except (PermanentFailure, TemporaryFailure) as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    view.searched(document, acting_user=cast(User, request.user))
    response = HttpResponse(made, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(f"{PurePath(document.filename).stem}.searchable.pdf")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@needs(VIEW)
@require_GET
def exported(request: HttpRequest, document_id: uuid.UUID, form: str) -> HttpResponse:
    """The approved invoice as UBL, CII or Factur-X, to keep."""
    document = queries.visible_document(request.user, document_id)
    if form not in export.FORMATS:
        raise Http404
    try:
        written = export.export(document, form)
    except (Conflict, Invalid) as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    view.exported(document, form, acting_user=cast(User, request.user))
    response = HttpResponse(written.data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(written.filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _attachment(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"
