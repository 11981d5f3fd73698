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
    received_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Context:
    """Where a step stands: its run, its own name, how often it was tried, and the signals sent to it.

    `outputs` holds the output of each completed step by name. `timed_out` is True when the step waited and its time
    came. In a step over several items `item` is the item's place and `input["item"]` the item.
    """

    run_id: uuid.UUID
    step: str
    attempt: int
    input: Mapping[str, Json]
    outputs: Mapping[str, Mapping[str, Json]]
    signals: tuple[ReceivedSignal, ...] = ()
    timed_out: bool = False
    item: int | None = None
    key_suffix: str = ""

    @property
    def key(self) -> str:
        """The idempotency key of this step's effects outside: the same however often the step is executed."""
        return f"{self.run_id}:{self.step}{self.key_suffix}"


def nothing() -> None:
    """A step without changes of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """The step is complete. `commit` runs in the transaction that stores this result: both happen or neither.

    `end` completes the whole run here. `repeatable`: nothing outside the database knows of the step, so its checkpoint
    need not wait for the disk. A power cut may take it back, and the step is then executed again.
    """

    output: Mapping[str, Json] = field(default_factory=dict)
    commit: Commit = nothing
    end: bool = False
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step goes on when the signal comes or the time is reached; until then it holds nothing.

    `until` is reached by the database's clock: count it from `store.NOW`, not from this machine's.
    """

    for_signal: str | None = None
    until: datetime | None = None
    commit: Commit = nothing


class StepFunction(Protocol):
    """A step: computes outside any transaction and may be executed again after a crash."""

    def __call__(self, context: Context) -> Done | Waiting: ...
