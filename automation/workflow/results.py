"""What a step gets and what it answers."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Json = Any  # whatever `json.dumps` takes
Commit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class ReceivedSignal:
    """A signal as the waiting step sees it."""

    name: str
    payload: Mapping[str, Json]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """Where a step stands: its run, its own name, how often it was tried, and the signals that wait for it.

    `outputs` holds the output of each completed step by name. `key` is the idempotency key of this step's effects.
    """

    run_id: uuid.UUID
    step: str
    attempt: int
    input: Mapping[str, Json]
    outputs: Mapping[str, Mapping[str, Json]]
    signals: tuple[ReceivedSignal, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.run_id}:{self.step}"


def _nothing() -> None:
    """A step without changes of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """The step is complete. `commit` runs in the transaction that stores this result: both happen or neither.

    `end` completes the whole run here.
    """

    output: Mapping[str, Json] = field(default_factory=dict)
    commit: Commit = _nothing
    end: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step goes on when the signal comes or the time is reached; until then it holds nothing."""

    for_signal: str | None = None
    until: datetime | None = None
    commit: Commit = _nothing


class StepFunction(Protocol):
    """A step: computes outside any transaction and may be executed again after a crash."""

    def __call__(self, context: Context) -> Done | Waiting: ...
