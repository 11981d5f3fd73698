"""Which pages make a document: a file split into its documents, put together again, and what only belongs to another.

    split     a file (or one that is split already) becomes these documents, each with pages and a run of its own
    merge     the file is one document again
    attach    the document only belongs to another one, as terms or a delivery note do to their invoice
    detach    it is a document of its own again

The file stays one row with its bytes, in the state `split`; a part that is no longer wanted goes to that state too.
Nothing is changed that was decided: what is approved, posted or rejected keeps its pages. Who may is up to the caller.
Runs are locked before documents, each in the order of their ids.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from audit.record import record
from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Conflict, Invalid
from automation.identity import new_id
from automation.pipeline import NAME
from automation.workflow import engine
from automation.workflow.models import OPEN, Run, RunState

Parts = Sequence[Sequence[int]]


def split(document_id: uuid.UUID, parts: Parts, *, actor: str, because: str = "") -> list[Document]:
    """Make a document of each of `parts`, lists of the file's page numbers (from 1), and return them in that order.

    Together they name each page of the file once. Of a file that is split already (its own id, or that of one of its
    parts), parts with just these pages stay as they are and the others give way. Raises Invalid for pages that do not
    work out, Conflict while a document concerned is being read or has been decided, Document.DoesNotExist.
    """
    with transaction.atomic():
        file, held = locked(document_id)
        if file.page_count is None:
            raise Conflict(f"{file.filename} was never read, so its pages are not known.")
        wanted = checked(parts, file.page_count)
        kept = {tuple(one.pages or ()): one for one in held if tuple(one.pages or ()) in wanted}
        if len(kept) == len(wanted):
            raise Invalid("It is split into just these parts already.", code="bad_parts")
        leaving = [one for one in held if one.pk not in {k.pk for k in kept.values()}]
        for document in leaving if file.state == State.SPLIT else (file,):
            _end(document, actor)
        return divide(file, wanted, actor=actor, because=because, kept=kept.values())


def merge(document_id: uuid.UUID, *, actor: str, because: str = "") -> Document:
    """Make the file one document again; `document_id` is the file's or one of its parts'. Raises as `split`."""
    with transaction.atomic():
        file, parts = locked(document_id)
        if file.state != State.SPLIT:
            raise Conflict(f"{file.filename} is not split.")
        for part in parts:
            _end(part, actor)
        _begin_anew(file)
        record(
            "document.merged",
            actor=actor,
            subject=f"document:{file.pk}",
            before={"parts": _told(parts)},
            because=because or None,
        )
    return file


def attach(document_id: uuid.UUID, to: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Let the document go no way of its own: it belongs to the document `to`. Raises as `split`."""
    with transaction.atomic():
        documents = _lock((document_id, to))
        document, invoice = documents[document_id], documents[to]
        if document_id == to or invoice.entity_id != document.entity_id:
            raise Invalid("Choose another document of the same legal entity.", code="bad_attachment")
        if invoice.state in (State.SPLIT, State.ATTACHED):
            raise Invalid(f"{invoice.filename} is {State(invoice.state).label.lower()} itself.", code="bad_attachment")
        _end(document, actor, attached_to=to)
        record(
            "document.attached",
            actor=actor,
            subject=f"document:{document_id}",
            after={"to": to},
            because=because or None,
        )


def detach(document_id: uuid.UUID, *, actor: str, because: str = "") -> None:
    """Let an attached document go its own way again, from the beginning. Raises Conflict where it is not attached."""
    with transaction.atomic():
        document = _lock((document_id,))[document_id]
        if document.state != State.ATTACHED:
            raise Conflict(f"{document.filename} is attached to nothing.")
        before = {"to": document.attached_to_id}
        _begin_anew(document)
        record(
            "document.detached",
            actor=actor,
            subject=f"document:{document_id}",
            before=before,
            because=because or None,
        )


def divide(
    file: Document, parts: Parts, *, actor: str, because: object = None, kept: Collection[Document] = ()
) -> list[Document]:
    """The split itself, in the caller's transaction: the file was moved to `split` or is moved now. `parts` hold."""
    move(file.pk, State.SPLIT)
    there = {tuple(part.pages or ()): part for part in kept}
    made = [there.get(tuple(pages)) or _part(file, pages, actor) for pages in parts]
    record(
        "document.split",
        actor=actor,
        subject=f"document:{file.pk}",
        after={"parts": _told(made)},
        because=because or None,
    )
    return made


