"""Memory of a worker that reads many scanned pages: does it stay flat?

Pages of real scans (`../shared/data/unlabelled-scans`, else `dev/scanned-cc0/docs_imageonly`), again and again, read as
the pipeline reads them: the sandbox draws them, `router` has them read. BENCH_PAGES: how many; BENCH_ENGINE: by whom.
Tesseract runs in processes of its own that end with each page, so what may grow is our own engine: BENCH_ENGINE=doctr.
"""

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from inference import sandbox
from inference.errors import UnreadableDocument
from inference.ocr.engines import engine, second
from inference.ocr.router import with_ocr

_DATA = Path(__file__).parents[3] / "shared/data"
_FOLDERS = (_DATA / "unlabelled-scans", _DATA / "dev/scanned-cc0/docs_imageonly")
_SHOWN = 10  # rows of the table


def measure() -> str:
    """A Markdown table: resident memory of this process, its engine included, after so many pages."""
    pages = int(os.environ.get("BENCH_PAGES", "500"))
    files = next((sorted(folder.glob("*.pdf")) for folder in _FOLDERS if folder.is_dir()), [])
    if not files:
        return f"no scans under {_DATA}"
    name = os.environ.get("BENCH_ENGINE", "")
    rows = ["| pages | resident memory | seconds of processor time a page |", "|---|---|---|"]
    began = time.process_time()
    for done in itertools.islice(_read(files, name), pages):
        if done % max(1, pages // _SHOWN) == 0 or done == 1:
            rows.append(f"| {done} | {_resident()} MB | {(time.process_time() - began) / done:.2f} |")
            print(rows[-1], flush=True)
    sandbox.stop()
    return "\n".join([*rows, f"Peak: {_peak()} MB."])


def _read(files: list[Path], name: str) -> Iterator[int]:
    """Read file after file without end; answers how many pages were read so far."""
    chosen = engine(name)
    other = second(chosen) if not name else None
    done = 0
    for file in itertools.cycle(files):
        data = file.read_bytes()
        media_type = sandbox.sniff(data)
        try:
            found = sandbox.read_document(data, media_type)
            until = time.monotonic() + 600
            read = with_ocr(found, chosen, lambda n: sandbox.scan_page(data, media_type, n), until, other)  # noqa: B023
        except UnreadableDocument:
            continue
        for page in read.pages:
            if page.digest:
                done += 1
                yield done


def _resident() -> int:
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(key: str) -> int:
    """Megabytes that the kernel accounts to this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{key}:"))
