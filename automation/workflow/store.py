"""The engine's statements. Each is one round trip and one atomic change; the database's clock is the only clock.

Every statement that stores a result carries the claim number: a worker that lost its lease changes nothing and learns
so by `LeaseLost`.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, F, Func

from automation.errors import CountersignError
from automation.workflow.models import RunState

NOW = Func(function="clock_timestamp", output_field=DateTimeField())
NEXT_CLAIM = F("claim") + 1


class LeaseLost(CountersignError):
    """Another worker, or an operator, took the run; what this one did is discarded."""

    code = "lease_lost"


@dataclass(slots=True)
class Claimed:
    """A run this worker holds, as it stood when claimed; the engine keeps step and attempt current."""

    id: uuid.UUID
    definition_id: int
    digest: str
    subject: str
    input: dict[str, Any]
    step: str
    attempt: int
    claim: int
    unwinding: str | None
    parent: uuid.UUID | None
    item: int | None
    worker_lost: bool
    timed_out: bool
    outputs: dict[str, dict[str, Any]]
    signals: list[dict[str, Any]]


# Compared with statement_timestamp(): an index is not searched by clock_timestamp(), which changes while it is read.
_DUE = "SELECT id, state FROM workflow_run WHERE due_at <= statement_timestamp() AND NOT held AND "
_THIS = _DUE + "id = %(id)s FOR NO KEY UPDATE"
OLDEST_DUE = _DUE + "queue = %(queue)s ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
_TAKE = """
UPDATE workflow_run AS run
SET state = 'running', claim = run.claim + 1, attempt = run.attempt + 1, awaited_signal = NULL,
    due_at = clock_timestamp() + make_interval(secs => %(lease)s)
FROM due, workflow_definition AS definition
WHERE run.id = due.id AND definition.id = run.definition_id
RETURNING run.id, run.definition_id, definition.digest, run.subject, run.input, run.step, run.attempt, run.claim,
    run.unwinding, run.parent_id, run.item, due.state = 'running', due.state = 'waiting',
    (SELECT coalesce(jsonb_object_agg(step, output), '{}') FROM workflow_stepresult
     WHERE run_id = coalesce(run.parent_id, run.id)),
    (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.id), '[]') FROM workflow_signal AS s
     WHERE s.run_id = run.id AND s.consumed_by IS NULL)
"""


def claim(run_id: uuid.UUID) -> Claimed | None:
    """Take a run whose time has come; None when it is not there, not due, held, or somebody else's."""
    return _claimed(f"WITH due AS ({_THIS}) {_TAKE}", {"id": run_id})


def claim_oldest(queue: str) -> Claimed | None:
    """Take the run of this queue that has been due longest and that nobody else is just taking; None when none is."""
    return _claimed(f"WITH due AS ({OLDEST_DUE}) {_TAKE}", {"queue": queue})


def _claimed(statement: str, parameters: Mapping[str, Any]) -> Claimed | None:
    row = _row(statement, {**parameters, "lease": settings.WORKFLOW_LEASE_SECONDS})
    if row is None:
        return None
    decoded = [
        json.loads(value) if isinstance(value, str) and place in (4, 13, 14) else value
        for place, value in enumerate(row)
    ]
    return Claimed(*decoded)


_CHECKPOINT = """
WITH moved AS (
    UPDATE workflow_run
    SET state = CASE WHEN %(last)s THEN 'done' WHEN %(stay)s AND NOT held THEN 'running' ELSE 'ready' END,
        step = %(next)s, queue = coalesce(%(queue)s, queue), claim = claim + 1, error = NULL,
        attempt = CASE WHEN %(stay)s AND NOT held THEN 1 ELSE 0 END,
        due_at = CASE WHEN %(last)s THEN NULL
                      WHEN %(stay)s AND NOT held THEN clock_timestamp() + make_interval(secs => %(lease)s)
                      ELSE clock_timestamp() END,
        finished_at = CASE WHEN %(last)s THEN clock_timestamp() END
    WHERE id = %(id)s AND claim = %(claim)s AND step = %(step)s AND state = 'running'
    RETURNING id, state, claim
), result AS (
    INSERT INTO workflow_stepresult (run_id, step, output, skipped, attempts, started_at, finished_at)
    SELECT id, %(step)s, %(output)s::jsonb, %(skipped)s, %(attempts)s,
           clock_timestamp() - make_interval(secs => %(seconds)s), clock_timestamp()
    FROM moved
), consumed AS (
    UPDATE workflow_signal SET consumed_by = %(step)s WHERE id = ANY(%(signals)s) AND EXISTS (SELECT FROM moved)
)
SELECT state, claim,
    CASE WHEN %(repeatable)s AND state = 'running' THEN set_config('synchronous_commit', 'off', true) END
FROM moved
"""


