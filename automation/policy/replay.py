"""Deciding again from the log alone: the policy's body as it was published, and what the decision's event carries."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from audit.models import Event
from audit.personal import is_erased, opened
from automation.errors import Conflict
from automation.policy.triage import Decision, decide

_READINGS = ("document.received", "document.read", "document.extracted")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision of the log and what it would be now. `sources`: what it rests on, with hashes."""

    event: int
    at: datetime
    policy: int
    recorded: Decision
    again: Decision
    sources: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.recorded == self.again


def replay(document_id: uuid.UUID) -> list[Replayed]:
    """Every automatic decision on the document, oldest first. Reads nothing but events.

    Raises Conflict where the document was erased, or the log holds no policy with the digest that a decision names.
    """
    events = opened(Event.objects.filter(subject=f"document:{document_id}").order_by("id"))
    return [
        _again(event, [e for e in events if e.id < event.id]) for event in events if event.action == "document.triaged"
    ]


def _again(event: Event, earlier: list[Event]) -> Replayed:
    because, after = cast("dict[str, Any]", event.because), cast("dict[str, Any]", event.after)
    if is_erased(event):
        raise Conflict("What this decision rests on was erased with the document.")
    recorded = Decision(after["route"], tuple(because["reasons"]))
    body = _published(because["policy"], because["policy_digest"])
    again = decide(body, because["confidences"], because["findings"], because["pages_without_text"])
    return Replayed(event.id, event.at, because["policy"], recorded, again, tuple(_sources(earlier, because)))


def _published(version: int, digest: str) -> dict[str, Any]:
    for event in Event.objects.filter(action="policy.published", subject=f"policy:{version}"):
        after = cast("dict[str, Any]", event.after)
        if after["digest"] == digest:
            return cast("dict[str, Any]", after["body"])
    raise Conflict(f"The log holds no publication of policy version {version} with digest {digest}.")


def _sources(earlier: list[Event], because: dict[str, Any]) -> Iterator[str]:
    newest = {event.action: event for event in earlier if event.action in _READINGS}
    for action, event in newest.items():
        said = {**cast("dict[str, Any]", event.after or {}), **cast("dict[str, Any]", event.because or {})}
        kept = {name: said[name] for name in ("sha256", "reading", "ocr", "reader", "digest") if said.get(name)}
        yield f"{action} (event {event.id}): {', '.join(f'{name} {value}' for name, value in kept.items())}"
    yield f"values looked at: sha256 {because['values_sha256']}"
    yield f"policy version {because['policy']}: digest {because['policy_digest']}"
