"""Reading scans: each engine on the same pictures of pages. Share of true values found, time, memory.

Real scans (`../shared/data/dev/scanned-cc0/docs_imageonly`), the project's own samples worn by scanner, fax and
telephone (`tests.bench.worn`), and generated invoices in fonts that were never trained on, worn. Seconds a page are
those of real scans, from the file to the words, drawing in the sandbox included. Each engine runs in its own process:
`python -m tests.bench.ocr ENGINE` prints its figures, and what it missed with BENCH_MISSES=1.
"""

import itertools
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference import sandbox
from inference.ocr.engine import OcrEngine, WordReader
from inference.ocr.engines import engine, second
from inference.ocr.recognition import CARD
from inference.ocr.scan import read_scan
from inference.types import Scan
from tests.bench import worn
from tests.bench.found import VALUES, is_found

ENGINES = ("tesseract+doctr", "tesseract", "doctr", "doctr official")
"""The first is the pipeline's default. The last needs docTR's own weights in OCR_WEIGHTS_DIR."""
KINDS = {"real": "real scans: values found", "own": "own samples, worn", "generated": "generated, worn"}
SCANS = Path(__file__).parents[3] / "shared/data/dev/scanned-cc0"
GENERATED = 12
_DPI = 200

Pages = list[Callable[[], Scan]]
Documents = Iterator[tuple[str, dict[str, str], Pages]]
"""A name, the values printed, and how each page is drawn."""


def measure() -> str:
    """A Markdown table, a row per engine."""
    titles = ("Engine", *KINDS.values(), "s/page", "processor s/page", "peak memory")
    rows = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for name in ENGINES:
        if chosen(name) is None:
            rows.append(f"| {name} | not here" + " |" * (len(titles) - 1))
            continue
        child = subprocess.run([sys.executable, "-m", __name__, name], stdout=subprocess.PIPE, check=True)
        told = json.loads(child.stdout)
        shares = " | ".join(_share(told[kind]) for kind in KINDS)
        times = f"{told['seconds']:.2f} | {told['processor']:.2f}"
        rows.append(f"| {name}: {told['digest']} | {shares} | {times} | {told['peak_mb']:.0f} MB |")
        print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join(rows)


def chosen(name: str) -> tuple[OcrEngine, WordReader | None] | None:
    """The engine of that name and the second engine that it asks."""
    first = name.partition("+")[0]
    brought = Path(os.environ.get("OCR_WEIGHTS_DIR", "var/ocr"))
    if first == "doctr official":
        found = engine("doctr", weights=brought) if (brought / CARD).is_file() else None
    else:
        found = engine(first)
    return None if found is None else (found, second(found) if "+" in name else None)


def _share(counts: Mapping[str, tuple[int, int]]) -> str:
    found, of = (sum(count[at] for count in counts.values()) for at in (0, 1))
    if not of:
        return "no documents"
    parts = ", ".join(f"{kind} {right / every:.3f}" for kind, (right, every) in counts.items())
    return f"{found / of:.3f} ({found} of {of}{'; ' + parts if len(counts) > 1 else ''})"


def run(name: str) -> dict[str, Any]:
    """One engine's figures."""
    pair = chosen(name)
    assert pair is not None
    reader, other = pair
    told: dict[str, Any] = {"digest": reader.digest}
    pages = seconds = processor = 0.0
    for key, documents in (("real", real_scans()), ("own", own_samples()), ("generated", generated())):
        right, every = Counter[str](), Counter[str]()
        for kind, truth, pictures in documents:
            words: list[str] = []
            for draw in pictures:
                began, spent = time.perf_counter(), _processor()
                words += [word.text for word in read_scan(reader, draw(), other).words]
                if key == "real":
                    seconds, processor = seconds + time.perf_counter() - began, processor + _processor() - spent
                    pages += 1
            found = {field: is_found(field, value, words) for field, value in truth.items()}
            right[kind] += sum(found.values())
            every[kind] += len(found)
            if os.environ.get("BENCH_MISSES"):
                missed = {field: truth[field] for field, seen in found.items() if not seen}
                print(f"{name} {key} {kind}: {missed}" if missed else "", file=sys.stderr, end="\n" if missed else "")
        told[key] = {kind: (right[kind], every[kind]) for kind in every}
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sandbox.stop()
    each = max(pages, 1)
    return told | {"seconds": seconds / each, "processor": processor / each, "peak_mb": peak / 1024}


def _processor() -> float:
    """Seconds of processor time that this process and its ended children took."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def real_scans() -> Documents:
    """Values printed on real scans, and their pages."""
    lines = (SCANS / "truth.jsonl").read_text(encoding="utf-8").splitlines() if SCANS.is_dir() else []
    for entry in map(json.loads, lines):
        file = SCANS / "docs_imageonly" / Path(entry["file"]).name
        unprinted = entry.get("derived_not_printed") or ()
        if file.is_file():
            data = file.read_bytes()
            media_type = sandbox.sniff(data)
            pages = sandbox.read_document(data, media_type).pages
            truth = {name: value for name, value in entry["fields"].items() if name in VALUES and name not in unprinted}
            yield "scan", truth, [_drawn(data, media_type, page.number) for page in pages]


def _drawn(data: bytes, media_type: str, number: int) -> Callable[[], Scan]:
    return lambda: sandbox.scan_page(data, media_type, number)


def own_samples() -> Documents:
    """The project's own samples, each worn in three ways."""
    for kind, truth, pages in worn.own_samples():
        yield kind, truth, [_scan(page) for page in pages]


def generated() -> Documents:
    """Values on generated invoices, drawn in held-out fonts and worn; those whose every line can be drawn."""
    from inference.training.ocr.pages import aged, drawn, is_drawn
    from inference.training.synthetic import generate

    rng = random.Random(20)
    samples = (generate(seed, language=("de", "en", "fr")[seed % 3]) for seed in itertools.count(7_000_000))
    whole = (sample for sample in samples if all(is_drawn(line) for sheet in sample.sheets for line in sheet.lines))
    for sample in itertools.islice(whole, GENERATED):
        truth = {name: value for name, value in sample.fields.items() if name in VALUES}
        pages = [drawn(rng, sheet, _DPI, held_out=True) for sheet in sample.sheets]
        yield "generated", truth, [_scan(aged(rng, picture, boxes, _DPI, 0.4)[0]) for picture, boxes in pages]


def _scan(page: NDArray[np.uint8]) -> Callable[[], Scan]:
    return lambda: Scan(page.shape[1], page.shape[0], page.tobytes())


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
