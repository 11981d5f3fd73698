"""The operator's list of runs over a long history: milliseconds for each kind of page, by the clock and of processor.

On a machine with other work the clock says little: the processor time, ours and PostgreSQL's, is what a page costs.
"""

import os
import statistics
import time
import uuid
from pathlib import Path

import psycopg

from tests.bench.ground import ground

RUNS = int(os.environ.get("BENCH_RUNS", "1000000"))
TIMES = 40
# Nine of ten documents are the large entity's; a thousandth, all old, the small one's; one run of a hundred has failed.
HISTORY = """
SET session_replication_role = replica;
INSERT INTO workflow_run (id, definition_id, subject, input, state, step, queue, attempt, claim, due_at, held, pending,
                          created_at, finished_at)
SELECT uuidv7(make_interval(secs => n - %(runs)s)), %(definition)s, 'thing ' || n, '{}',
       CASE WHEN n %% 100 = 7 THEN 'failed' ELSE 'done' END, 'a', 'default', 1, 3, NULL, false, 0, now(), now()
FROM generate_series(1, %(runs)s) AS n;
INSERT INTO documents_document (id, entity_id, filename, media_type, size, sha256, wrapped_key, storage_name, channel,
                                sender, received_at, run_id, state, state_since, version)
SELECT gen_random_uuid(), CASE WHEN n <= %(runs)s / 1000 THEN %(small)s ELSE CASE WHEN n %% 10 = 0 THEN %(other)s
       ELSE %(large)s END END, 'invoice-' || n || '.pdf', 'application/pdf', 1, n::text, '', n::text, 'folder', '',
       now(), id, 'posted', now(), 1
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM workflow_run) AS run;
INSERT INTO ledger_invoice (document_id, entity_id, document_type, seller_name, number, normal_number, currency)
SELECT id, entity_id, 'invoice', 'Supplier ' || size * (hashtext(filename) %% 5000) || ' GmbH', 'RE-2026-' || sha256,
       'RE2026' || sha256, 'EUR'
FROM documents_document;
"""


def measure() -> str:
    with ground("bench_runs", "bench_runs") as superuser:
        from django.db import connections

        from automation.ledger.models import LegalEntity
        from automation.workflow.definition import publish
        from tests.bench.steps import FIVE

        entities = {name: LegalEntity.objects.create(name=name).pk for name in ("large", "small", "other")}
        name = connections["default"].settings_dict["NAME"]
        with psycopg.ClientCursor(psycopg.connect(superuser, dbname=name, autocommit=True)) as server:
            server.execute(HISTORY, {"runs": RUNS, "definition": publish(FIVE).pk, **entities})
            server.execute("VACUUM ANALYZE")
        rows = [row(who, asked, here) for who, here in seen_by(entities).items() for asked in PAGES]
    heading = f"Milliseconds for one of {TIMES} pages of 50 over {RUNS:,} finished runs"
    columns = "| Who | Page | median | p95 | processor, mean | processor, most |"
    return "\n".join([heading, "", columns, "|---|---|---|---|---|---|", *rows])


def seen_by(entities: dict[str, uuid.UUID]) -> dict[str, frozenset[uuid.UUID] | None]:
    everyone = frozenset(entities.values())
    one_each = {name: frozenset({entities[name]}) for name in ("large", "small")}
    return {"all entities": None, "three entities": everyone, **{f"the {k} one": v for k, v in one_each.items()}}


PAGES: dict[str, dict[str, str]] = {
    "all": {},
    "failed": {"state": "failed"},
    "done": {"state": "done"},
    "cancelled (none)": {"state": "cancelled"},
    "a number": {"q": "RE-2026-0000417"},
    "a common word": {"q": "invoice"},
    "a word in 200": {"q": "417"},
    "a word that is nowhere": {"q": "nowhere"},
    "a common word, failed": {"q": "supplier", "state": "failed"},
}


def row(who: str, kind: str, entities: frozenset[uuid.UUID] | None) -> str:
    from automation.documents import runs

    taken, used, cursor = [], [], ""
    for _ in range(TIMES):
        begun, spent = time.perf_counter(), processor()
        runs.counts(runs.visible(entities))
        asked = PAGES[kind]
        page = runs.page(entities, state=asked.get("state", ""), q=asked.get("q", ""), cursor=cursor)
        taken.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (processor() - spent))
        cursor = page.next_cursor or ""
    p95 = statistics.quantiles(taken, n=20)[-1]
    mean = statistics.mean(used)
    return f"| {who} | {kind} | {statistics.median(taken):.0f} | {p95:.0f} | {mean:.1f} | {max(used):.1f} |"


def processor() -> float:
    """Seconds of processor that this process and its database backend have used."""
    from django.db import connection

    with connection.cursor() as cursor:
        (backend,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
    scheduled = Path(f"/proc/{backend}/schedstat").read_text().split()[0]
    return time.process_time() + int(scheduled) / 1e9
