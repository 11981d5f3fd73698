"""A new master key: everything that an older one wraps is wrapped anew, after which the older one can be destroyed.

That is what makes erasing reach backups of the database: they hold the keys of their day, wrapped by the master key of
their day. Runs as the owner of the tables, since the application may not change a kept key. May be repeated.
"""

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.db import connections, transaction
from psycopg.sql import SQL, Composed, Identifier

from audit.envelope import rewrapped
from audit.record import record
from review.sign_in.second_factor import SECRETS_OF

BATCH = 1000


class Wrapped(NamedTuple):
    """A column of wrapped keys or secrets, and the SQL of what they are bound to."""

    table: str
    key: str
    column: str
    bound_to: str


WRAPPED = (
    Wrapped("documents_document", "id", "wrapped_key", "decode(sha256, 'hex')"),
    Wrapped("ingestion_mail", "id", "wrapped_key", "decode(sha256, 'hex')"),
    Wrapped("ingestion_arrival", "id", "wrapped_key", "decode(sha256, 'hex')"),
    Wrapped("ingestion_channel", "id", "secret", "convert_to(id::text, 'UTF8')"),
    Wrapped("audit_subjectkey", "subject", "wrapped", "convert_to(subject, 'UTF8')"),
)


class Count(NamedTuple):
    """Of one place where keys are kept: how many were wrapped anew, and how many no master key opens."""

    where: str
    rewrapped: int
    unopened: int


def rewrap() -> Iterator[Count]:
    """Wrap everything by the first master key, table by table; the log says so at the end."""
    counts = []
    for wrapped in WRAPPED:
        counts.append(_table(wrapped))
        yield counts[-1]
    counts.append(_second_factors())
    yield counts[-1]
    with transaction.atomic():
        after = {count.where: {"rewrapped": count.rewrapped, "unopened": count.unopened} for count in counts}
        record("master_key.replaced", actor="system:operator", subject="log:keys", after=after)


def _table(wrapped: Wrapped) -> Count:
    done = lost = 0
    last: Any = None
    while rows := _rows(wrapped, last):
        changes = []
        for key, old, bound_to in rows:
            try:
                new = rewrapped(bytes(old), bytes(bound_to))
            except InvalidTag:
                lost += 1
                continue
            if new is not None:
                changes.append((new, key, old))
        done += len(changes)
        last = rows[-1][0]
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SET LOCAL countersign.erasing = 'yes'")  # what the triggers ask of the owner
            cursor.executemany(
                _sql("UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s", wrapped), changes
            )
    return Count(wrapped.table, done, lost)


def _rows(wrapped: Wrapped, last: Any) -> list[tuple[Any, ...]]:
    statement = _sql(
        "SELECT {key}, {column}, {bound_to} FROM {table}"
        " WHERE length({column}) > 0 AND (%s::text IS NULL OR {key} > %s) ORDER BY {key} LIMIT %s",
        wrapped,
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, [last and str(last), last, BATCH])
        return list(cursor.fetchall())


def _sql(text: str, wrapped: Wrapped) -> Composed:
    names = {"table": wrapped.table, "key": wrapped.key, "column": wrapped.column}
    parts = {name: Identifier(value) for name, value in names.items()}
    return SQL(text).format(**parts, bound_to=SQL(wrapped.bound_to))


def _second_factors() -> Count:
    done = lost = 0
    for factor in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        for name in ("secret", "seed"):
            if not (old := factor.data.get(name)):
                continue
            try:
                new = rewrapped(base64.b64decode(old), SECRETS_OF.encode())
            except InvalidTag:
                lost += 1
                continue
            if new is not None:
                text = base64.b64encode(new).decode()
                kept = Authenticator.objects.filter(pk=factor.pk, data=factor.data)
                done += kept.update(data=factor.data | {name: text})
    return Count("mfa_authenticator", done, lost)
