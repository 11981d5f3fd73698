"""From a request to an incoming file: multipart form data, or JSON with the content as base64."""

import hashlib
import json
from dataclasses import replace
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from automation.api.models import ServiceToken
from automation.errors import Invalid, Refused
from automation.ingestion.accept import refuse
from automation.ingestion.channels.url import fetch_url
from automation.ingestion.incoming import IncomingFile, take, take_base64
from automation.ledger.models import LegalEntity

JSON_OVERHEAD = 64 * 1024  # the file's name and the braces around it


class TooLongJson(Exception):
    """A JSON body that cannot hold a file of allowed size; it is not read."""

    def __init__(self, length: int) -> None:
        self.length = length


class BoundedJSONParser(BaseParser):
    """JSON straight from the stream: a file as base64 is longer than DATA_UPLOAD_MAX_MEMORY_SIZE allows a body."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.DOCUMENT_MAX_BYTES * 4 // 3 + JSON_OVERHEAD:
            raise TooLongJson(length)
        try:
            return json.loads(stream.read())
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}.") from error


def incoming(request: Request, entity: LegalEntity) -> IncomingFile:
    """Raises Invalid where the request holds no file."""
    sender = cast(ServiceToken, request.auth).name
    try:
        data, upload = request.data, request.FILES.get("file")
    except TooLongJson as error:
        return IncomingFile(entity, "unnamed", b"", "api", sender, full_size=error.length * 3 // 4)
    if isinstance(upload, UploadedFile) and upload.file is not None:
        content, full_size = take(upload.file, upload.size or 0)
        name = upload.name or "unnamed"
        return IncomingFile(entity, name, content, "api", sender, None, upload.content_type or "", full_size)
    if isinstance(data, dict) and isinstance(data.get("url"), str):
        return _from_url(data["url"], IncomingFile(entity, str(data.get("filename") or ""), b"", "api", sender))
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("filename"), str)
        or not isinstance(data.get("content"), str)
    ):
        message = 'Send the file as multipart form field "file", or JSON {"filename", "content": base64} or {"url"}.'
        raise Invalid(message)
    try:
        content, full_size = take_base64(data["content"])
    except ValueError as error:
        raise Invalid(f'"content" is not base64: {error}.') from error
    return IncomingFile(entity, data["filename"], content, "api", sender, full_size=full_size)


def parts(request: Request) -> list[list[int]]:
    """The page numbers of {"parts": [[1, 2], [3]]}. Raises Invalid for anything else."""
    data = request.data
    found = data.get("parts") if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(part, list) and all(type(page) is int for page in part) for part in found
    ):
        raise Invalid('Send {"parts": [[1, 2], [3]]}: lists of page numbers, each page once.', code="bad_parts")
    return found


def _from_url(url: str, incoming: IncomingFile) -> IncomingFile:
    """The file at an address. Raises Refused, once that is on record, and TemporaryFailure."""
    try:
        fetched = fetch_url(url)
    except Refused as refusal:
        refuse(replace(incoming, filename=incoming.filename or url), refusal)
        raise
    name = incoming.filename or fetched.filename
    return replace(incoming, filename=name, data=fetched.data, full_size=fetched.full_size)


def fingerprint(file: IncomingFile) -> str:
    """Equal for requests that ask the same."""
    digest = hashlib.sha256(f"{file.entity.pk}\n{file.clean_filename}\n{file.size}\n".encode())
    digest.update(file.data)
    return digest.hexdigest()
