"""Checking the whole log where it lives: against the signed heads kept outside, and against itself."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from audit.checkpoint import head_line
from audit.export import entries
from audit.models import Checkpoint, Event, Verification
from audit.record import record
from audit.verify import BrokenError, Key, Summary, read_heads, verify_both

# Compares what each event says with the hash it was given when a batch took it over: names the event itself, where the
# heads can only name the entries between two of them.
_CHANGED = """
    SELECT min(e.id)
    FROM audit_batch b CROSS JOIN LATERAL unnest(b.ids) WITH ORDINALITY AS leaf (id, place)
    JOIN audit_event e ON e.id = leaf.id
    WHERE audit_leaf(e) <> substr(b.hashes, (32 * place - 31)::int, 32)
"""
# Whoever destroys a key hides what was said under it, so an erasure must say so in the log.
_KEYS = """
    SELECT subject, 'destroyed' FROM audit_subjectkey k WHERE length(wrapped) = 0 AND NOT EXISTS (
        SELECT FROM audit_event e WHERE e.id = k.erased_by AND e.action LIKE '%.erased'
    )
    UNION ALL
    SELECT subject, 'removed' FROM audit_event e
    WHERE (before -> 'sealed' IS NOT NULL OR after -> 'sealed' IS NOT NULL
            OR json_typeof(because) = 'object' AND because -> 'sealed' IS NOT NULL)
        AND NOT EXISTS (SELECT FROM audit_subjectkey k WHERE k.subject = e.subject)
    LIMIT 1
"""
_FIRST_HEAD_WITHIN = timedelta(minutes=10)


def check(keys: Sequence[Key], heads_file: Path) -> Summary:
    """Recompute the whole tree and compare it with every head, in the file and in the database.

    A log so new that its first head may still be to come is intact with no heads. Raises `audit.verify.BrokenError`
    naming the first place that is wrong.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(_CHANGED)
            changed = cursor.fetchone()[0]
            cursor.execute(_KEYS)
            missing = cursor.fetchone()
        if changed is not None:
            raise BrokenError(f"event {changed} is not what was written: its leaf hash does not fit it")
        if missing is not None:
            raise BrokenError(f"the key of {missing[0]} was {missing[1]} without an event that says so")
        inside = read_heads("".join(head_line(head) for head in Checkpoint.objects.order_by("size")), keys)
        outside = read_heads(heads_file.read_text(errors="replace"), keys) if heads_file.exists() else []
        if not inside and not outside and _is_new():
            count = Event.objects.count()
            return Summary(entries=count, unsealed=count, heads=0)
        return verify_both(entries(), inside, outside, "the database")


def check_and_keep(keys: Sequence[Key], heads_file: Path) -> Summary:
    """`check`, whose outcome is stored for the screens; that the log is broken is an event too."""
    try:
        found = check(keys, heads_file)
    except BrokenError as error:
        with transaction.atomic():
            Verification.objects.create(intact=False, said=str(error))
            record("log.verification_failed", actor="system:log", subject="log:events", because=str(error))
        raise
    said = f"{found.entries} events agree with {found.heads} heads; {found.unsealed} not sealed yet."
    Verification.objects.create(intact=True, said=said, entries=found.entries, heads=found.heads)
    return found


def _is_new() -> bool:
    """Whether no event is older than a first head may be: the schedule signs every minute."""
    first = Event.objects.order_by("id").first()
    return first is None or timezone.now() - first.at < _FIRST_HEAD_WITHIN
