"""Which runs somebody may see: those of the documents they may see. Newest first, page by page."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from automation.documents import search
from automation.documents.models import Document
from automation.errors import Invalid
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState

COUNTED = (RunState.FAILED, RunState.WAITING, RunState.RUNNING, RunState.READY)
COUNT_LIMIT = 1000
PAGE = 50
MAX_PAGE = 200
FOUND = 1000  # of a text in one state only the newest so many are looked through for each page
Entities = Collection[uuid.UUID] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A run and the document it is about, None for a run about anything else."""

    run: Run
    document: Document | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, and the cursor of the page after them, None on the last."""

    rows: list[Row]
    next_cursor: str | None


def visible(entities: Entities) -> QuerySet[Run]:
    """The runs about documents of these entities; None: every run, also those about no document at all."""
    runs = Run.objects.filter(parent=None)
    if entities is None:
        return runs
    return runs.filter(Exists(Document.objects.filter(run_id=OuterRef("pk"), entity__in=list(entities))))


def counts(runs: QuerySet[Run]) -> Mapping[str, int]:
    """How many runs stand in each state that may need somebody, counted up to COUNT_LIMIT: history is not counted."""
    return {state: runs.filter(state=state)[:COUNT_LIMIT].count() for state in COUNTED}


def page(entities: Entities, *, state: str = "", q: str = "", cursor: str = "", size: int = PAGE) -> RunPage:
    """One page of the visible runs. `q` is the id of a run or document, or words in file name, seller or number.

    Nothing is counted and every order is an index's, so that history costs nothing. Raises Invalid for a state or
    cursor that is none.
    """
    runs, size = visible(entities), max(1, min(size, MAX_PAGE))
    before = _position(cursor) if cursor else None
    if state:
        if state not in RunState.values:
            raise Invalid(f"There is no state {state!r}. States are: {', '.join(RunState.values)}.")
        runs = runs.filter(state=state)
    if before is not None:
        runs = runs.filter(pk__lt=before)
    onward = None
    if q := q.strip():
        key = _key(q)
        enough = FOUND if state else size + 1
        matching = [] if key else search.run_ids(q, entities=_ids(entities), before=before, enough=enough)
        onward = str(matching[-1]) if len(matching) == enough else None  # there may be more behind these
        runs = runs.filter(Q(pk=key) | Q(subject=f"document:{key}") if key else Q(pk__in=matching))
    found = list(runs.select_related("definition").order_by("-pk")[: size + 1])
    return RunPage(_rows(found[:size]), str(found[size - 1].pk) if len(found) > size else onward)


def document_of(run: Run) -> Document | None:
    return Document.objects.select_related("entity", "invoice").filter(run_id=run.pk).first()


def _rows(runs: Sequence[Run]) -> list[Row]:
    documents = Document.objects.filter(run_id__in=[run.pk for run in runs]).select_related("entity", "invoice")
    by_run = {document.run_id: document for document in documents}
    return [Row(run, by_run.get(run.pk)) for run in runs]


def _key(q: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(q.removeprefix("document:").removeprefix("run:"))
    except ValueError:
        return None


def _ids(entities: Entities) -> Collection[uuid.UUID]:
    return list(LegalEntity.objects.values_list("pk", flat=True)) if entities is None else entities


def _position(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(cursor)
    except ValueError as error:
        raise Invalid("cursor must be a next_cursor of an earlier answer.") from error
