"""The desk with a million documents in the database: server time of its pages, from request to response.

Rows are written by SQL with triggers off, as the steps would have left them: 20,000 documents wait, the rest is posted.
One document is a real one, so that its page can be drawn.
"""

import gzip
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg.conninfo
from psycopg import sql

from tests.bench.ground import ground

if TYPE_CHECKING:
    from django.test import Client

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "1000000"))
WAITING = DOCUMENTS // 50
ROUNDS = 40
GOAL_QUEUE, GOAL_DOCUMENT, GOAL_PICTURE, GOAL_KB = 60, 120, 15, 60

ID = "(lpad(to_hex(n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid"
ENTITY = "CASE WHEN n %% 100 = 0 THEN %(small)s ELSE %(large)s END::uuid"
STATE = "CASE WHEN n > %(docs)s - %(waiting)s THEN CASE WHEN n %% 5 < 2 THEN 'to_verify' ELSE 'to_approve' END"
STATE += " WHEN n %% 97 = 0 THEN 'rejected' ELSE 'posted' END"
WAIT = "generate_series(%(docs)s - %(waiting)s + 1, %(docs)s) AS n"
ALL = "generate_series(1, %(docs)s) AS n"
FILL = (
    f"""INSERT INTO documents_document (id, entity_id, filename, media_type, size, sha256, wrapped_key, storage_name,
        channel, sender, received_at, run_id, page_count, state, state_since, problem, version)
    SELECT {ID}, {ENTITY},
        'invoice-' || n || '.pdf', 'application/pdf', 50000, lpad(to_hex(n), 64, '0'), '', '', 'email', '',
        now() - make_interval(mins => %(docs)s - n), NULL, 1, {STATE}, now() - make_interval(mins => %(docs)s - n),
        CASE WHEN {STATE} = 'rejected' THEN '{{"code": "rejected", "message": "Not ours."}}'::jsonb END, 3
    FROM {ALL}""",
    f"""INSERT INTO ledger_supplier (id, entity_id, name, normal_name, vat_id, created_at)
    SELECT {ID}, %(large)s::uuid, 'Supplier ' || n || ' GmbH', 'supplier ' || n, 'DE' || n,
        now() FROM generate_series(1, 5000) AS n""",
    f"""INSERT INTO ledger_invoice (document_id, entity_id, supplier_id, document_type, seller_name, number,
        normal_number, issue_date, due_date, currency, net_amount, tax_amount, gross_amount,
        cost_centre)
    SELECT {ID}, {ENTITY},
        (lpad(to_hex(n %% 5000 + 1), 12, '0') || '70008000' || lpad(to_hex(n %% 5000 + 1), 12, '0'))::uuid,
        'invoice', 'Supplier ' || n %% 5000 + 1 || ' GmbH', 'RE-' || n, 'RE' || n, current_date - 10,
        current_date + (n %% 60)::int - 20, 'EUR', n %% 9000, (n %% 9000) * 0.19, (n %% 9000) * 1.19,
        'K-' || n %% 50 FROM {ALL}""",
    f"""INSERT INTO review_task (id, document_id, entity_id, gate, opened_at, urgency, waiting, barred, closed_at)
    SELECT {ID}, {ID}, {ENTITY},
        CASE WHEN n %% 5 < 2 AND n > %(docs)s - %(waiting)s THEN 'verify' ELSE 'approve' END, now(),
        current_date + (n %% 60)::int - 20, true,
        CASE WHEN n %% 7 = 0 THEN ARRAY[%(everywhere)s] ELSE '{{}}' END,
        CASE WHEN n > %(docs)s - %(waiting)s THEN NULL ELSE now() END FROM {ALL}""",
    f"""INSERT INTO review_decision (task_id, document_id, gate, verdict, reason, by_id, at)
    SELECT {ID}, {ID}, 'approve', 'approved', '', %(everywhere)s, now()
    FROM generate_series(1, %(docs)s - %(waiting)s) AS n WHERE n %% 97 <> 0""",
    f"INSERT INTO checks_checkround (id, document_id, created_at) SELECT {ID}, {ID}, now() FROM {WAIT}",
    f"""INSERT INTO checks_finding (round_id, code, severity, message, fields, evidence)
    SELECT {ID}, 'total_differs', 'warning', 'The total differs.', '["gross_amount"]', '{{}}' FROM {WAIT}
    WHERE n %% 3 = 0""",
    f"""INSERT INTO policy_triagedecision (id, document_id, policy_id, route, reasons, inputs, created_at)
    SELECT {ID}, {ID}, (SELECT max(id) FROM policy_policy), 'verify', '["Invoice number is 61%% certain."]', '{{}}',
        now() FROM {WAIT}""",
    f"""INSERT INTO documents_fieldvalue (document_id, extraction_id, name, raw, value, confidence, reader,
        alternatives, reasons, created_at)
    SELECT {ID}, {ID}, name, '', to_jsonb(name), 0.9, 'rules', '[]', '[]', now()
    FROM {WAIT}, unnest(ARRAY['invoice_number', 'issue_date', 'seller_name', 'currency', 'gross_amount']) AS name""",
    """CREATE TEMP TABLE vocabulary AS
    SELECT n %% 499 AS place, array_agg(substr(md5(n::text), 1, 7)) AS words
    FROM generate_series(1, 499 * 40) AS n GROUP BY 1""",
    "TRUNCATE review_searchentry",
    f"""INSERT INTO review_searchentry (document_id, entity_id, words)
    SELECT {ID}, {ENTITY},
        array_to_tsvector(ARRAY['invoice', 'pdf', 'supplier', 'gmbh', 're', n::text, 're' || n, (n %% 5000 + 1)::text]
            || words)
    FROM {ALL} JOIN vocabulary ON place = n %% 499""",
)


