"""The document's state machine: which moves there are, and the one function that makes them.

    received ──> to_verify <──> to_approve <──> approved ──> posted
        │  └──────────────────────^   │           │
        │            └──> rejected <──┘           │
        └──> quarantined (unreadable)             └──> failed (a person must look)

An approval may be taken back until the run goes on to post. Any open state may go to
failed; failed goes back to where the run goes on when an operator retries it. What is not
approved yet may be split into its documents or attached to another, and be received again
when that is taken back (documents/arrange.py).
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from audit.record import record
from automation.documents.models import Document, State
from automation.errors import Conflict

REGROUPED = (State.SPLIT, State.ATTACHED)
MOVES: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.TO_VERIFY, State.TO_APPROVE, State.QUARANTINED, State.FAILED, *REGROUPED}),
    State.TO_VERIFY: frozenset({State.TO_APPROVE, State.REJECTED, State.FAILED, *REGROUPED}),
    State.TO_APPROVE: frozenset({State.TO_VERIFY, State.APPROVED, State.REJECTED, State.FAILED, *REGROUPED}),
    State.APPROVED: frozenset({State.TO_APPROVE, State.POSTED, State.FAILED}),
    State.FAILED: frozenset(
        {State.RECEIVED, State.TO_VERIFY, State.TO_APPROVE, State.APPROVED, State.REJECTED, *REGROUPED}
    ),
    State.POSTED: frozenset(),
    State.REJECTED: frozenset(),
    State.QUARANTINED: frozenset({State.RECEIVED, State.REJECTED, *REGROUPED}),
    State.SPLIT: frozenset({State.RECEIVED}),
    State.ATTACHED: frozenset({State.RECEIVED, State.SPLIT}),
}


def move(
    document_id: uuid.UUID,
    to: State,
    *,
    problem: Mapping[str, str] | None = None,
    attached_to: uuid.UUID | None = None,
) -> None:
    """Compare-and-set the state, inside the caller's transaction. Moving to where it already stands does nothing.

    Raises Conflict when the document is in a state from which this move does not exist.
    """
    sources = [source for source, targets in MOVES.items() if to in targets]
    moved = Document.objects.filter(pk=document_id, state__in=sources).update(
        state=to, state_since=timezone.now(), problem=problem, attached_to=attached_to, version=F("version") + 1
    )
    if not moved:
        now = Document.objects.only("state").get(pk=document_id)
        if now.state != to:
            raise Conflict(f"The document is {State(now.state).label.lower()} and cannot become {to.label.lower()}.")


UNREADABLE = frozenset(
    {
        "empty",
        "unsupported_type",
        "encrypted",
        "damaged",
        "xml_forbidden",
        "xml_too_deep",
        "too_many_pages",
        "page_too_large",
        "too_slow",
        "too_much_memory",
        "parser_crashed",
    }
)


def run_failed(run_id: uuid.UUID, subject: str, error: Mapping[str, Any]) -> None:
    """Called by the engine in the transaction that ends a run: the document shows why, in words.

    What is decided for good stays so: a posted document is posted, even when filing it failed.
    """
    document = Document.objects.get(run_id=run_id)
    problem = {"code": str(error["code"]), "message": str(error["message"])}
    quarantined = error["code"] in UNREADABLE and document.state == State.RECEIVED
    if document.state not in (State.POSTED, State.REJECTED, *REGROUPED):
        move(document.pk, State.QUARANTINED if quarantined else State.FAILED, problem=problem)
    record(
        "document.quarantined" if quarantined else "run.failed",
        actor="system:workflow",
        subject=subject,
        after={"step": error["step"], **problem},
    )
