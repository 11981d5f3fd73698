"""Which reader is right, and how surely: a logistic of what both say, fitted on documents neither learned from.

Each value that a reader gives for a field is judged by itself: who says it and how sure they are, who says something
else and how sure they are, whether it makes the sums add up, and how sure each reader is of this document as a whole,
for a reader that is lost on a page is lost in most of its fields. The weights are part of the model card
(`training/agreement.py` fits them), one set for each family of fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import exp, log

from inference.evaluation import matches
from inference.extraction.weights import WeightsUnavailable, checked
from inference.fields import FIELDS, to_text
from inference.types import Extraction, FieldPrediction, Row

EVIDENCE = (
    "both", "rules", "rules_opposed", "model", "model_opposed", "rules_odds", "model_odds", "opposed_rules_odds",
    "opposed_model_odds", "adds_up", "breaks_sums", "rules_mood", "model_mood",
)  # fmt: skip
SUMS = ("net_amount", "tax_amount", "gross_amount")
CENT = Decimal("0.02")
_CLIP = 6.0
_FAMILIES = {
    "date": "date", "money": "money", "id": "id", "name": "name", "text": "text", "currency": "choice",
    "iban": "checked", "bic": "checked", "vat_id": "checked", "choice": "choice",
}  # fmt: skip
UNFITTED = (1.0, 0.0, 0.0, -1.0, -1.0, 1.0, 0.6, -0.3, -0.3, 0.5, -0.5, 0.1, 0.1)

Judgement = Mapping[str, tuple[float, ...]]
"""Family of fields to the weights of EVIDENCE."""


@dataclass(frozen=True)
class Case:
    """What two readers say of one document, and how sure each of them is of it all (mean log-odds)."""

    rules: Extraction
    model: Extraction
    judgement: Judgement
    rules_mood: float
    model_mood: float

    def chance(self, name: str, by_rules: bool) -> float:
        """The probability that the value of the rules (or else of the network) is right."""
        weights = self.judgement.get(family_of(name), UNFITTED)
        logit = sum(weight * part for weight, part in zip(weights, evidence(self, name, by_rules), strict=True))
        return 1 / (1 + exp(-min(max(logit, -30.0), 30.0)))


def case_of(rules: Extraction, model: Extraction, judgement: Judgement) -> Case:
    """The case of a document."""
    return Case(rules, model, judgement, _mood(rules), _mood(model))


@lru_cache(maxsize=1)
def shipped() -> Judgement:
    """The weights in the model card that ships; none, for UNFITTED ones, where it cannot be read."""
    try:
        known, _ = checked()
    except WeightsUnavailable:
        return {}
    return {family: tuple(map(float, weights)) for family, weights in known.get("agreement", {}).items()}


def family_of(name: str) -> str:
    """The family of a field, each judged by weights of its own."""
    if name in ("seller_email", "seller_phone", "seller_website"):
        return "contact"
    return "address" if name.endswith("_address") else _FAMILIES[FIELDS[name].kind]


def same(one: FieldPrediction, other: FieldPrediction) -> bool:
    """Whether two predictions of a field mean the same value."""
    return matches(FIELDS[one.name].kind, one.name, to_text(other.value), to_text(one.value))


def evidence(case: Case, name: str, by_rules: bool) -> tuple[float, ...]:
    """What speaks for the value that the rules (or else the network) give for a field, in the order of EVIDENCE."""
    first, second = (case.rules, case.model) if by_rules else (case.model, case.rules)
    said, rest = first.fields[name], second.fields.get(name)
    agreed = rest is not None and same(said, rest)
    alone, opposed = rest is None, rest is not None and not agreed
    mine, theirs = odds(said), odds(rest) if rest is not None else 0.0
    rules, model = (mine, theirs) if by_rules else (theirs, mine)
    for_rules, for_model = by_rules or agreed, not by_rules or agreed
    sums = adds_up(first.fields) if name in SUMS else None
    return (
        float(agreed),
        float(alone and by_rules),
        float(opposed and by_rules),
        float(alone and not by_rules),
        float(opposed and not by_rules),
        rules * for_rules,
        model * for_model,
        rules * (not for_rules),
        model * (not for_model),
        float(sums is True),
        float(sums is False),
        case.rules_mood if for_rules else -case.rules_mood,
        case.model_mood if for_model else -case.model_mood,
    )


def odds(field: FieldPrediction) -> float:
    """A reader's own certainty as log-odds."""
    sure = min(max(field.confidence, 0.003), 0.997)
    return min(max(log(sure / (1 - sure)), -_CLIP), _CLIP)


def _mood(said: Extraction) -> float:
    fields = [field for name, field in said.fields.items() if name != "document_type"]
    return sum(map(odds, fields)) / len(fields) if fields else 0.0


def adds_up(fields: Row) -> bool | None:
    """Whether net and tax make the total; None where not all three are there."""
    net, tax, gross = (fields[name].value if name in fields else None for name in SUMS)
    if not isinstance(net, Decimal) or not isinstance(tax, Decimal) or not isinstance(gross, Decimal):
        return None
    return abs(net + tax - gross) <= CENT
