"""Reading scans: each engine on the same pictures of pages. Share of true values found, time, memory.

Real scans (`../shared/data/dev/scanned-cc0/docs_imageonly`) and pages of our own generator in fonts that were never
trained on, worn. Each engine runs in a process of its own: `python -m tests.bench.ocr ENGINE` prints its figures.
"""

import itertools
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from inference.ocr.engines import engine
from inference.ocr.render import scan
from inference.ocr.scan import read_scan
from inference.ocr.text_layer import read
from inference.types import Scan
from tests.bench.found import VALUES, is_found

ENGINES = ("tesseract", "doctr")
SCANS = Path(__file__).parents[3] / "shared/data/dev/scanned-cc0"
SAMPLES = 20
_DPI = 200


def measure() -> str:
    """A Markdown table, a row per engine."""
    rows = [
        "| Engine | real scans: values found | own samples, worn | s/page | processor s/page | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for name in ENGINES:
        if engine(name) is None:
            rows.append(f"| {name} | not installed | | | | |")
            continue
        child = subprocess.run([sys.executable, "-m", __name__, name], stdout=subprocess.PIPE, check=True)
        told = json.loads(child.stdout)
        real, own = (_share(told[key]) for key in ("real", "own"))
        times = f"{told['seconds']:.2f} | {told['processor']:.2f}"
        rows.append(f"| {told['digest']} | {real} | {own} | {times} | {told['peak_mb']:.0f} MB |")
    return "\n".join(rows)


def _share(found: Mapping[str, int]) -> str:
    return f"{found['found'] / found['of']:.3f} ({found['found']} of {found['of']})" if found["of"] else "no documents"


def run(name: str) -> dict[str, Any]:
    """One engine's figures."""
    chosen = engine(name)
    assert chosen is not None
    told: dict[str, Any] = {"digest": f"{chosen.name} {chosen.digest}"}
    pages = seconds = processor = 0.0
    for key, documents in (("real", real_scans()), ("own", own_samples())):
        count = {"found": 0, "of": 0}
        for truth, pictures in documents:
            words: list[str] = []
            for picture in pictures:
                began, spent = time.perf_counter(), _processor()
                words += [word.text for word in read_scan(chosen, picture).words]
                seconds, processor = seconds + time.perf_counter() - began, processor + _processor() - spent
                pages += 1
            count["found"] += sum(is_found(field, value, words) for field, value in truth.items())
            count["of"] += len(truth)
        told[key] = count
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    each = max(pages, 1)
    return told | {"seconds": seconds / each, "processor": processor / each, "peak_mb": peak / 1024}


def _processor() -> float:
    """Seconds of processor time that this process and its ended children took."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def real_scans() -> Iterator[tuple[dict[str, str], list[Scan]]]:
    """Values printed on real scans, and their pages."""
    lines = (SCANS / "truth.jsonl").read_text(encoding="utf-8").splitlines() if SCANS.is_dir() else []
    for entry in map(json.loads, lines):
        file = SCANS / "docs_imageonly" / Path(entry["file"]).name
        unprinted = entry.get("derived_not_printed") or ()
        if file.is_file():
            data = file.read_bytes()
            numbers = [page.number for page in read(data).pages]
            truth = {name: value for name, value in entry["fields"].items() if name in VALUES and name not in unprinted}
            yield truth, [_scan(np.asarray(scan(data, number))) for number in numbers]


def own_samples() -> Iterator[tuple[dict[str, str], list[Scan]]]:
    """Values on generated invoices, drawn in held-out fonts and worn."""
    from inference.training.ocr.pages import aged, drawn
    from inference.training.synthetic import generate

    rng = random.Random(20)
    for seed in itertools.islice(itertools.count(7_000_000), SAMPLES):
        sample = generate(seed, language=("de", "en", "fr")[seed % 3])
        truth = {name: value for name, value in sample.fields.items() if name in VALUES}
        pages = [drawn(rng, sheet, _DPI, held_out=True) for sheet in sample.sheets]
        yield truth, [_scan(aged(rng, picture, boxes, _DPI, 0.4)[0]) for picture, boxes in pages]


def _scan(page: "np.typing.NDArray[np.uint8]") -> Scan:
    return Scan(page.shape[1], page.shape[0], page.tobytes())


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
