"""Which fields a person should look at, and why, in words: what the policy asks, the findings name, or nobody found."""

import uuid
from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal

from automation.checks.models import Finding, Severity
from automation.documents.models import FieldValue
from automation.errors import PermanentFailure
from automation.policy.body import Body, parse
from automation.policy.models import Policy
from inference.fields import FORM, Field

Values = Mapping[str, FieldValue]


def policy_of(document_id: uuid.UUID) -> Body:
    """The policy that routed the document; the newest one for a document that was not routed yet."""
    routed = Policy.objects.filter(decisions__document=document_id).order_by("-decisions__pk")
    policy = routed.first() or Policy.objects.order_by("-version").first()
    if policy is None:
        raise PermanentFailure("No policy is published.", code="policy_missing")
    return parse(policy.body)


def missing(values: Values, policy: Body) -> list[Field]:
    """The required fields that have no value."""
    return [FORM[name] for name in policy.key_fields if name not in values or not values[name].value]


def doubts(values: Values, findings: Iterable[Finding], policy: Body) -> dict[str, list[str]]:
    """Field (or table) name to the reasons for doubt, in the order of the form; names without doubt are left out.

    A value that a person entered or confirmed is doubted only by the findings.
    """
    absent = missing(values, policy)
    found: dict[str, list[str]] = {field.name: ["Required, but not found on the document."] for field in absent}
    for name, value in values.items():
        if value.value and Decimal(str(value.confidence)) < policy.minimum_confidence:
            sure, asked = percent(Decimal(str(value.confidence))), percent(policy.minimum_confidence)
            found.setdefault(name, []).extend([f"The reader is {sure} sure; {asked} are asked for.", *value.reasons])
    for finding in findings:
        if finding.severity == Severity.INFO:
            continue
        for name in dict.fromkeys(place.partition(".")[0] for place in finding.fields):
            found.setdefault(name, []).append(finding.message)
    return {name: found[name] for name in (*FORM, *found) if name in found}


def percent(probability: Decimal) -> str:
    """Rounded down to a tenth, so that what is below a threshold never reads as having reached it."""
    return f"{(probability * 100).quantize(Decimal('0.1'), ROUND_FLOOR).normalize():f}%"
