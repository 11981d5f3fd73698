"""What an adapter must do. Retries, intents and outcomes are the business of the step (posting/post.py)."""

from typing import Protocol

from automation.errors import PermanentFailure
from automation.posting.payload import Payload


class Adapter(Protocol):
    """One receiving system.

    The receiver applies a key once, however often it is delivered. Raise TemporaryFailure where no answer came or it
    was no answer: whether the effect happened is then unknown, and `lookup` is asked before the next delivery. Raise
    any other CountersignError where the receiver, or the adapter itself, said no: nothing happened.
    """

    def deliver(self, key: str, payload: Payload) -> str:
        """Have the payload applied under this key; answer what the receiver calls it."""
        ...

    def lookup(self, key: str) -> str | None:
        """What the receiver calls the effect of this key; None where it surely has none. Raises CannotTell."""
        ...


class CannotTell(PermanentFailure):
    """The receiver cannot say whether a key was applied: a person must find out before anything is sent again."""

    code = "posting_unknown"
