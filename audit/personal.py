"""Personal data in events: declared here once, sealed as it is written, opened for people while its key exists.

Where an event's action is listed, `record()` puts the named parts of its payloads under "sealed", encrypted with the
subject's key; `keys` says which parts those are. The log's hashes are over that form: once the key is destroyed nobody
reads the parts again, in no copy of the log, and the tree still verifies.
"""

import base64
import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag

from audit import canonical
from audit.canonical import JSON
from audit.envelope import seal, unseal
from audit.keys import key_for, keys_of
from audit.models import Event

SEALED = "sealed"
ERASED = "erased"  # shown in the place of what can be opened no more
COLUMNS = ("before", "after", "because")

# A column, or a key of one. Field names, amounts of money alone, states, hashes and user names are not listed.
_FILE = ("after.filename", "after.sender", "after.metadata")
PERSONAL: Mapping[str, tuple[str, ...]] = {
    "document.received": _FILE,
    "document.duplicate": _FILE,
    "document.refused": (*_FILE, "because.message"),
    "document.quarantined": ("after.message",),
    "document.triaged": ("because.reasons", "because.findings"),
    "document.corrected": ("before", "after"),
    "document.confirmed": ("before", "after"),
    "document.commented": ("after.text",),
    "document.approved": ("because.reason",),
    "document.rejected": ("before.message", "because"),
    "document.postponed": ("because",),
    "document.held": ("because",),
    "document.sent_back": ("because",),
    "document.posted": ("because",),
    "document.posting_failed": ("because",),
    "document.posting_unknown": ("because",),
    "document.split": ("because",),
    "document.given_up": ("because",),
    "document.merged": ("because",),
    "document.attached": ("because",),
    "document.detached": ("because",),
    "run.failed": ("after.message",),
    "run.cancelled": ("because",),
    "run.retried": ("because",),
    "run.paused": ("because",),
    "run.resumed": ("because",),
    "run.step_skipped": ("because",),
    "run.action_refused": ("because",),
    "supplier.created": ("after",),
    "supplier.changed": ("before", "after"),
    "supplier.bank_account_added": ("after",),
    "supplier.bank_account_confirmed": ("after.account",),
    "user.created": ("after",),
    "user.identity_linked": ("after",),
    "user.session_ended": ("before",),
    "access.reviewed": ("because",),
    "mail.answered": ("after.to",),
    "mail.answer_failed": ("after.to", "because"),
    "hold.placed": ("because",),
    "hold.released": ("because",),
}

Payloads = dict[str, JSON]


class ReservedKeyError(ValueError):
    """A payload has a key "sealed" of its own."""


def sealed(action: str, subject: str, payloads: Payloads) -> Payloads:
    """The payloads (plain JSON by column) as they are stored."""
    if any(isinstance(value, dict) and SEALED in value for value in payloads.values()):
        raise ReservedKeyError(f'{action}: the key "{SEALED}" is for what is encrypted')
    parts = {column: _parted(value, _listed(action, column)) for column, value in payloads.items()}
    if not any(hidden is not None for _, hidden in parts.values()):
        return payloads
    key = key_for(subject)
    return {
        column: shown if hidden is None else _joined(shown, hidden, key, _bound(action, subject, column))
        for column, (shown, hidden) in parts.items()
    }


def opened(events: Iterable[Event]) -> list[Event]:
    """Copies of the events as people read them. What cannot be opened any more says ERASED."""
    found = list(events)
    keys = keys_of({event.subject for event in found if any(_sealed_in(event, column) for column in COLUMNS)})
    return [_opened(event, keys.get(event.subject)) for event in found]


def is_erased(event: Event) -> bool:
    """Whether an opened event lacks what it once said."""
    values = [getattr(event, column) for column in COLUMNS]
    return any(value == ERASED or (isinstance(value, dict) and ERASED in value.values()) for value in values)


def _listed(action: str, column: str) -> frozenset[str] | None:
    """The keys of the column that are personal; None: all of it."""
    return _LISTED.get(action, {}).get(column, frozenset())


def _by_column(paths: Iterable[str]) -> Mapping[str, frozenset[str] | None]:
    found: dict[str, set[str] | None] = defaultdict(set)
    for path in paths:
        column, _, key = path.partition(".")
        if not key:
            found[column] = None
        elif (keys := found[column]) is not None:
            keys.add(key)
    return {column: None if keys is None else frozenset(keys) for column, keys in found.items()}


_LISTED = {action: _by_column(paths) for action, paths in PERSONAL.items()}


def _parted(value: JSON, listed: frozenset[str] | None) -> tuple[JSON, JSON]:
    """What stays readable, and what is hidden (None: nothing). A listed column that is no object is hidden whole."""
    if isinstance(value, dict):
        hidden = {key: item for key, item in value.items() if listed is None or key in listed}
        return {key: item for key, item in value.items() if key not in hidden}, hidden or None
    return (value, None) if listed is not None or value is None else (None, value)


def _joined(shown: JSON, hidden: JSON, key: bytes | None, bound_to: bytes) -> JSON:
    said: dict[str, JSON] = {"keys": list[JSON](sorted(hidden))} if isinstance(hidden, dict) else {}
    data = b"" if key is None else seal(key, canonical.dumps(hidden).encode(), bound_to)
    said["data"] = base64.b64encode(data).decode()
    return {**(shown if isinstance(shown, dict) else {}), SEALED: said}


def _bound(action: str, subject: str, column: str) -> bytes:
    return f"{action} {column} {subject}".encode()


def _sealed_in(event: Event, column: str) -> dict[str, Any] | None:
    value = getattr(event, column)
    found = value.get(SEALED) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else None


def _opened(event: Event, key: bytes | None) -> Event:
    shown = copy.copy(event)
    for column in COLUMNS:
        if (said := _sealed_in(event, column)) is not None:
            rest = {name: item for name, item in getattr(event, column).items() if name != SEALED}
            hidden = _unsealed(said, key, _bound(event.action, event.subject, column))
            setattr(shown, column, {**rest, **hidden} if isinstance(hidden, dict) else hidden)
    return shown


def _unsealed(said: Mapping[str, Any], key: bytes | None, bound_to: bytes) -> JSON:
    if key is not None:
        try:
            return canonical.loads(unseal(key, base64.b64decode(said["data"]), bound_to).decode())
        except InvalidTag:
            pass
    return dict.fromkeys(said["keys"], ERASED) if "keys" in said else ERASED
