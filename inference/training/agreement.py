"""How far rules and network are to be trusted where they disagree: fits what `inference.extraction.arbiter` weighs by.

Fitted on drawn documents of layout families that the network never saw, and on real ones licensed for training. The
network knows the hand of the generator, the rules were written with some of the real documents in view: each kind
flatters one of them, so both count, the real ones `REAL_SHARE` of the whole, however many there are.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.errors import UnreadableDocument
from inference.evaluation import ALIASES, is_right
from inference.extraction import arbiter
from inference.extraction.arbiter import EVIDENCE, UNFITTED, Judgement
from inference.fields import FIELDS
from inference.training.logistic import ridge_logistic
from inference.training.synthetic import Sample, generate, held_out
from inference.training.synthetic.degrade import degrade
from inference.training.synthetic.transfer import reread
from inference.types import Extraction

SEED = 6_000_000
SCANNED, DRAWN = 0.3, 0.2
REAL_SHARE = 0.6
ROWS = 2000.0
SHARED_RIDGE, FAMILY_RIDGE = 1.0, 6.0


@dataclass(frozen=True)
class Heard:
    """What the two readers say of a document whose truth is known. `complete`: a field not in it is not there."""

    truth: Mapping[str, tuple[str, ...]]
    rules: Extraction
    model: Extraction
    complete: bool


def worn_samples(count: int, seed: int = SEED) -> Iterator[Sample]:
    """Invoices of held-out families: some as if scanned, some drawn as PDF and read back, the rest as they are."""
    rng, found = random.Random(seed), 0  # noqa: S311
    while found < count:
        seed += 1
        sample, luck = generate(seed), rng.random()
        if not held_out(sample.family) or sample.document_type == "other":
            continue
        try:
            yield (
                degrade(sample, seed)
                if luck < SCANNED
                else reread(sample, "reportlab")
                if luck < SCANNED + DRAWN
                else sample
            )
        except (UnreadableDocument, ValueError):
            continue
        found += 1


def heard(truth: Mapping[str, Any], rules: Extraction, model: Extraction, complete: bool) -> Heard:
    """A document with its truth as a truth file has it: values that are not printed left out."""
    unprinted = {*(truth.get("derived_not_printed") or ()), *(truth.get("xml_fields_not_found_on_page") or ())}
    known = {
        ALIASES.get(name, name): (str(value), *map(str, truth.get(f"{name}_alternatives") or ()))
        for name, value in truth["fields"].items()
        if value not in (None, "") and name not in unprinted
    }
    return Heard(known, rules, model, complete)


def evidence_rows(document: Heard) -> Iterator[tuple[str, tuple[float, ...], bool]]:
    """For each value that a reader gives for a header field: its family, its evidence, whether it is right."""
    case = arbiter.case_of(document.rules, document.model, {})
    for name in FIELDS:
        unknown = not document.complete or name == "amount_due"  # what is due follows where it is not printed
        if name == "document_type" or (name not in document.truth and unknown):
            continue
        for by_rules in (True, False):
            said = (document.rules if by_rules else document.model).fields.get(name)
            if said is None:
                continue
            evidence = arbiter.evidence(case, name, by_rules)
            if by_rules or not evidence[0]:
                yield arbiter.family_of(name), evidence, is_right(said, document.truth.get(name, ()))


def weigh(drawn: Sequence[Heard], real: Sequence[Heard]) -> Judgement:
    """The weights of the evidence for each family: those of all fields, and what is different in this family."""
    rows, weight = [], []
    for documents, share in ((drawn, 1 - REAL_SHARE if real else 1.0), (real, REAL_SHARE)):
        found = [row for document in documents for row in evidence_rows(document)]
        rows += found
        weight += [share * ROWS / len(found)] * len(found) if found else []
    families, width = sorted({family for family, _, _ in rows}), len(EVIDENCE)
    x = np.zeros((len(rows), width * (1 + len(families))))
    for at, (family, evidence, _) in enumerate(rows):
        begin = width * (1 + families.index(family))
        x[at, :width] = x[at, begin : begin + width] = evidence
    prior = np.concatenate([UNFITTED, np.zeros(width * len(families))])
    penalty = np.repeat([SHARED_RIDGE, *[FAMILY_RIDGE] * len(families)], width)
    right = np.array([float(right) for _, _, right in rows])
    fitted = ridge_logistic(x, right, np.array(weight), prior, penalty).reshape(-1, width)
    return {family: tuple(np.round(fitted[0] + fitted[at], 4)) for at, family in enumerate(families, 1)}
