"""How fast fields are read from words: one document at a time, and in batches. Processor time, so load does not count.

`taskset -c 0 python -m tests.bench extraction`: synthetic invoices of one page, none of them seen in training.
"""

import statistics
import time
from collections.abc import Callable

from inference.extraction import combine, learned, rules
from inference.extraction.batch import extract_all
from inference.training.synthetic import generate, held_out
from inference.types import Reading

SEED = 5_000_000
COUNT = 48


def measure() -> str:
    readings = _pages(COUNT)
    combine.extract(readings[0])
    readers: dict[str, Callable[[Reading], object]] = {
        "rules": rules.extract,
        "network": learned.extract,
        "rules and network": combine.extract,
    }
    rows = ["| Reader | median ms a page | p95 |", "|---|---|---|"]
    for name, reader in readers.items():
        times = [_spent(lambda page=reading, read=reader: read(page)) for reading in readings]  # type: ignore[misc]
        rows.append(f"| {name} | {statistics.median(times):.0f} | {statistics.quantiles(times, n=20)[18]:.0f} |")
    for size in (1, 8, 16, 32):
        mean = _spent(lambda size=size: [*extract_all(readings, size)]) / len(readings)  # type: ignore[misc]
        rows.append(f"| both, batches of {size} | {mean:.0f} (mean; {2000 / mean:.0f} pages/s on two cores) | |")
    words = statistics.median(sum(len(page.words) for page in reading.pages) for reading in readings)
    return "\n".join([f"{len(readings)} pages, median {words:.0f} words, processor time", "", *rows])


def _pages(count: int) -> list[Reading]:
    found: list[Reading] = []
    seed = SEED
    while len(found) < count:
        seed += 1
        sample = generate(seed)
        if held_out(sample.family) and len(sample.reading.pages) == 1:
            found.append(sample.reading)
    return found


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)
