"""Real documents whose truth is known: a folder with `truth.jsonl`, its files read once and the words kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from inference import sandbox
from inference.errors import UnreadableDocument
from inference.ocr import tesseract
from inference.ocr.router import with_ocr
from inference.serial import reading_from_json, reading_to_json
from inference.types import Reading


class Known(NamedTuple):
    """A document's words, and its truth as a line of `truth.jsonl` gives it."""

    truth: dict[str, Any]
    reading: Reading


def known_documents(folders: Iterable[Path], kept: Path | None = None) -> Iterator[Known]:
    """The documents of the folders that lie before a reader as their supplier made them, scans by Tesseract if there.

    `kept`: a folder for what was read, so that it is read once. Printouts of XML are left out, and what cannot be read.
    """
    for folder in folders:
        for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            if truth.get("realistic_layout") is False or not truth.get("fields"):
                continue
            try:
                reading = _read((folder / truth.get("file_no_xml", truth["file"])).read_bytes(), kept)
            except UnreadableDocument:
                continue
            if not reading.needs_ocr:
                yield Known(truth, reading)


def by_supplier(documents: Iterable[Known], most: int = 2) -> Iterator[Known]:
    """The same, no more than `most` of one supplier: none shall outweigh the rest."""
    seen: Counter[object] = Counter()
    for document in documents:
        seen[supplier := document.truth["fields"].get("seller_name")] += 1
        if seen[supplier] <= most:
            yield document


def _read(data: bytes, kept: Path | None) -> Reading:
    engine = tesseract.installed()
    name = hashlib.sha256(data + (engine.digest.encode() if engine else b"")).hexdigest()
    page = kept / f"{name}.json" if kept else None
    if page is not None and page.is_file():
        return reading_from_json(json.loads(page.read_text(encoding="utf-8")))
    kind = sandbox.sniff(data)
    reading = with_ocr(sandbox.read_document(data, kind), engine, partial(sandbox.scan_page, data, kind), float("inf"))
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps(reading_to_json(reading)), encoding="utf-8")
    return reading
