"""Documents that wait at a gate, in a real run that holds only gates."""

from collections.abc import Mapping

from automation.checks.run import check_document
from automation.documents.models import Document
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.definition import Step, Workflow, publish
from automation.workflow.models import Run
from tests.factories import CLEAN, make_document

GATES = Workflow(
    name="gates",
    steps=(
        Step("verify", "review.gates.verify", when="input.route == 'verify'"),
        Step("approve", "review.gates.approve"),
    ),
    on_failure="automation.documents.states.run_failed",
)
ALL_GATES = Workflow(
    name="all gates",
    steps=(*GATES.steps, *(Step(gate, f"review.gates.{gate}") for gate in ("controller", "treasury"))),
    on_failure="automation.documents.states.run_failed",
)


def make_waiting(
    entity: LegalEntity,
    values: Mapping[str, str] = CLEAN,
    *,
    route: str = "verify",
    confidence: float | Mapping[str, float] = 0.99,
    filename: str = "invoice.pdf",
    workflow: Workflow = GATES,
) -> Document:
    """A document whose run has come to its gate: `verify`, or straight to `approve`."""
    document = make_document(entity, values, confidence=confidence, filename=filename)
    return _started(document, workflow, route)


def waiting_for_all(entity: LegalEntity, **values: str) -> Document:
    """A document that was checked, at the first of all approvals."""
    document = make_document(entity, {**CLEAN, **values})
    check_document(document)
    return _started(document, ALL_GATES, "approve")


def _started(document: Document, workflow: Workflow, route: str) -> Document:
    publish(workflow)
    given = {"document": str(document.pk), "route": route}
    run = engine.start(workflow.name, f"document:{document.pk}", given, wake=False)
    Document.objects.filter(pk=document.pk).update(run_id=run.pk)
    return go_on(document)


def go_on(document: Document) -> Document:
    """Let the run go as far as it can; the document as it is then."""
    now = fresh(document)
    assert now.run_id is not None
    engine.advance(now.run_id)
    return fresh(document)


def fresh(document: Document) -> Document:
    return Document.objects.get(pk=document.pk)


def run_of(document: Document) -> Run:
    return Run.objects.get(subject=f"document:{document.pk}")
