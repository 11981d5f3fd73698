"""Step: run every rule over the document's current values and keep what they found."""

from django.db import transaction

from audit.record import record
from automation.checks import models
from automation.checks.base import Finding
from automation.checks.rules import RULES
from automation.checks.view import view_of
from automation.documents.models import Document
from automation.workflow.results import Context, Done

SEVERITIES = ("info", "warning", "blocks")


def run(context: Context) -> Done:
    """Output: {"round": id, "worst": the highest severity found, or "none"}."""
    document = Document.objects.select_related("entity").get(pk=context.input["document"])
    round = models.CheckRound(document=document)
    findings = find(document)
    output = {"round": str(round.pk), "worst": worst(findings)}
    return Done(output, lambda: _store(round, findings), repeatable=True)


def check_document(document: Document) -> models.CheckRound:
    """Check a document anew, for example after a correction; joins the caller's transaction."""
    with transaction.atomic():
        round = models.CheckRound(document=document)
        _store(round, find(document))
    return round


def find(document: Document) -> list[Finding]:
    """Everything the rules say about the document's current values. Stores nothing."""
    view = view_of(document)
    return [finding for rule in RULES for finding in rule(view)]


def worst(findings: list[Finding]) -> str:
    """The highest severity among the findings, "none" where there are none."""
    return max((finding.severity for finding in findings), key=SEVERITIES.index, default="none")


def _store(round: models.CheckRound, findings: list[Finding]) -> None:
    round.save(force_insert=True)
    models.Finding.objects.bulk_create(
        models.Finding(
            round=round,
            code=finding.code,
            severity=finding.severity,
            message=finding.message,
            fields=list(finding.fields),
            evidence=dict(finding.evidence),
        )
        for finding in findings
    )
    record(
        "document.checked",
        actor="system:workflow",
        subject=f"document:{round.document_id}",
        after={"round": round.pk, "worst": worst(findings), "findings": [finding.code for finding in findings]},
    )
