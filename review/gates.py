"""The two steps at which a run waits for a person. A decision (review/actions) closes the task and signals the step."""

import uuid
from functools import partial

from automation.documents.models import Document, State
from automation.documents.states import move
from automation.workflow.results import Context, Done, Waiting
from review.models import Gate, Task

STATES = {Gate.VERIFY: State.TO_VERIFY, Gate.APPROVE: State.TO_APPROVE}


def verify(context: Context) -> Done | Waiting:
    """Wait until a clerk has verified the fields. Output: {"outcome": "verified" | "rejected", "by": username}."""
    return _gate(context, Gate.VERIFY)


def approve(context: Context) -> Done | Waiting:
    """Wait until an approver has decided. Output: {"outcome": "approved" | "rejected", "by": username}."""
    return _gate(context, Gate.APPROVE)


def _gate(context: Context, gate: Gate) -> Done | Waiting:
    if not context.signals:
        return Waiting(for_signal=context.step, commit=partial(_open, uuid.UUID(context.input["document"]), gate))
    decided = context.signals[-1].payload
    output = {"outcome": decided["outcome"], "by": decided["by"]}
    return Done(output, end=decided["outcome"] == "rejected")


def _open(document_id: uuid.UUID, gate: Gate) -> None:
    """Ask people about the document, once: a step may be executed again while its task is open."""
    move(document_id, STATES[gate])
    entity_id = Document.objects.values_list("entity_id", flat=True).get(pk=document_id)
    Task.objects.get_or_create(document_id=document_id, gate=gate, closed_at=None, defaults={"entity_id": entity_id})
