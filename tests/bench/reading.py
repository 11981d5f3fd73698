"""The reader on the real text-layer invoices of `../shared/data/dev`: how right, and how fast to a decision."""

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inference.types import Reading
from tests.bench.ground import ground

DEV = Path(__file__).resolve().parents[3] / "shared" / "data" / "dev"
STEPS = ("read", "extract", "check", "triage")


def documents() -> list[tuple[Path, dict[str, Any]]]:
    """Files and truths: embedded XML removed, printouts of XML left out, one document for each layout and folder."""
    found = []
    for truth in sorted(DEV.glob("*/truth.jsonl")):
        layouts = set[str]()
        for line in truth.read_text().splitlines():
            entry = json.loads(line)
            path = truth.parent / (entry.get("file_no_xml") or entry["file"])
            layout = entry.get("layout") or str(path)
            if "fields" not in entry or path.suffix != ".pdf" or not entry.get("realistic_layout", True):
                continue
            if layout not in layouts:
                layouts.add(layout)
                found.append((path, entry))
    return found


def measure() -> str:
    if not DEV.is_dir():
        return f"The development data are not at {DEV}: nothing to measure."
    with ground("countersign_bench_reading"):
        return "\n\n".join([_accuracy(), _speed()])


def with_text() -> Iterator[tuple[Path, dict[str, Any], Reading]]:
    """Those of which no page waits for OCR."""
    from inference import sandbox

    for path, truth in documents():
        data = path.read_bytes()
        reading = sandbox.read_document(data, sandbox.sniff(data))
        if not reading.needs_ocr:
            yield path, truth, reading


def _accuracy() -> str:
    from inference.evaluation import evaluate, prediction_of
    from inference.extraction import rules

    pairs = [(truth, prediction_of(rules.extract(reading))) for _, truth, reading in with_text()]
    return f"Fields of {len(pairs)} text-layer documents, reader {rules.digest()[:24]}\n\n{evaluate(pairs).to_table(0)}"


def _speed() -> str:
    """Milliseconds from stored bytes to the decision, per step and in all, for documents of one or two pages."""
    from automation.documents.models import Document
    from automation.ingestion.accept import accept
    from automation.ingestion.incoming import IncomingFile
    from automation.ledger.entities import named_entity
    from automation.workflow import engine
    from automation.workflow.models import StepResult

    entity, times, totals = named_entity(""), defaultdict[str, list[float]](list), []
    for path, _, _ in with_text():
        document = accept(IncomingFile(entity, path.name, path.read_bytes(), "folder"), wake=False).document
        assert document.run_id is not None
        begun = time.perf_counter()
        engine.advance(document.run_id)
        total = 1000 * (time.perf_counter() - begun)
        if Document.objects.filter(pk=document.pk, page_count__lte=2, readings__needs_ocr=False).exists():
            totals.append(total)
            for result in StepResult.objects.filter(run=document.run_id):
                times[result.step].append(1000 * (result.finished_at - result.started_at).total_seconds())
    rows = [(step, times[step]) for step in STEPS] + [("to the decision, task opened", totals)]
    table = [f"| {name} | {statistics.median(t):.0f} | {statistics.quantiles(t, n=20)[18]:.0f} |" for name, t in rows]
    title = f"Bytes to decision, {len(totals)} documents of 1–2 pages, ms"
    return "\n".join([title, "", "| Step | median | p95 |", "|---|---|---|", *table])
