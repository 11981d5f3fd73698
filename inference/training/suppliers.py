"""How well invoices of a known supplier are read: series of held-out layouts, with none to three confirmed before."""

import random
from collections.abc import Iterator, Sequence

from inference.evaluation import evaluate, prediction_of
from inference.extraction import combine, learned, memory, rules
from inference.extraction.arbiter import Judgement
from inference.extraction.learned import Weights
from inference.training.synthetic import Sample, held_out
from inference.training.synthetic.__main__ import truth_row
from inference.training.synthetic.layout.documents import plan
from inference.training.synthetic.series import generate_series
from inference.types import Extraction

SEED = 3_000_000
CONFIRMED = (0, 1, 3)


def held_out_series(count: int, length: int = 4) -> Iterator[list[Sample]]:
    """`count` suppliers whose layouts were never trained on, `length` invoices of each."""
    found, seed = 0, SEED
    while found < count:
        seed += 1
        first = plan(random.Random(seed))  # noqa: S311
        if held_out(first.family) and first.facts.kind != "other":
            found += 1
            yield generate_series(seed, length)


def known_suppliers(weights: Weights, judgement: Judgement, count: int) -> dict[str, dict[str, float]]:
    """Macro and micro F1 over header fields of the fourth invoice, by readers and by how many were confirmed before."""
    pairs: dict[str, list[tuple[Sample, Extraction]]] = {}
    for series in held_out_series(count):
        last = series[-1]
        alone = rules.extract(last.reading)
        network = learned.extract_with(weights, [last.reading])[0]
        said = {"rules": alone, "rules+model": combine.combine(alone, network, judgement)}
        examples = [memory.learn(sample.reading, sample.fields, lines=sample.line_items) for sample in series[:-1]]
        for name, extraction in said.items():
            for confirmed in CONFIRMED:
                told = _told(extraction, last, examples[:confirmed])
                pairs.setdefault(f"{name}, {confirmed} confirmed", []).append((last, told))
    answer = {}
    for name, read in pairs.items():
        result = evaluate((truth_row(sample, str(sample.seed)), prediction_of(said)) for sample, said in read)
        answer[name] = {"macro_f1": round(result.macro_f1, 4), "micro_f1": round(result.micro.f1, 4)}
    return answer


def _told(said: Extraction, sample: Sample, examples: Sequence[memory.Example]) -> Extraction:
    remembered = memory.recall(sample.reading, examples) if examples else None
    return said if remembered is None else combine.with_memory(said, remembered)
