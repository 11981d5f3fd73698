"""Files with several documents, put together from real and from synthetic ones: how often they fall apart rightly.

Exact: split as they were put together, without a person. Doubtful: a person is asked. Wrong: neither.
Attachments, of layout families held out of training: seen are those all of whose pages are named, missed those that
pass for pages of the invoice, and torn off those that pass for a document.
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
from inference.training.synthetic.sample import Sample
from inference.training.synthetic.series import generate_series
from tests.bench import attachments
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
    single = [_single(everything), _own(samples, [one for pool in real.values() for one in pool])]
    behind = _attachments(rng, [one for pool in real.values() for one in pool])
    return "\n".join(["Splitting", "", head, *rows, "", *behind, "", *single])


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


def _attachments(rng: random.Random, real: Sequence[Pages]) -> list[str]:
    drawn = attachments.files(970_000, 4 * FILES // 3)
    groups: dict[str, list[tuple[Pages, Pages]]]
    groups = {kind: [(one.invoice, one.attachment) for one in drawn if one.kind == kind] for kind in attachments.KINDS}
    if real:
        groups["any of them, behind real invoices"] = [(rng.choice(real), one.attachment) for one in drawn]
    rows = [f"| {name} | {len(group)} | {_outcomes(group)} |" for name, group in groups.items()]
    return ["| Behind an invoice | files | seen | doubtful | missed | torn off |", "|---|---|---|---|---|---|", *rows]


def _outcomes(group: Sequence[tuple[Pages, Pages]]) -> str:
    counted = {"seen": 0, "doubtful": 0, "missed": 0, "torn off": 0}
    for invoice, attachment in group:
        division = divided([replace(page, page=n) for n, page in enumerate((*invoice, *attachment), 1)])
        wanted = {len(invoice) + n for n, _ in enumerate(attachment, 1)}
        named = {page for part in division.parts for page in part.attachments}
        certain = "torn off" if len(division.parts) > 1 else "seen" if wanted <= named else "missed"
        counted[certain if division.certain else "doubtful"] += 1
    return " | ".join(f"{100 * count / len(group):.1f} %" for count in counted.values())


def _own(samples: Sequence[Sample], real: Sequence[Pages]) -> str:
    """Pages with rows, taxes or net sums of the invoice that pass for attachments; of real ones any page counts."""
    wrong = own = 0
    for one in samples:
        named = _named([facts_of(page) for page in one.reading.pages]) if one.document_type != "other" else set()
        for number, words in enumerate(one.labels, 1):
            if any(label.name in ("line_items", "tax_lines", "net_amount") for word in words for label in word):
                own, wrong = own + 1, wrong + (number in named)
    taken = sum(len(_named(one)) for one in real)
    pages = sum(len(one) for one in real)
    return f"Taken for attachments: {wrong} of {own} drawn pages of the invoice itself, {taken} of {pages} real pages."


def _named(pages: Pages) -> set[int]:
    return {page for part in divided(pages).parts for page in part.attachments}


def _single(documents: Sequence[Pages]) -> str:
    several = [divided(one) for one in documents if len(one) > 1]
    split = sum(found.certain and len(found.parts) > 1 for found in several)
    doubtful = sum(not found.certain for found in several)
    return f"Of {len(several)} documents of several pages {split} were torn apart, {doubtful} were doubtful."
