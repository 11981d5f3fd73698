"""Step: the newest policy decides whether a person must look, says why, and keeps what it looked at."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Literal, TypedDict

import rfc8785

from audit.record import record
from automation.checks.models import Finding
from automation.checks.rules.pages import without_text
from automation.documents.models import Document, Extraction
from automation.documents.values import current_values, page_marks
from automation.errors import Conflict, PermanentFailure
from automation.policy.body import Body, parse
from automation.policy.models import Policy, TriageDecision
from automation.workflow.results import Context, Done
from inference.fields import FORM

Route = Literal["verify", "approve"]

# The inputs that the event carries: with the body in the event of the policy, they give the decision again.
LOGGED = ("extraction_digest", "values_sha256", "confidences", "findings", "pages_without_text")


class FindingInput(TypedDict):
    code: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the document goes, and why in words; no reasons means that nothing stood against approval."""

    route: Route
    reasons: tuple[str, ...]


def decide(
    body: Mapping[str, Any],
    confidences: Mapping[str, float],
    findings: Sequence[FindingInput],
    pages_without_text: Sequence[int],
) -> Decision:
    """What a policy's body says of a document. Pure: the same inputs always give the same answer.

    `confidences`: those of the fields that have a value. Raises Invalid for a body that is none.
    """
    policy = parse(body)
    said = [*map(without_text, pages_without_text), *_doubts(policy, confidences)]
    said += [finding["message"] for finding in findings if not policy.is_silent(finding["severity"])]
    reasons = tuple(dict.fromkeys(said))
    return Decision("verify" if reasons else "approve", reasons)


def run(context: Context) -> Done:
    """Output: {"route": "verify" or "approve", "decision": id}."""
    document = Document.objects.get(pk=context.input["document"])
    policy = Policy.objects.order_by("-version").first()
    if policy is None:
        raise PermanentFailure("No policy is published, so nothing may be decided.", code="policy_missing")
    inputs = _inputs(document, policy, uuid.UUID(context.outputs["check"]["round"]))
    decision = _decided(policy, inputs)
    stored = TriageDecision(
        document=document, policy=policy, route=decision.route, reasons=list(decision.reasons), inputs=inputs
    )
    return Done({"route": decision.route, "decision": str(stored.pk)}, lambda: _store(stored), repeatable=True)


def replay(decision: TriageDecision) -> Decision:
    """Decide again from what was kept. Raises Conflict when the policy is not the one that decided."""
    if decision.inputs["policy_digest"] != decision.policy.digest:
        raise Conflict(f"Decision {decision.pk} was made under another policy than version {decision.policy.version}.")
    return _decided(decision.policy, decision.inputs)


def _decided(policy: Policy, inputs: Mapping[str, Any]) -> Decision:
    return decide(policy.body, inputs["confidences"], inputs["findings"], inputs["pages_without_text"])


def _doubts(policy: Body, confidences: Mapping[str, float]) -> Iterator[str]:
    for name in policy.key_fields:
        label = FORM[name].label
        if name not in confidences:
            yield f"{label} was not found."
        elif (confidence := Decimal(str(confidences[name]))) < policy.minimum_confidence:
            asked = _percent(policy.minimum_confidence)
            yield f"{label} is {_percent(confidence)} certain; the policy asks for {asked}."


def _percent(probability: Decimal) -> str:
    """Rounded down to a tenth, so that what is below a threshold never reads as having reached it."""
    return f"{(probability * 100).quantize(Decimal('0.1'), ROUND_FLOOR).normalize():f}%"


def _inputs(document: Document, policy: Policy, round_id: uuid.UUID) -> dict[str, Any]:
    """Everything the decision rests on, as JSON."""
    values = current_values(document.pk)
    extraction = Extraction.objects.filter(document=document).order_by("-id").first()
    findings = Finding.objects.filter(round_id=round_id).order_by("id")
    key_fields = parse(policy.body).key_fields
    return {
        "policy_digest": policy.digest,
        "extraction": str(extraction.pk) if extraction else None,
        "extraction_digest": extraction.digest if extraction else None,
        "round": str(round_id),
        "values": {name: values[name].pk for name in key_fields if name in values},
        "values_sha256": _digest({name: values[name].value for name in key_fields if name in values}),
        "confidences": {name: values[name].confidence for name in key_fields if name in values and values[name].value},
        "findings": [{"code": f.code, "severity": f.severity, "message": f.message} for f in findings],
        "pages_without_text": [page.number for page in page_marks(document.pk) if page.needs_ocr],
    }


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(values))).hexdigest()


def _store(decision: TriageDecision) -> None:
    decision.save(force_insert=True)
    record(
        "document.triaged",
        actor="system:workflow",
        subject=f"document:{decision.document_id}",
        after={"route": decision.route, "decision": decision.pk},
        because={
            "policy": decision.policy.version,
            "policy_digest": decision.policy.digest,
            "reasons": decision.reasons,
            **{name: decision.inputs[name] for name in LOGGED},
        },
    )
