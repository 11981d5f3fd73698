"""The one way into the audit log."""

import rfc8785
from django.db import connection
from django.db.models import Model

from audit import canonical, personal
from audit.events import EVENTS
from audit.models import Event

_INSERT = """
    INSERT INTO audit_event (action, actor, subject, before, after, because)
    VALUES (%s, %s, %s, %s::json, %s::json, %s::json)
    RETURNING id, at
"""


class UnknownActionError(LookupError):
    """The action is not in audit/events.py."""


class NoTransactionError(RuntimeError):
    """`record` was called outside a transaction, so the change and its event could part."""


def record(
    action: str,
    *,
    actor: str,
    subject: str,
    before: object = None,
    after: object = None,
    because: object = None,
) -> Event:
    """Write one event in the caller's transaction: both commit, or neither.

    `actor` and `subject` are `kind:key`. `before` and `after` are mappings or None; `because` is text, a mapping, a
    list or None. Amounts, dates and UUIDs inside them are written as text (`canonical.plain`), and what
    `audit.personal` lists is encrypted. Returns the event as it is stored. Raises UnknownActionError,
    NoTransactionError, and TypeError or ValueError for a value that has no canonical form.
    """
    if action not in EVENTS:
        raise UnknownActionError(f"{action!r} is not listed in audit/events.py")
    if not connection.in_atomic_block:
        raise NoTransactionError(f"{action} must be recorded in the transaction that makes the change")
    plain = {"before": canonical.plain(before), "after": canonical.plain(after), "because": canonical.plain(because)}
    stored = personal.sealed(action, subject, plain)
    texts = [None if value is None else rfc8785.dumps(value).decode() for value in stored.values()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [action, actor, subject, *texts])
        id, at = cursor.fetchone()
    payloads = {column: text and canonical.loads(text) for column, text in zip(stored, texts, strict=True)}
    return Event(id=id, at=at, action=action, actor=actor, subject=subject, **payloads)


def subject_of(instance: Model) -> str:
    """`kind:key` of a stored object: its model's name and its primary key, for example document:UUID."""
    return f"{instance._meta.model_name}:{instance.pk}"
