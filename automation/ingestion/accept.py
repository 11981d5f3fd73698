"""The one door. Whatever arrives, from wherever, becomes a document here or is refused here, and leaves a trace."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.record import record
from automation.documents import storage
from automation.documents.models import Document
from automation.errors import Empty, Refused, TooLarge, UnsupportedType
from automation.identity import new_id
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival
from automation.pipeline import NAME
from automation.workflow import engine
from inference import sandbox
from inference.errors import EmptyDocument, UnreadableDocument


@dataclass(frozen=True, slots=True)
class Accepted:
    """The document that holds the file; `duplicate` where the entity already had exactly these bytes."""

    document: Document
    duplicate: bool


def accept(incoming: IncomingFile, *, wake: bool = True) -> Accepted:
    """Take a file in: hash, encrypt, store, then document, run and event in one transaction.

    Bytes the entity already has give back the earlier document; a `key` its source had before gives the earlier answer
    and leaves no second trace. Raises Refused (TooLarge, Empty, UnsupportedType) once that is on record, and
    TemporaryFailure where the storage is away. `wake=False`: the caller advances the run.
    """
    if (earlier := _earlier(incoming)) is not None:
        return _answer(earlier)
    try:
        media_type = _media_type(incoming)
    except Refused as refusal:
        refuse(incoming, refusal)
        raise
    existing = _find(incoming, hashlib.sha256(incoming.data).hexdigest())
    if existing is not None:
        return _duplicate(incoming, existing)
    stored = storage.store(incoming.data)
    try:
        return Accepted(_create(incoming, media_type, stored, wake=wake), duplicate=False)
    except IntegrityError:
        # The same file came in at the same moment by another way; a constraint let one of the two through.
        storage.discard(stored)
        if (earlier := _earlier(incoming)) is not None:
            return _answer(earlier)
        existing = _find(incoming, stored.sha256)
        if existing is None:
            raise
        return _duplicate(incoming, existing)


def refuse(incoming: IncomingFile, refusal: Refused) -> None:
    """Put on record that a file is not taken, once for its key; its bytes are kept apart for a while where they can be.

    For channels that find a fault before the door can, such as an archive that does not unpack.
    """
    if _earlier(incoming) is not None:
        return
    kept = storage.store(incoming.data) if incoming.data and incoming.full_size is None else None
    try:
        _record_refusal(incoming, refusal, kept)
    except IntegrityError:
        if kept is not None:
            storage.discard(kept)
        if _earlier(incoming) is None:
            raise


def _earlier(incoming: IncomingFile) -> Arrival | None:
    if not incoming.key:
        return None
    return Arrival.objects.filter(source=incoming.source, key=incoming.key).select_related("document").first()


def _answer(earlier: Arrival) -> Accepted:
    if earlier.document is None:
        raise Refused(earlier.message, code=earlier.code)
    return Accepted(earlier.document, duplicate=earlier.outcome == "duplicate")


def _media_type(incoming: IncomingFile) -> str:
    most = settings.DOCUMENT_MAX_BYTES
    if incoming.size > most:
        size = f"{incoming.size / 2**20:,.0f} MB"
        raise TooLarge(f"The file has {size}; at most {most / 2**20:,.0f} MB are taken. Send a smaller copy.")
    try:
        return sandbox.sniff(incoming.data)
    except EmptyDocument as error:
        raise Empty(str(error)) from error
    except UnreadableDocument as error:
        raise UnsupportedType(str(error)) from error


def _find(incoming: IncomingFile, sha256: str) -> Document | None:
    return Document.objects.filter(entity=incoming.entity, sha256=sha256, parent=None).first()


@transaction.atomic
def _create(incoming: IncomingFile, media_type: str, stored: storage.StoredBytes, *, wake: bool) -> Document:
    document = Document(
        id=new_id(),
        entity=incoming.entity,
        filename=incoming.clean_filename,
        media_type=media_type,
        size=incoming.size,
        sha256=stored.sha256,
        wrapped_key=stored.wrapped_key,
        storage_name=stored.storage_name,
        channel=incoming.channel,
        sender=incoming.sender,
        uploaded_by=incoming.uploaded_by,
    )
    input = {"document": str(document.pk)} | ({"mail": str(incoming.mail.pk)} if incoming.mail else {})
    run = engine.start(NAME, f"document:{document.pk}", input, wake=wake)
    document.run_id = run.pk
    document.save(force_insert=True)
    _arrival(incoming, "accepted", document)
    record(
        "document.received",
        actor=incoming.actor,
        subject=f"document:{document.pk}",
        after={**_facts(incoming), "sha256": stored.sha256, "media_type": media_type, "run": run.pk},
    )
    return document


def _duplicate(incoming: IncomingFile, existing: Document) -> Accepted:
    try:
        with transaction.atomic():
            _arrival(incoming, "duplicate", existing)
            record(
                "document.duplicate", actor=incoming.actor, subject=f"document:{existing.pk}", after=_facts(incoming)
            )
    except IntegrityError:
        if _earlier(incoming) is None:
            raise
    return Accepted(existing, duplicate=True)


@transaction.atomic
def _record_refusal(incoming: IncomingFile, refusal: Refused, kept: storage.StoredBytes | None) -> None:
    arrival = _arrival(incoming, "refused", refusal=refusal, kept=kept)
    record(
        "document.refused",
        actor=incoming.actor,
        subject=f"arrival:{arrival.pk}",
        after=_facts(incoming),
        because={"code": refusal.code, "message": refusal.message},
    )


def _arrival(
    incoming: IncomingFile,
    outcome: str,
    document: Document | None = None,
    refusal: Refused | None = None,
    kept: storage.StoredBytes | None = None,
) -> Arrival:
    sha256 = document.sha256 if document else kept.sha256 if kept else ""
    return Arrival.objects.create(
        entity=incoming.entity,
        channel=incoming.channel,
        source=incoming.source,
        mail=incoming.mail,
        key=incoming.key,
        filename=incoming.clean_filename,
        sender=incoming.sender,
        declared_type=incoming.declared_type,
        metadata=dict(incoming.metadata),
        size=incoming.size,
        sha256=sha256,
        wrapped_key=kept.wrapped_key if kept else None,
        storage_name=kept.storage_name if kept else "",
        outcome=outcome,
        code=refusal.code if refusal else "",
        message=refusal.message if refusal else "",
        document=document,
        retry_of=incoming.retry_of,
        by=incoming.uploaded_by,
    )


def _facts(incoming: IncomingFile) -> dict[str, object]:
    return {
        "filename": incoming.clean_filename,
        "size": incoming.size,
        "entity": incoming.entity.pk,
        "channel": incoming.channel,
        "sender": incoming.sender,
        **({"source": incoming.source.name} if incoming.source else {}),
        **({"mail": str(incoming.mail.pk)} if incoming.mail else {}),
        **({"metadata": dict(incoming.metadata)} if incoming.metadata else {}),
    }
