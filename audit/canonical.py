"""The canonical form of an event: the exact bytes that are hashed into the log.

An entry is one line of RFC 8785 JSON with the keys action, actor, after, at, because, before, id and subject. The
database builds it (`audit_entry` in migration 0002) and hashes it as an RFC 9162 leaf: SHA-256(0x00 || entry). Payloads
arrive as RFC 8785 text and are stored verbatim (`json`, not `jsonb`), so no number or string is ever re-formatted.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

import rfc8785

if TYPE_CHECKING:
    from audit.models import Event

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]
_SAFE_INTEGER = 2**53 - 1


def plain(value: object) -> JSON:
    """`value` in JSON's own types: amounts, dates, times and UUIDs become text. Raises TypeError or ValueError."""
    match value:
        case Enum():
            return plain(value.value)
        case str() if "\0" in value:
            raise ValueError(f"{value!r} cannot be recorded: PostgreSQL stores no NUL character")
        case None | bool() | int() | float() | str():
            return value
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() if value.tzinfo is not None:
            return timestamp(value)
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"{value!r} ({type(value).__name__}) cannot be recorded: it has no canonical JSON form")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"The key {key!r} cannot be recorded: keys must be text")
    return str(plain(key))


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, always with six decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dumps(value: object) -> str:
    """RFC 8785 text of `value`. Integers beyond 2**53 - 1, NaN and lone surrogates raise ValueError."""
    return rfc8785.dumps(plain(value)).decode()


def loads(text: str) -> JSON:
    """The value of RFC 8785 text, such that `dumps(loads(text)) == text`."""
    value: JSON = json.loads(text, parse_int=_number)
    return value


def _number(digits: str) -> int | float:
    # RFC 8785 writes the float 1e20 without a point; reading it as an int would make it unwritable.
    number = int(digits)
    return number if abs(number) <= _SAFE_INTEGER else float(number)


def entry(event: "Event") -> bytes:
    """The bytes the database hashed for `event`, computed again from its columns."""
    payloads = (None if value is None else dumps(value) for value in (event.after, event.because, event.before))
    return assemble(event.id, event.at, event.action, event.actor, event.subject, *payloads)


def assemble(
    id: int,
    at: datetime,
    action: str,
    actor: str,
    subject: str,
    after: str | None,
    because: str | None,
    before: str | None,
) -> bytes:
    """An entry from an event's columns, where the last three are RFC 8785 text or None."""
    return (
        f'{{"action":{_quoted(action)},"actor":{_quoted(actor)},"after":{after or "null"},"at":"{timestamp(at)}"'
        f',"because":{because or "null"},"before":{before or "null"},"id":{id},"subject":{_quoted(subject)}}}'
    ).encode()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
