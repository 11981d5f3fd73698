"""What a kind of channel is: typed settings, a place, and a function that takes what waits there.

To add a kind, write a settings class and a `fetch` in a file beside this one, and name it in `KINDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from automation.errors import Invalid
from automation.ingestion.models import Channel

Given = TypeVar("Given")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Left:
    """What a look left behind: how many wait, for queues how many letters are dead, whether to look again at once."""

    waiting: int = 0
    dead_letters: int | None = None
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a channel. `enough()`: stop after the file in hand."""

    channel: Channel
    settings: Any
    secret: str
    enough: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """`settings` is a dataclass; `place(settings)` names the mailbox or folder itself, without secrets.

    `fetch` takes what waits, each file committed by the door before its original is moved. It raises TemporaryFailure
    or PermanentFailure, and may be called again after any crash. None: the channel is not fetched from, it is sent to.
    `wait(visit, seconds)` returns True when something came; False at the end of the time, or where it cannot tell.
    `secret`: what the secret is, for a person.
    """

    title: str
    settings: type
    place: Callable[[Any], str]
    fetch: Callable[[Visit], Left] | None = None
    wait: Callable[[Visit, float], bool] | None = None
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """Settings of every channel that is looked at now and then."""

    every: int = field(default=60, metadata={"label": "Look every (seconds)", "least": 1, "most": 86_400})


def setting(label: str, default: Any = MISSING, *, help: str = "", **more: Any) -> Any:
    """A field of a settings class, with what a person reads beside it."""
    metadata = {"label": label, "help": help, **more}
    return (
        field(default_factory=dict, metadata=metadata) if default == {} else field(default=default, metadata=metadata)
    )


def read_settings(kind: type[Given], given: Mapping[str, object]) -> Given:
    """The settings as their class has them. Raises Invalid that names the setting which is wrong."""
    known, hints = {one.name: one for one in fields(kind)}, get_type_hints(kind)  # type: ignore[arg-type]
    if unknown := sorted(set(given) - set(known)):
        raise Invalid(f"There is no setting {', '.join(unknown)}. Settings are: {', '.join(known)}.")
    needed = [name for name, one in known.items() if one.default is one.default_factory is MISSING]
    if missing := [name for name in needed if given.get(name) in (None, "")]:
        raise Invalid(f"Give the setting {', '.join(missing)}.")
    return kind(**{name: _typed(known[name], hints[name], value) for name, value in given.items()})


def _typed(one: "Field[Any]", wanted: Any, value: object) -> object:
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            raise Invalid(f"{one.name} must be one of {', '.join(get_args(wanted))}.")
    elif get_origin(wanted) is not None:
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for pair in value.items() for text in pair):
            raise Invalid(f"{one.name} must map texts to texts.")
    elif type(value) is not wanted:
        raise Invalid(f"{one.name} must be {'true or false' if wanted is bool else wanted.__name__}.")
    if wanted is int and isinstance(value, int):
        least, most = one.metadata.get("least", 0), one.metadata.get("most", 2**31 - 1)
        if not least <= value <= most:
            raise Invalid(f"{one.name} must be {least:,} to {most:,}.")
    if isinstance(value, str) and ("\0" in value or len(value) > 20_000):
        raise Invalid(f"{one.name} is too long, or has characters that no text has.")
    return value