# Indexes are made when the rows are there; triggers and foreign keys have nothing to say about rows that are right.
SETTINGS = (
    "SET session_replication_role = replica",
    "SET maintenance_work_mem = '768MB'",
    "SET synchronous_commit = off",
    "ALTER SYSTEM SET max_wal_size = '8GB'",
    "SELECT pg_reload_conf()",
)
INDEXES = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(ARRAY[
        'documents_document', 'documents_fieldvalue', 'ledger_invoice', 'review_task', 'review_decision',
        'review_searchentry', 'checks_finding', 'policy_triagedecision'])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = (quote_ident(indexname))::regclass)"""


def measure() -> str:
    with ground("desk") as superuser, tempfile.TemporaryDirectory() as folder:
        _own_files(folder)
        _fill(superuser)
        rows = [*_rows()]
    head = f"{DOCUMENTS:,} documents, {WAITING:,} of them waiting; {ROUNDS} requests each; "
    head += f"load {os.getloadavg()[0]:.1f}.\n"
    return "\n".join([head, "| Page | p50 | p95 | Goal | CPU p50 | Queries |", "|---|---|---|---|---|---|", *rows, ""])


def _own_files(folder: str) -> None:
    from django.conf import settings

    local = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "documents": {"BACKEND": local, "OPTIONS": {"location": folder}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _fill(superuser: str) -> None:
    from django.contrib.auth.models import User
    from django.db import connections

    from automation.ledger.models import LegalEntity
    from automation.policy.publish import publish_first
    from review.access import grant_role

    publish_first()
    entities = [LegalEntity.objects.create(name=name, country="DE") for name in ("Large GmbH", "Small GmbH")]
    for name, entity in (("everywhere", None), ("large", entities[0]), ("small", entities[1])):
        person = User.objects.create_user(name, password="correct horse battery")
        grant_role(person, "controller", entity, acting_user=None)
    name = connections["default"].settings_dict["NAME"]
    target = psycopg.conninfo.make_conninfo(superuser, dbname=name)
    numbers = {"docs": DOCUMENTS, "waiting": WAITING, "everywhere": User.objects.get(username="everywhere").pk}
    bound = {**numbers, "large": str(entities[0].pk), "small": str(entities[1].pk)}
    with psycopg.connect(target, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        for setting in SETTINGS:
            connection.execute(setting)
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for statement in FILL:
            started = time.monotonic()
            connection.execute(statement, bound)
            print(f"{time.monotonic() - started:6.1f} s  {' '.join(statement.split())[:60]}", flush=True)
        started = time.monotonic()
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("VACUUM ANALYZE")
        print(f"{time.monotonic() - started:6.1f} s  {len(indexes)} indexes, VACUUM ANALYZE", flush=True)


def _rows() -> Iterator[str]:
    from django.contrib.auth.models import User
    from django.test import Client

    from automation.ledger.models import LegalEntity

    large = LegalEntity.objects.get(name="Large GmbH")
    people = {person.username: person for person in User.objects.all()}
    client = Client(SERVER_NAME="localhost")
    client.force_login(people["everywhere"])
    for path in (
        "/",
        "/?tab=team",
        "/?tab=all",
        "/?tab=posted",
        "/?q=supplier+4711",
        "/?tab=all&q=re+777777",
        "/?tab=all&q=supplier+gmbh",
        "/?tab=all&minimum=10705",
        "/?due=overdue",
        "/?tab=all&centre=K-7",
    ):
        yield _timed(f"queue `{path}`", client, constantly(path), GOAL_QUEUE)
    for name in ("large", "small"):
        client.force_login(people[name])
        yield _timed(f"queue of one company, {name}", client, lambda n: "/", GOAL_QUEUE)
    client.force_login(people["everywhere"])
    yield _timed("start page", client, lambda n: "/start/", GOAL_QUEUE)
    yield _timed("live counts", client, lambda n: "/counts/", GOAL_QUEUE)
    document = _real_document(large)
    path = f"/documents/{document}/"
    yield _timed("document", client, lambda n: path, GOAL_DOCUMENT)
    client.get(f"{path}pages/1/1200.webp")
    yield _timed("page picture, cached", client, lambda n: f"{path}pages/1/1200.webp", GOAL_PICTURE)
    body = client.get(path).content
    packed = len(gzip.compress(body)) + sum(map(_packed, client_files(body.decode())))
    yield f"| document and its scripts and styles, compressed | {packed / 1024:.1f} KB | | {GOAL_KB} KB | | |"


def client_files(page: str) -> list[str]:
    import re

    return re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', page)


def _packed(url: str) -> int:
    from pathlib import Path

    name = url.removeprefix("/static/")
    return len(gzip.compress((Path(__file__).resolve().parents[2] / "static" / name).read_bytes()))


def _real_document(entity: Any) -> str:
    from automation.ingestion.accept import accept
    from automation.ingestion.incoming import IncomingFile
    from automation.pipeline import INVOICE
    from automation.workflow import engine
    from automation.workflow.definition import publish
    from review.demo.visit import SAMPLES

    publish(INVOICE)
    data = (SAMPLES / "nordlicht-RE-2026-04417.pdf").read_bytes()
    document = accept(IncomingFile(entity, "nordlicht.pdf", data, channel="email"), wake=False).document
    assert document.run_id is not None
    engine.advance(document.run_id)
    return str(document.pk)


def constantly(path: str) -> Callable[[int], str]:
    return lambda _: path


def _timed(what: str, client: "Client", path: Callable[[int], str], goal: int) -> str:
    walls, cpus = [], []
    client.get(path(0))
    for n in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = client.get(path(n))
        b"".join(answer) if answer.streaming else answer.content
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        assert answer.status_code == 200, (what, answer.status_code)
    walls.sort()
    cpus.sort()
    with _counted() as queries:
        client.get(path(0))
    p50, p95 = walls[ROUNDS // 2], walls[int(ROUNDS * 0.95)]
    return f"| {what} | {p50:.0f} ms | {p95:.0f} ms | {goal} ms | {cpus[ROUNDS // 2]:.0f} ms | {len(queries)} |"


@contextmanager
def _counted() -> Iterator[Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        yield queries


if __name__ == "__main__":
    print(measure())
