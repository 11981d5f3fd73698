"""Step: predict the fields and tables of a document from its words."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from audit.record import record
from automation.documents import storage
from automation.documents.models import Document, Extraction, FieldValue
from automation.documents.parsing import told
from automation.documents.values import stored_reading
from automation.einvoice import read as einvoice
from automation.identity import new_id
from automation.ledger.project import project
from automation.memory.remember import examples_for
from automation.workflow.results import Context, Done
from inference import types
from inference.extraction import combine
from inference.fields import to_text
from inference.serial import field_to_json


def run(context: Context) -> Done:
    """Output: {"extraction": id}."""
    document = Document.objects.get(pk=context.input["document"])
    reading_id = context.outputs["read"]["reading"]
    reading = stored_reading(reading_id)
    problem = ""

    def pages(shown: types.Reading) -> types.Extraction:
        nonlocal problem
        own = without(shown, context.outputs.get("split", {}).get("attachments", ()))
        read, problem = combine.read(own, examples_for(document.entity_id, own))
        return read

    part = document.parent_id is not None
    asked = told(lambda: einvoice.consult(storage.load(document), reading, pages, part=part))
    said = asked.extraction
    extraction = Extraction(
        id=new_id(),
        document=document,
        reading_id=reading_id,
        reader=said.reader,
        digest=said.digest,
        timings_ms=dict(said.timings_ms),
    )

    def commit() -> None:
        extraction.save(force_insert=True)
        if asked.facts is not None:
            asked.facts.document, asked.facts.extraction = document, extraction
            asked.facts.save(force_insert=True)
        values = FieldValue.objects.bulk_create(_values(extraction, said))
        project(document, {value.name: value for value in values})
        record(
            "document.extracted",
            actor="system:workflow",
            subject=f"document:{document.pk}",
            after={"extraction": extraction.pk, "fields": sorted(said.fields), "line_items": len(said.line_items)},
            because={"reader": said.reader, "digest": said.digest},
        )
        if problem:
            record("reader.unavailable", actor="system:workflow", subject="reader:model", because={"problem": problem})

    return Done({"extraction": str(extraction.pk)}, commit, repeatable=True)


def without(reading: types.Reading, attachments: Collection[int]) -> types.Reading:
    """The reading with no words on the pages that only belong to the document, such as terms."""
    pages = (replace(page, words=()) if page.number in attachments else page for page in reading.pages)
    return types.Reading(tuple(pages))


def _values(extraction: Extraction, said: types.Extraction) -> Iterator[FieldValue]:
    for prediction in said.fields.values():
        answer = field_to_json(prediction)
        yield FieldValue(document_id=extraction.document_id, extraction=extraction, **answer)
    for name, rows in (("line_items", said.line_items), ("tax_lines", said.tax_lines)):
        if rows:
            yield _table(extraction, name, rows)


def _table(extraction: Extraction, name: str, rows: tuple[types.Row, ...]) -> FieldValue:
    """A table is as certain as its least certain cell."""
    cells = [cell for row in rows for cell in row.values()]
    return FieldValue(
        document_id=extraction.document_id,
        extraction=extraction,
        name=name,
        value=[{cell: _cell(prediction) for cell, prediction in row.items()} for row in rows],
        confidence=min((cell.confidence for cell in cells), default=0.0),
        reader=extraction.reader,
        page=min((cell.page for cell in cells if cell.page is not None), default=None),
    )


def _cell(prediction: types.FieldPrediction) -> dict[str, object]:
    return {
        "value": to_text(prediction.value),
        "confidence": prediction.confidence,
        "page": prediction.page,
        "box": None if prediction.box is None else list(prediction.box),
        "raw": prediction.raw,
        "reader": prediction.reader,
    }
