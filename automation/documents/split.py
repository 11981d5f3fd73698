"""Step: several documents in one file become documents of their own; what is doubtful a person decides.

A part, a file that a person put together again, and a file with an electronic invoice in it are one document. Of every
document the pages that only belong to it (terms, delivery notes) are named, so that they are not read as its lines.
"""

from collections.abc import Mapping, Sequence

from automation.documents import storage
from automation.documents.arrange import divide
from automation.documents.models import Document
from automation.documents.parsing import told
from automation.documents.values import stored_reading
from automation.einvoice.read import electronic_invoice
from automation.errors import PermanentFailure
from automation.workflow.results import Context, Done, Json
from inference.media_types import PDF, XML
from inference.splitting.divide import Division
from inference.splitting.divide import divide as division_of


def run(context: Context) -> Done:
    """Output: {"parts": how many, "attachments": page numbers}; the run ends where the file was split.

    The same stands in the document's `division`, with what the attachments are (`papers`), `doubts` in words and the
    `proposed` parts where there are any.
    """
    document = Document.objects.get(pk=context.input["document"])
    if document.media_type == XML:
        return Done({"parts": 1, "attachments": []}, repeatable=True)
    found = division_of(stored_reading(context.outputs["read"]["reading"]))
    whole = document.parent_id is not None or bool(context.input.get("whole"))
    if not whole and len(found.parts) > 1 and not _is_electronic(document):
        if found.certain:
            return _split(document, found)
        return _one(document, {}, found.doubts, _pages(found))
    papers = {page: paper for part in found.parts for page, paper in zip(part.attachments, part.papers, strict=True)}
    return _one(document, papers, () if whole else found.doubts, [])


def _split(document: Document, found: Division) -> Done:
    def commit() -> None:
        divide(document, _pages(found), actor="system:workflow", because="each part begins anew")

    return Done({"parts": len(found.parts), "attachments": []}, commit, end=True)


def _one(document: Document, papers: Mapping[int, str], doubts: Sequence[str], proposed: Sequence[Json]) -> Done:
    division = {
        "attachments": list(papers),
        "papers": list(papers.values()),
        "doubts": list(doubts),
        "proposed": list(proposed),
    }

    def commit() -> None:
        Document.objects.filter(pk=document.pk).update(division=division)

    return Done({"parts": 1, "attachments": list(papers)}, commit, repeatable=True)


def _pages(found: Division) -> list[list[int]]:
    return [list(part.pages) for part in found.parts]


def _is_electronic(document: Document) -> bool:
    """Whether the file has an electronic invoice in it, and so is one."""
    if document.media_type != PDF:
        return False
    try:
        return told(lambda: electronic_invoice(storage.load(document))) is not None
    except PermanentFailure:
        return False
