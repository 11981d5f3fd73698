"""Process files to the policy's decision, here and now: the invoice workflow without server or worker."""

import json
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation import services
from automation.documents.arrange import page_range, parts_of
from automation.documents.models import Document
from automation.documents.report import NOTHING, Json, report
from automation.errors import CountersignError, Invalid
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile, take_path
from automation.ledger.entities import named_entity
from automation.ledger.models import LegalEntity
from automation.workflow import engine
from automation.workflow.models import Run, RunState, StepResult
from inference import sandbox

BUSY_ELSEWHERE = 0.05  # seconds between looks at a run that a worker took


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object per file and line")
        parser.add_argument("--entity", default="", metavar="NAME", help="whose invoices; otherwise the first entity's")

    def handle(self, *args: Any, files: list[Path], json: bool, entity: str, **options: Any) -> None:
        documents = 0
        services.prepare_database()
        try:
            owner = named_entity(entity)
            for path in files:
                answer = _process(path, owner)
                documents += answer["document"] is not None
                self.stdout.write(_line(answer) if json else _table(answer))
                self.stdout.flush()
        except Invalid as error:
            raise CommandError(error.message) from error
        finally:
            sandbox.stop()
        if not documents:
            raise CommandError("No file could be taken in.")


def _process(path: Path, entity: LegalEntity) -> Json:
    answer: Json = {"file": str(path), "document": None, "duplicate": False, **NOTHING, "timings": {}}
    try:
        data, full_size = take_path(path)
        incoming = IncomingFile(entity, path.name, data, "command", full_size=full_size)
        accepted = accept(incoming, wake=False)
    except OSError as error:
        return {**answer, "problem": {"code": "not_a_file", "message": f"{path} cannot be opened: {error.strerror}."}}
    except CountersignError as error:
        return {**answer, "problem": {"code": error.code, "message": error.message}}
    answer |= {"duplicate": accepted.duplicate, **_decided(accepted.document)}
    parts = parts_of(accepted.document)
    return {**answer, "parts": [{"pages": part.pages, **_decided(part)} for part in parts]} if parts else answer


def _decided(document: Document) -> Json:
    assert document.run_id is not None
    began = time.perf_counter()
    run = _to_decision(document.run_id)
    total = time.perf_counter() - began
    document.refresh_from_db()
    answer = {"document": str(document.pk), **report(document)}
    if answer["problem"] is None and run.error is not None:
        answer["problem"] = {"code": run.error["code"], "message": run.error["message"]}
    return {**answer, "timings": {**_step_times(run), "total": round(total * 1000, 1)}}


def _to_decision(run_id: uuid.UUID) -> Run:
    """Advance the run until it waits for a person or has ended, retries included."""
    while True:
        engine.advance(run_id)
        run = Run.objects.get(pk=run_id)
        if run.state not in (RunState.READY, RunState.RUNNING) or run.due_at is None:
            return run
        pause = (run.due_at - datetime.now(UTC)).total_seconds()
        time.sleep(BUSY_ELSEWHERE if run.state == RunState.RUNNING else max(pause, 0.0))


def _step_times(run: Run) -> dict[str, float]:
    """Milliseconds of each executed step."""
    results = StepResult.objects.filter(run=run, skipped=False).order_by("started_at")
    return {r.step: round((r.finished_at - r.started_at).total_seconds() * 1000, 1) for r in results}


def _line(answer: Json) -> str:
    return json.dumps(answer, ensure_ascii=False)


def _table(answer: Json) -> str:
    rows = [f"{answer['file']}" + ("  (already here: the earlier result)" if answer["duplicate"] else "")]
    rows += _rows(answer)
    for part in answer.get("parts", ()):
        rows += [f"  pages {page_range(part['pages'])}", *_rows(part)]
    return "\n".join(rows) + "\n"


def _rows(answer: Json) -> list[str]:
    rows = []
    if answer["problem"]:
        rows.append(f"  {answer['problem']['message']}")
    for name, field in answer.get("fields", {}).items():
        rows.append(f"  {name:<22} {field['confidence']:>5.0%}  {' '.join(field['value'].split())}")
    if answer.get("line_items"):
        rows.append(f"  {'line items':<22}        {len(answer['line_items'])}")
    rows += [f"  {finding['severity']:<22}        {finding['message']}" for finding in answer.get("findings", [])]
    if answer.get("decision"):
        route = "a person verifies" if answer["decision"]["route"] == "verify" else "straight to approval"
        rows.append(f"  {'decision':<22}        {route}, in {answer['timings']['total']:.0f} ms")
        rows += [f"  {'':<22}        because {reason}" for reason in answer["decision"]["reasons"]]
    return rows
