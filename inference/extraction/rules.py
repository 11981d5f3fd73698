"""The rules: a transparent, deterministic reader of fields, and the fallback when no model is available.

`extract` is the only door. Candidates are scored by the labels beside and above them (`evidence`), totals are chosen
together by arithmetic (`totals`), parties by their blocks (`parties`), rows by the table's head (`line_items`).
"""

import hashlib
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from inference.extraction import predictions, vocabulary
from inference.extraction.blocks import block_labels
from inference.extraction.candidates import find_hits
from inference.extraction.document import Document
from inference.extraction.evidence import field_labels, gather
from inference.extraction.headers import header_fields
from inference.extraction.line_items import find_items
from inference.extraction.lines import layout
from inference.extraction.parties import find_parties
from inference.extraction.totals import find_totals
from inference.types import Extraction, Reading

READER = "rules"
VERSION = "1"
T = TypeVar("T")


@cache
def digest() -> str:
    """Version and SHA-256 of the rules: of every source file of this package, vocabulary included."""
    sources = sorted(Path(vocabulary.__file__).parent.glob("*.py"))
    return f"{READER}-{VERSION}-{hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()}"


def extract(reading: Reading) -> Extraction:
    """All fields, line items and tax lines that the rules find. Never raises on any reading; finds nothing on none."""
    timings: dict[str, float] = {}

    def timed(step: str, work: Callable[[], T]) -> T:
        begin = time.perf_counter()
        result = work()
        timings[step] = round((time.perf_counter() - begin) * 1000, 3)
        return result

    lines = timed("layout", lambda: layout(reading))
    hits = timed("candidates", lambda: find_hits(lines))
    labels = timed("labels", lambda: field_labels(lines))
    evidence = timed("evidence", lambda: gather(lines, hits, labels))
    items, body = timed("line_items", lambda: find_items(lines, hits))
    totals = timed("totals", lambda: find_totals(lines, hits, body))
    parties = timed("parties", lambda: find_parties(lines, hits, block_labels(lines), body))
    document = Document(lines, hits, labels, evidence, body, totals, *parties)
    fields = timed("fields", lambda: header_fields(document))
    return Extraction(
        reader=READER,
        digest=digest(),
        fields=fields,
        line_items=tuple(predictions.item_row(item) for item in items),
        tax_lines=tuple(predictions.tax_row(line, totals.tied) for line in totals.tax_lines),
        timings_ms=timings,
    )
