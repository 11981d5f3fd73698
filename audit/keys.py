"""Every subject with personal data in its events has a key of its own, which a master key wraps.

A row is never removed: destroying a key empties it and names the event that says why (`review_erase_document`).
"""

from collections.abc import Collection, Mapping

from cryptography.exceptions import InvalidTag
from django.db import connection

from audit.envelope import new_key, unwrap, wrap
from audit.models import SubjectKey

# One round trip, whether or not there is a key. No row: another transaction made it since this statement began.
_KEPT = """
    WITH made AS (
        INSERT INTO audit_subjectkey (subject, wrapped, at) VALUES (%(subject)s, %(wrapped)s, clock_timestamp())
        ON CONFLICT (subject) DO NOTHING RETURNING wrapped
    )
    SELECT wrapped FROM made UNION ALL SELECT wrapped FROM audit_subjectkey WHERE subject = %(subject)s LIMIT 1
"""


def key_for(subject: str) -> bytes | None:
    """The subject's key, made at its first use in the caller's transaction; None where it was destroyed."""
    wrapped = wrap(new_key(), subject.encode())
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_KEPT, {"subject": subject, "wrapped": wrapped})
            if row := cursor.fetchone():
                return unwrap(bytes(row[0]), subject.encode()) if row[0] else None


def keys_of(subjects: Collection[str]) -> Mapping[str, bytes]:
    """The keys that there are and that a master key opens."""
    kept = SubjectKey.objects.filter(subject__in=subjects).exclude(wrapped=b"") if subjects else ()
    opened = {row.subject: _opened(row) for row in kept}
    return {subject: key for subject, key in opened.items() if key is not None}


def _opened(row: SubjectKey) -> bytes | None:
    try:
        return unwrap(bytes(row.wrapped), row.subject.encode())
    except InvalidTag:
        return None