def checkpoint(
    run: Claimed,
    *,
    output: str,
    next_step: str | None,
    queue: str | None,
    stay: bool,
    skipped: bool,
    seconds: float,
    signals: Sequence[int],
    repeatable: bool = False,
) -> RunState:
    """Store a completed step and where the run goes next; returns the run's new state.

    `stay` keeps the run with this worker for its next step, under a new lease. The claim number grows, so that a
    worker whose checkpoint was stored but whose answer got lost can store nothing more either.

    `repeatable`: while the run stays, the checkpoint is not flushed to the disk by itself; the next one that is flushed
    takes it along. The server may so forget it in a crash, and the claim number with it: the step is compared as well.
    """
    parameters = {
        "id": run.id,
        "claim": run.claim,
        "step": run.step,
        "next": next_step or run.step,
        "queue": queue,
        "last": next_step is None,
        "stay": stay,
        "lease": settings.WORKFLOW_LEASE_SECONDS,
        "output": output,
        "skipped": skipped,
        "repeatable": repeatable,
        "attempts": run.attempt,
        "seconds": seconds,
        "signals": list(signals),
    }
    state, run.claim, _ = _ours(_row(_CHECKPOINT, parameters))
    return RunState(state)


_PUT_OFF = """
WITH moved AS (
    UPDATE workflow_run
    SET state = 'ready', due_at = clock_timestamp() + make_interval(secs => %(delay)s), error = %(error)s::jsonb,
        attempt = %(spent)s
    WHERE id = %(id)s AND claim = %(claim)s AND state = 'running'
    RETURNING id, due_at, state
), kept AS (
    INSERT INTO workflow_attempt (run_id, step, number, code, message, retry_at)
    SELECT id, %(step)s, %(number)s, %(code)s, %(message)s, due_at FROM moved
)
SELECT state FROM moved
"""


def put_off(run: Claimed, *, code: str, message: str, delay: float, counts: bool = True) -> None:
    """Record a failed attempt and try again after `delay` seconds.

    `counts`: whether it uses up one of the step's attempts.
    """
    error = json.dumps({"step": run.step, "code": code, "message": message})
    parameters = {"id": run.id, "claim": run.claim, "step": run.step, "number": run.attempt, "code": code}
    parameters |= {"spent": run.attempt if counts else run.attempt - 1, "message": message}
    _ours(_row(_PUT_OFF, {**parameters, "delay": delay, "error": error}))


_END = """
UPDATE workflow_run
SET state = %(state)s::text, error = coalesce(%(error)s::jsonb, error), unwinding = %(unwinding)s, attempt = 0,
    step = %(step)s, queue = coalesce(%(queue)s, queue),
    claim = claim + 1, awaited_signal = NULL,
    due_at = CASE WHEN %(state)s::text = 'ready' THEN clock_timestamp() END,
    finished_at = CASE WHEN %(state)s::text = 'ready' THEN NULL ELSE clock_timestamp() END
WHERE id = %(id)s AND claim = %(claim)s AND state IN ('ready', 'running', 'waiting')
RETURNING state
"""


def end(
    run_id: uuid.UUID,
    claim: int,
    *,
    state: RunState,
    step: str,
    queue: str | None,
    unwinding: str | None,
    error: Mapping[str, str] | None = None,
) -> None:
    """End a run, or (state ready, `unwinding` set) turn it round to undo `step`. `error` None keeps what is there."""
    parameters = {"id": run_id, "claim": claim, "state": str(state), "step": step, "queue": queue}
    parameters["unwinding"] = unwinding and str(unwinding)
    _ours(_row(_END, {**parameters, "error": json.dumps(error) if error else None}))


_LOCK = "SELECT state FROM workflow_run WHERE id = %(id)s AND claim = %(claim)s AND state = 'running' FOR NO KEY UPDATE"


