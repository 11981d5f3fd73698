"""Which runs somebody may see: those of the documents they may see. Newest first, page by page."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from automation.documents.models import Document
from automation.errors import Invalid
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState

COUNTED = (RunState.FAILED, RunState.WAITING, RunState.RUNNING, RunState.READY)
COUNT_LIMIT = 1000
PAGE = 50
MAX_PAGE = 200


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


def visible(entities: QuerySet[LegalEntity], *, others: bool = False) -> QuerySet[Run]:
    """The runs about documents of these entities; `others`: also those about no document at all."""
    documents = Document.objects.filter(run_id=OuterRef("pk"))
    seen = Q(Exists(documents.filter(entity__in=entities)))
    if others:
        seen |= ~Q(Exists(documents))
    return Run.objects.filter(seen, parent=None)


def counts(runs: QuerySet[Run]) -> Mapping[str, int]:
    """How many runs stand in each state that may need somebody, counted up to COUNT_LIMIT: history is not counted."""
    return {state: runs.filter(state=state)[:COUNT_LIMIT].count() for state in COUNTED}


def page(runs: QuerySet[Run], *, state: str = "", q: str = "", cursor: str = "", size: int = PAGE) -> RunPage:
    """One page of runs. `q` is the id of a run or document, or a text in a document's file name, seller or number.

    Raises Invalid for a state or cursor that is none.
    """
    if state:
        if state not in RunState.values:
            raise Invalid(f"There is no state {state!r}. States are: {', '.join(RunState.values)}.")
        runs = runs.filter(state=state)
    if q := q.replace("\0", "").strip():
        runs = runs.filter(_matching(q))
    if cursor:
        runs = runs.filter(pk__lt=_position(cursor))
    size = max(1, min(size, MAX_PAGE))
    found = list(runs.select_related("definition").order_by("-pk")[: size + 1])
    return RunPage(_rows(found[:size]), str(found[size - 1].pk) if len(found) > size else None)


def document_of(run: Run) -> Document | None:
    return Document.objects.select_related("entity", "invoice").filter(run_id=run.pk).first()


def _rows(runs: Sequence[Run]) -> list[Row]:
    documents = Document.objects.filter(run_id__in=[run.pk for run in runs]).select_related("entity", "invoice")
    by_run = {document.run_id: document for document in documents}
    return [Row(run, by_run.get(run.pk)) for run in runs]


def _matching(q: str) -> Q:
    try:
        key = uuid.UUID(q.removeprefix("document:").removeprefix("run:"))
    except ValueError:
        text = Q(filename__icontains=q) | Q(invoice__seller_name__icontains=q) | Q(invoice__number__icontains=q)
        return Q(pk__in=Document.objects.filter(text, run_id__isnull=False).values("run_id"))
    return Q(pk=key) | Q(subject=f"document:{key}")


def _position(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(cursor)
    except ValueError as error:
        raise Invalid("cursor must be a next_cursor of an earlier answer.") from error
