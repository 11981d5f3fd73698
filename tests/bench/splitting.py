"""Files with several documents, put together from real and from synthetic ones: how often they fall apart rightly.

Exact: split as they were put together, without a person. Doubtful: a person is asked. Wrong: neither.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from inference import sandbox
from inference.errors import UnreadableDocument
from inference.media_types import PDF
from inference.splitting.divide import divided
from inference.splitting.facts import Facts, facts_of
from inference.training.synthetic import generate
from inference.training.synthetic.series import generate_series
from tests.bench.reading import DEV

SEED, FILES, SYNTHETIC = 5, 300, 150
FOLDERS = ("vendor-samples", "parsee-b2b", "invoice2data", "scanned-cc0", "azure-multilang", "facturx-fr", "zugferd")
Pages = Sequence[Facts]


def measure() -> str:
    real = {folder: _real(folder) for folder in FOLDERS if (DEV / folder).is_dir()}
    sandbox.stop()
    samples = [generate(seed) for seed in range(900_000, 900_000 + SYNTHETIC)]
    drawn = [[facts_of(page) for page in one.reading.pages] for one in samples if one.document_type != "other"]
    series = [
        [[facts_of(page) for page in one.reading.pages] for one in made]
        for made in (generate_series(seed, 3) for seed in range(910_000, 910_000 + SYNTHETIC // 4))
        if made[0].document_type != "other"
    ]
    rng = random.Random(SEED)
    rows = [
        *(_row(folder, partial(_some, rng, pool)) for folder, pool in real.items()),
        _row("synthetic, different suppliers", partial(_some, rng, drawn)),
        _row("synthetic, one supplier", lambda: rng.choice(series)[: rng.randint(2, 3)]),
    ]
    head = "| Put together from | exact | doubtful | wrong |\n|---|---|---|---|"
    everything: list[Pages] = [*drawn, *(one for pool in real.values() for one in pool)]
    return "\n".join(["Splitting", "", head, *rows, "", _single(everything)])


def _real(folder: str) -> list[Pages]:
    found: list[Pages] = []
    for path in sorted((DEV / folder / "docs").glob("*.pdf")):
        try:
            pages = sandbox.read_document(path.read_bytes(), PDF).pages
        except UnreadableDocument:
            continue
        if all(page.words for page in pages):
            found.append([facts_of(page) for page in pages])
    return found


def _some(rng: random.Random, pool: Sequence[Pages]) -> Sequence[Pages]:
    return rng.sample(pool, min(len(pool), rng.randint(2, 4)))


def _row(name: str, put_together: Callable[[], Sequence[Pages]]) -> str:
    counted = {"exact": 0, "doubtful": 0, "wrong": 0}
    for _ in range(FILES):
        chosen = put_together()
        division = divided([replace(page, page=n) for n, page in enumerate((p for one in chosen for p in one), 1)])
        right = [len(part.pages) for part in division.parts] == [len(one) for one in chosen]
        counted["doubtful" if not division.certain else "exact" if right else "wrong"] += 1
    return f"| {name} | {' | '.join(f'{100 * count / FILES:.1f} %' for count in counted.values())} |"


def _single(documents: Sequence[Pages]) -> str:
    several = [divided(one) for one in documents if len(one) > 1]
    split = sum(found.certain and len(found.parts) > 1 for found in several)
    doubtful = sum(not found.certain for found in several)
    return f"Of {len(several)} documents of several pages {split} were torn apart, {doubtful} were doubtful."