def lock(run: Claimed) -> None:
    """Lock the run's row for the rest of the transaction."""
    _ours(_row(_LOCK, {"id": run.id, "claim": run.claim}))


def lock_parent(run: Claimed) -> None:
    """Lock the parent of a fan-out's run, if it has one: parent before child, everywhere."""
    if run.parent is not None:
        _row("SELECT state FROM workflow_run WHERE id = %(id)s FOR NO KEY UPDATE", {"id": run.parent})


# Executed after `lock`: a statement of its own, whose snapshot sees every signal whose sender held the lock before us.
_PARK = """
UPDATE workflow_run
SET attempt = 0, pending = %(pending)s,
    state = CASE WHEN signalled THEN 'ready' ELSE 'waiting' END,
    awaited_signal = CASE WHEN signalled THEN NULL ELSE %(signal)s END,
    due_at = CASE WHEN signalled THEN clock_timestamp() ELSE %(until)s END
FROM (SELECT EXISTS (SELECT FROM workflow_signal WHERE run_id = %(id)s AND name = %(signal)s AND consumed_by IS NULL)
      AS signalled) AS look
WHERE id = %(id)s
RETURNING state
"""


def park(run: Claimed, *, signal: str | None, until: datetime | None, pending: int = 0) -> RunState:
    """Let the run wait, inside a transaction; ready at once when its signal is already there."""
    lock(run)
    (state,) = _ours(_row(_PARK, {"id": run.id, "signal": signal, "until": until, "pending": pending}))
    return RunState(state)


_CHILD_DONE = """
UPDATE workflow_run
SET pending = pending - 1,
    state = CASE WHEN pending = 1 THEN 'ready' ELSE state END,
    due_at = CASE WHEN pending = 1 THEN clock_timestamp() ELSE due_at END
WHERE id = %(parent)s AND pending > 0 AND state = 'waiting'
RETURNING state
"""


def child_done(parent: uuid.UUID) -> bool:
    """Count one child as done, inside its transaction, with the parent locked; True for the last one awaited."""
    return _row(_CHILD_DONE, {"parent": parent}) == (RunState.READY,)


_BEAT = """
UPDATE workflow_run SET due_at = clock_timestamp() + make_interval(secs => %(lease)s)
FROM unnest(%(ids)s::uuid[], %(claims)s::int[]) AS held_run (id, claim)
WHERE workflow_run.id = held_run.id AND workflow_run.claim = held_run.claim AND state = 'running'
"""


def renew(leases: Sequence[tuple[uuid.UUID, int]]) -> None:
    """Extend the leases of runs this process is busy with: pairs of run id and claim number."""
    ids, claims = [str(run_id) for run_id, _ in leases], [claim for _, claim in leases]
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, {"lease": settings.WORKFLOW_LEASE_SECONDS, "ids": ids, "claims": claims})


# The queues are found one by one along the index: each step of the recursion is one probe.
OVERDUE = """
WITH RECURSIVE present AS (
    (SELECT queue FROM workflow_run WHERE due_at IS NOT NULL AND NOT held ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (SELECT queue FROM workflow_run
            WHERE due_at IS NOT NULL AND NOT held AND queue > present.queue ORDER BY queue LIMIT 1)
    FROM present WHERE queue IS NOT NULL
)
SELECT queue, overdue.runs FROM present, LATERAL (
    SELECT count(*) AS runs FROM (
        SELECT FROM workflow_run
        WHERE queue = present.queue AND due_at <= statement_timestamp() - make_interval(secs => %(grace)s) AND NOT held
        LIMIT %(limit)s
    ) AS run
) AS overdue
WHERE overdue.runs > 0
"""


def overdue(limit: int, grace: float) -> dict[str, int]:
    """How many runs of each queue (counted up to `limit`) were due `grace` seconds ago. An index-only range scan."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"limit": limit, "grace": grace})
        return dict(cursor.fetchall())


def _row(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The one row a statement returns. Not prepared: a plan made on empty tables would stay and scan them."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, parameters).fetchone()


def _ours(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """What a statement that carries the claim number returned; LeaseLost when it touched nothing."""
    if row is None:
        raise LeaseLost("The run was taken over.")
    return row
