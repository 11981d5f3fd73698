"""What a policy says: its typed form, and what is wrong with one that cannot be published."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import is_currency

from automation.errors import Invalid
from inference.fields import FORM

SEVERITIES = ("info", "warning", "blocks")
SILENT = ("none", "info", "warning")  # a blocking finding is never silent
KEYS = ("name", "minimum_confidence", "key_fields", "highest_silent_severity")
OPTIONAL = ("hours", "controller_above", "cost_centres", "treasury_on_bank_change", "approvals", "approve_by_link")
APPROVALS = ("sequential", "parallel")
GATES = ("verify", "approve", "controller", "treasury")
MOST_HOURS = 2000  # about a year of working days


@dataclass(frozen=True, slots=True)
class Body:
    """A person looks when a key field is absent or below `minimum_confidence` (0..1, exact), or when any finding is
    above `highest_silent_severity`. `hours`: working hours in which each gate should be decided; a gate that is missing
    has no deadline. `controller_above`: by currency, the total above which a controller approves too; where any is
    named, an invoice in another currency goes to the controller. `cost_centres`: such amounts for one cost centre, in
    place of the general ones. `treasury_on_bank_change`: a new account is released by one more person.
    `approvals`: whether all that an invoice needs are asked for one after the other or at once.
    `approve_by_link`: the link in a reminder approves without signing in."""

    name: str
    minimum_confidence: Decimal
    key_fields: tuple[str, ...]
    highest_silent_severity: str
    hours: Mapping[str, int]
    controller_above: Mapping[str, Decimal]
    treasury_on_bank_change: bool
    approvals: str = APPROVALS[0]
    approve_by_link: bool = False
    cost_centres: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)

    def is_silent(self, severity: str) -> bool:
        return self.highest_silent_severity != "none" and (
            SEVERITIES.index(severity) <= SEVERITIES.index(self.highest_silent_severity)
        )


def parse(body: Mapping[str, Any]) -> Body:
    """The policy a stored body describes. Raises Invalid naming everything that is wrong with it."""
    if problems := list(_problems(body)):
        raise Invalid("The policy cannot be used: " + "; ".join(problems) + ".", code="policy_invalid")
    return Body(
        name=body["name"],
        minimum_confidence=Decimal(body["minimum_confidence"]),
        key_fields=tuple(body["key_fields"]),
        highest_silent_severity=body["highest_silent_severity"],
        hours=dict(body.get("hours", {})),
        controller_above=_thresholds(body.get("controller_above", {})),
        treasury_on_bank_change=body.get("treasury_on_bank_change", False),
        approvals=body.get("approvals", APPROVALS[0]),
        approve_by_link=body.get("approve_by_link", False),
        cost_centres={centre.upper(): _thresholds(own) for centre, own in body.get("cost_centres", {}).items()},
    )


def _thresholds(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(text) for code, text in texts.items()}


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is missing" for key in KEYS if key not in body)
    yield from (f"{key} is not known here" for key in body if key not in KEYS + OPTIONAL)
    if not isinstance(body.get("name", "-"), str) or not body.get("name", "-").strip():
        yield "name must be a text"
    if not _is_probability(body.get("minimum_confidence", "0")):
        yield f'minimum_confidence must be a text like "0.85", from 0 to 1, not {body["minimum_confidence"]!r}'
    fields = body.get("key_fields", [])
    if not isinstance(fields, list):
        yield "key_fields must be a list of field names"
    else:
        yield from (f"key_fields: there is no field {name!r}" for name in fields if name not in FORM)
    if body.get("highest_silent_severity", "info") not in SILENT:
        yield f"highest_silent_severity must be one of {', '.join(SILENT)}"
    hours = body.get("hours", {})
    if not isinstance(hours, dict) or not all(gate in GATES and _is_hours(value) for gate, value in hours.items()):
        yield f"hours must give whole working hours, 1 to {MOST_HOURS}, for {', '.join(GATES)}"
    thresholds = body.get("controller_above", {})
    if not isinstance(thresholds, dict) or not all(map(_is_threshold, thresholds.items())):
        yield 'controller_above must give amounts by currency, like {"EUR": "10000.00"}'
    centres = body.get("cost_centres", {})
    if not isinstance(centres, dict) or not all(
        isinstance(own, dict) and own and all(map(_is_threshold, own.items())) for own in centres.values()
    ):
        yield 'cost_centres must give amounts by cost centre and currency, like {"4100": {"EUR": "500.00"}}'
    if body.get("approvals", APPROVALS[0]) not in APPROVALS:
        yield f"approvals must be one of {', '.join(APPROVALS)}"
    for key in ("treasury_on_bank_change", "approve_by_link"):
        if not isinstance(body.get(key, False), bool):
            yield f"{key} must be true or false"


def _is_threshold(item: tuple[object, object]) -> bool:
    code, text = item
    try:
        known = isinstance(code, str) and is_currency(code)
        return known and isinstance(text, str) and Decimal(text).is_finite() and Decimal(text) >= 0
    except InvalidOperation:
        return False


def _is_hours(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_HOURS


def _is_probability(value: object) -> bool:
    try:
        return isinstance(value, str) and 0 <= Decimal(value) <= 1
    except InvalidOperation:
        return False