def checked(parts: Parts, page_count: int) -> list[tuple[int, ...]]:
    """The parts as tuples. Raises Invalid unless there are two or more and each page is in exactly one."""
    pages = [page for part in parts for page in part]
    if len(parts) < 2 or not all(parts):
        raise Invalid("Name two parts or more, each with a page.", code="bad_parts")
    if sorted(pages) != list(range(1, page_count + 1)):
        raise Invalid(f"Each of the pages 1 to {page_count} belongs into one part.", code="bad_parts")
    return [tuple(part) for part in parts]


def parts_of(file: Document) -> list[Document]:
    """The documents that the file is split into now, in the order of their pages."""
    held = Document.objects.filter(parent=file).exclude(state=State.SPLIT)
    return sorted(held, key=lambda part: part.pages or [])


def _part(file: Document, pages: Sequence[int], actor: str) -> Document:
    part = Document(
        id=new_id(),
        entity_id=file.entity_id,
        filename=f"{file.filename} ({page_range(pages)})",
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        wrapped_key=file.wrapped_key,
        storage_name=file.storage_name,
        channel=file.channel,
        sender=file.sender,
        uploaded_by_id=file.uploaded_by_id,
        received_at=file.received_at,
        parent=file,
        pages=list(pages),
        page_count=len(pages),
    )
    part.run_id = engine.start(NAME, f"document:{part.pk}", {"document": str(part.pk)}).pk
    part.save(force_insert=True)
    record(
        "document.split_off",
        actor=actor,
        subject=f"document:{part.pk}",
        after={
            "entity": file.entity_id,
            "channel": file.channel,
            "filename": part.filename,
            "file": file.pk,
            "pages": list(pages),
            "run": part.run_id,
        },
    )
    return part


def page_range(pages: Sequence[int]) -> str:
    """Pages as a person writes them: 1-3, 5."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][-1] + 1:
            ranges[-1][1:] = [page]
        else:
            ranges.append([page])
    return ", ".join("-".join(map(str, ends)) for ends in ranges)


def locked(document_id: uuid.UUID, *also: uuid.UUID) -> tuple[Document, list[Document]]:
    """The file that it is or is part of, and the documents that the file is split into now, all locked.

    `also`: documents that are to be locked with them. Raises Document.DoesNotExist.
    """
    asked = Document.objects.only("parent_id").get(pk=document_id)
    file_id = asked.parent_id or asked.pk
    family = Document.objects.filter(parent=file_id).exclude(state=State.SPLIT).values_list("pk", flat=True)
    documents = _lock((file_id, *family, *also))
    file = documents.pop(file_id)
    held = (part for part in documents.values() if part.parent_id == file_id and part.state != State.SPLIT)
    return file, sorted(held, key=lambda part: part.pages or [])


def _lock(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Document]:
    ids = sorted(set(ids))
    runs = Document.objects.filter(pk__in=ids).values("run_id")
    list(Run.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=runs).order_by("pk"))
    locked = Document.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    found = {document.pk: document for document in locked}
    if len(found) < len(ids):
        raise Document.DoesNotExist("There is no such document.")
    return found


def _end(document: Document, actor: str, *, attached_to: uuid.UUID | None = None) -> None:
    """End the document's own way: its run goes no further, nobody is asked about it any more."""
    run = Run.objects.filter(pk__in=[document.run_id]).first()
    if run is not None and run.state in OPEN:
        if run.state != RunState.WAITING or run.awaited_signal != run.step:
            raise Conflict(f"{document.filename} is being worked on this moment. Try again when it waits for a person.")
        outcome = {"outcome": "regrouped", "by": actor}
        engine.signal(run.pk, run.step, outcome, dedupe_key=f"regrouped:{new_id()}")
    move(document.pk, State.ATTACHED if attached_to else State.SPLIT, attached_to=attached_to)
    if document.parent_id and not attached_to:
        record("document.given_up", actor=actor, subject=f"document:{document.pk}", before={"state": document.state})


def _begin_anew(document: Document) -> None:
    """The whole document, from the beginning and without being split by itself again."""
    if Run.objects.filter(pk__in=[document.run_id], state__in=OPEN).exists():
        raise Conflict(f"{document.filename} was taken apart this moment. Try again in a moment.")
    run = engine.start(NAME, f"document:{document.pk}", {"document": str(document.pk), "whole": True})
    Document.objects.filter(pk=document.pk).update(run_id=run.pk)
    move(document.pk, State.RECEIVED)


def _told(parts: Iterable[Document]) -> list[dict[str, object]]:
    return [{"document": part.pk, "pages": part.pages} for part in parts]
