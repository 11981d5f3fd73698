"""The control API: the signed heads of the audit log, for who keeps a copy of them or watches that none contradicts."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from audit import canonical, proofs
from audit.models import Checkpoint
from audit.witness import cosigned
from automation.api import openapi
from automation.api.authentication import needs
from automation.api.openapi import INTEGER, TEXT, TIME, array, nullable, query, record
from automation.api.paging import page_size
from automation.errors import Invalid

NOTE = {**TEXT, "description": "A c2sp.org/tlog-checkpoint with the signatures of the log and of witnesses"}
HEAD = record({"size": INTEGER, "at": TIME, "note": NOTE})
HEADS = record({"items": array(HEAD), "next_before": nullable(TEXT)})
CONSISTENCY = record({"old": NOTE, "new": NOTE, "hashes": array(TEXT)})


@needs(GET="log:read")
@extend_schema(
    operation_id="list_heads",
    parameters=[query("before", "next_before of the answer before"), openapi.LIMIT],
    responses=openapi.answers({200: HEADS}, 422),
)
@api_view(["GET"])
def heads(request: Request) -> Response:
    """Newest first."""
    size, before = page_size(request.query_params.get("limit", "")), request.query_params.get("before", "")
    found = Checkpoint.objects.order_by("-size").prefetch_related("cosignatures")
    if before:
        found = found.filter(size__lt=_size(before, "before"))
    page = list(found[: size + 1])
    items = [{"size": head.size, "at": canonical.timestamp(head.at), "note": cosigned(head)} for head in page[:size]]
    return Response({"items": items, "next_before": str(page[size - 1].size) if len(page) > size else None})


@needs(GET="log:read")
@extend_schema(
    operation_id="prove_consistency",
    parameters=[
        query("old", "The size of a head", required=True),
        query("new", "The size of a later head; the newest where it is missing"),
    ],
    responses=openapi.answers({200: CONSISTENCY}, 404, 422),
)
@api_view(["GET"])
def consistency(request: Request) -> Response:
    """That the log of the newer head continues the log of the older one: what `countersign-verify` checks."""
    old, new = _head(request, "old"), _head(request, "new")
    if old.size > new.size:
        raise Invalid(f"The head of {new.size} entries is not newer than that of {old.size}.")
    return Response(proofs.consistency(old, new))


def _head(request: Request, name: str) -> Checkpoint:
    given: Any = request.query_params.get(name, "")
    found = Checkpoint.objects.order_by("-size")
    head = found.filter(size=_size(given, name)).first() if given or name == "old" else found.first()
    if head is None:
        raise NotFound(f"There is no head of {given or 'any number of'} entries.")
    return head


def _size(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(f"{name} must be the size of a head.")
    return int(text)
