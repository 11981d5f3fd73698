"""Documents that wait at a gate, in a real run that holds only the two gates."""

from collections.abc import Mapping

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


def make_waiting(
    entity: LegalEntity,
    values: Mapping[str, str] = CLEAN,
    *,
    route: str = "verify",
    confidence: float | Mapping[str, float] = 0.99,
    filename: str = "invoice.pdf",
) -> Document:
    """A document whose run has come to its gate: `verify`, or straight to `approve`."""
    document = make_document(entity, values, confidence=confidence, filename=filename)
    publish(GATES)
    run = engine.start("gates", f"document:{document.pk}", {"document": str(document.pk), "route": route}, wake=False)
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
