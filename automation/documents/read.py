"""Step: find the words on a document's pages."""

from django.db.models import F

from audit.record import record
from automation.documents import ocr, parsing
from automation.documents.models import Document, Page, Reading
from automation.documents.values import pages_of
from automation.identity import new_id
from automation.workflow.results import Context, Done
from inference import types


def run(context: Context) -> Done:
    """Output: {"reading": id, "pages": number of pages, "needs_ocr": whether a page has no usable text}."""
    document = Document.objects.get(pk=context.input["document"])
    found = _found(document)
    reading = Reading(id=new_id(), document=document, reader=_readers(found), needs_ocr=found.needs_ocr)
    output = {"reading": str(reading.pk), "pages": len(found.pages), "needs_ocr": found.needs_ocr}
    told = output | {"ocr": sorted({f"{page.reader} {page.digest}" for page in found.pages if page.digest})}

    def commit() -> None:
        reading.save(force_insert=True)
        Page.objects.bulk_create([_page(reading, page) for page in found.pages])
        Document.objects.filter(pk=document.pk).update(page_count=len(found.pages), version=F("version") + 1)
        record("document.read", actor="system:workflow", subject=f"document:{document.pk}", after=told)

    return Done(output, commit, repeatable=True)


def _found(document: Document) -> types.Reading:
    """The words of the file's pages; those of a part were read with the whole file."""
    if document.pages is not None and document.parent_id is not None:
        return pages_of(document.parent_id, document.pages)
    return ocr.completed(parsing.words(document), lambda number: parsing.scan(document, number))


def _readers(found: types.Reading) -> str:
    return "+".join(dict.fromkeys(page.reader for page in found.pages))


def _page(reading: Reading, page: types.Page) -> Page:
    return Page(
        reading=reading,
        number=page.number,
        width=page.width,
        height=page.height,
        reader=page.reader,
        needs_ocr=page.needs_ocr,
        digest=page.digest,
        cause=page.cause,
        words=[[word.text, *(round(edge, 5) for edge in word.box), word.confidence] for word in page.words],
    )
