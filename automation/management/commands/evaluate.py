"""Score the reader of fields on documents whose truth is known. Needs no database."""

import json
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.documents.ocr import read_file
from automation.einvoice import read as einvoice
from inference import sandbox
from inference.errors import UnreadableDocument
from inference.evaluation import ALIASES, Evaluation, Prediction, Score, evaluate, prediction_of
from inference.extraction import memory, rules
from inference.extraction.combine import with_memory
from inference.recall import candidate_recall
from inference.types import Extraction, Reading

Json = dict[str, Any]
NOTHING = Prediction({})
READERS = {
    "rules": "inference.extraction.rules",
    "model": "inference.extraction.learned",
    "rules+model": "inference.extraction.combine",
    "auto": "inference.extraction.combine",
}
"""Readers of pages, and "auto", which asks an electronic invoice first, as the pipeline does."""


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--docs", type=Path, required=True, metavar="DIR", help="where the named files are")
        parser.add_argument("--truth", type=Path, required=True, metavar="FILE.jsonl", help="an object per line")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write the whole result to this file as well")
        parser.add_argument("--reader", choices=sorted(READERS), default="auto", help="whose answer is scored")
        parser.add_argument("--candidates", action="store_true", help="also: which true values are found at all")
        parser.add_argument(
            "--confirmed",
            type=int,
            default=0,
            metavar="N",
            help="also: as if up to N earlier documents of the same seller had been confirmed",
        )
        parser.add_argument(
            "--worst", type=int, default=10, metavar="N", help="how many of the worst documents to list"
        )

    def handle(
        self,
        *args: Any,
        docs: Path,
        truth: Path,
        json: Path | None,
        worst: int,
        reader: str,
        candidates: bool,
        confirmed: int,
        **options: Any,
    ) -> None:
        extract = _reader(reader)
        truths = _truths(truth)
        predictions, trouble, times = [], dict[str, str](), list[float]()
        readings: list[tuple[Json, Reading]] = []
        for entry in truths:
            try:
                reading, said, seconds = _predict(_find(docs, entry["file"]), extract, xml_first=reader == "auto")
                readings.append((entry, reading))
                predictions.append(said)
                times.append(seconds)
            except (UnreadableDocument, OSError) as error:
                predictions.append(NOTHING)
                trouble[entry["file"]] = str(error)
        sandbox.stop()
        if not times:
            raise CommandError(f"None of the {len(truths)} documents could be read: {trouble}")
        result = evaluate(zip(truths, predictions, strict=True))
        self.stdout.write(result.to_table(worst))
        for file, reason in trouble.items():
            self.stdout.write(f"{file}: counted as empty: {reason}")
        self.stdout.write(f"\n{len(times)} documents, median {statistics.median(times) * 1000:.0f} ms each")
        if candidates:
            self.stdout.write("\n" + candidate_recall(readings).to_table())
        if confirmed:
            self.stdout.write(_with_memory(readings, extract, confirmed))
        if json is not None:
            _write(json, result, trouble, times, reader)


def _with_memory(readings: list[tuple[Json, Reading]], extract: Callable[[Reading], Extraction], confirmed: int) -> str:
    """Documents of a seller seen before, read without and with the confirmed ones."""
    known: dict[str, list[memory.Example]] = {}
    alone, helped = [], []
    for truth, reading in readings:
        fields = {ALIASES.get(name, name): str(value) for name, value in (truth.get("fields") or {}).items() if value}
        seller = fields.get("seller_name", "")
        examples = known.setdefault(seller, [])
        if seller and examples:
            said = extract(reading)
            remembered = memory.recall(reading, examples[-confirmed:])
            alone.append((truth, prediction_of(said)))
            helped.append((truth, prediction_of(with_memory(said, remembered) if remembered else said)))
        examples.append(memory.learn(reading, fields))
    rows = [f"\nmemory of up to {confirmed} confirmed documents: {len(helped)} documents of known sellers"]
    for name, pairs in (("without", alone), ("with", helped)):
        result = evaluate(pairs)
        rows.append(f"{name:<8} macro F1 {result.macro_f1:.3f} micro F1 {result.micro.f1:.3f}")
    return "\n".join(rows)


def _truths(path: Path) -> list[Json]:
    """The lines of the truth file. Raises CommandError naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"{path} cannot be opened: {error.strerror}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise CommandError(f"{path}, line {number}: {error}") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            raise CommandError(f'{path}, line {number}: an object with "file" is needed')
        found.append(entry)
    if not found:
        raise CommandError(f"{path} names no document")
    return found


def _find(docs: Path, name: str) -> Path:
    """The file `name` below `docs`, or the longest end of its path that is there."""
    parts = Path(name).parts
    for start in range(len(parts)):
        path = docs.joinpath(*parts[start:])
        if path.is_file():
            return path
    raise FileNotFoundError(f"not found in {docs}")


def _reader(name: str) -> Callable[[Reading], Extraction]:
    """The reader's door. Raises CommandError where the network is to be scored and its weights are not there."""
    if name not in ("rules", "auto"):
        from inference.extraction import learned

        try:
            learned.shipped()
        except learned.WeightsUnavailable as error:
            raise CommandError(f"The network cannot read: {error}") from error
    door: Callable[[Reading], Extraction] = import_module(READERS[name]).extract
    return door


def _predict(
    path: Path, extract: Callable[[Reading], Extraction], *, xml_first: bool
) -> tuple[Reading, Prediction, float]:
    """The words of one file, what a reader says of them, and the seconds it took from bytes to fields."""
    data = path.read_bytes()
    began = time.perf_counter()
    reading = read_file(data)
    said = einvoice.consult(data, reading, extract).extraction if xml_first else extract(reading)
    seconds = time.perf_counter() - began
    return reading, prediction_of(said), seconds


def _write(path: Path, result: Evaluation, trouble: Json, times: list[float], reader: str) -> None:
    answer = {
        "macro_f1": result.macro_f1,
        "micro": _score(result.micro),
        "fields": {name: _score(score) for name, score in result.fields.items()},
        "line_items": _score(result.line_items),
        "tax_lines": _score(result.tax_lines),
        "documents": [
            {
                "file": document.file,
                "right": document.right,
                "scored": document.scored,
                "mistakes": [{"field": m.field, "expected": m.expected, "got": m.got} for m in document.mistakes],
            }
            for document in result.documents
        ],
        "not_read": trouble,
        "ignored": dict(result.ignored),
        "median_ms": round(statistics.median(times) * 1000, 1),
        "reader": rules.digest() if reader == "rules" else reader,
    }
    path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _score(score: Score) -> dict[str, float]:
    return {
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
        "support": score.support,
    }
