"""Synthetic documents as arrays to learn from, streamed by seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from inference.errors import UnreadableDocument
from inference.extraction.features import Features, featurise
from inference.extraction.model import OUTPUTS, Batch, collate
from inference.fields import DOCUMENT_TYPES, FIELDS
from inference.training.augment import blind, rename
from inference.training.config import TrainConfig
from inference.training.redress import Template, redress
from inference.training.shake import shaken
from inference.training.synthetic import Sample, generate, held_out
from inference.training.synthetic.degrade import degrade
from inference.training.synthetic.transfer import reread

_AT = {name: number for number, name in enumerate(OUTPUTS)}
WORN = 0.4
_SHARED = {name for name, field in FIELDS.items() if field.kind in ("money", "currency")}
"""Fields whose words may well be part of another."""


@dataclass(frozen=True)
class Example:
    """A document's features, with target and weight float32 (words, OUTPUTS), and type."""

    features: Features
    target: NDArray[np.float32]
    weight: NDArray[np.float32]
    document_type: int


@dataclass(frozen=True)
class Lesson:
    """A batch to learn from: `target` and `weight` (N, OUTPUTS), `types` (D,); `until`: documents drawn so far."""

    batch: Batch
    target: Tensor
    weight: Tensor
    types: Tensor
    until: int = 0


def example(sample: Sample) -> Example:
    """The arrays of one sample. Words of papers that are no invoices teach the type only.

    Of outputs that the sample does not know wholly, words that are certainly something else are learned from.
    """
    features = featurise(sample.reading)
    target = np.zeros((len(features.places), len(OUTPUTS)), np.float32)
    weight = np.zeros_like(target)
    if sample.document_type != "other":
        weight[:, [_AT[name] for name in (OUTPUTS if sample.known is None else sample.known)]] = 1
    tops: dict[tuple[str, int], int] = {}
    members: list[tuple[int, str, int]] = []
    for row, (page, word) in enumerate(features.places):
        for label in sample.labels[page][word]:
            column = _AT.get(f"{label.name}.{label.cell}" if label.row >= 0 else label.name)
            if column is not None and label.sure:
                target[row, column] = 1
                weight[row, column if label.row >= 0 or label.name in _SHARED else slice(None)] = 1
            if label.row >= 0:
                members.append((row, label.name, label.row))
                tops.setdefault((label.name, label.row), int(features.word_lines[row]))
    for row, name, number in members:
        if features.word_lines[row] == tops[name, number]:
            target[row, _AT[f"{name}.start"]] = 1
    for row, (page, word) in enumerate(features.places):
        for label in sample.labels[page][word]:
            if not label.sure:
                weight[row, _AT[label.name]] = 0
    return Example(features, target, weight, DOCUMENT_TYPES.index(sample.document_type))


def draw(config: TrainConfig, seed: int, real: Sequence[Sequence[Template]] = ()) -> Example | None:
    """The document of a seed as training sees it; None for a held-out family or one that cannot be rendered.

    `real`: marked documents by supplier, each supplier drawn as often.
    """
    rng = random.Random(seed)  # noqa: S311
    if real and rng.random() < config.real:
        return _redressed(config, rng.choice(rng.choice(real)), seed, rng)
    sample = generate(seed)
    if held_out(sample.family):
        return None
    luck = rng.random()
    if luck < config.degraded:
        sample = degrade(sample, seed)
    elif luck < config.degraded + config.rendered:
        try:
            sample = reread(sample, "reportlab")
        except (UnreadableDocument, ValueError):
            return None
    drawn = example(rename(sample, rng, config.renamed))
    return replace(drawn, features=blind(drawn.features, rng, config.blind))


def _redressed(config: TrainConfig, template: Template, seed: int, rng: random.Random) -> Example:
    """A real layout with other content; one with a text layer often as if scanned."""
    sample = shaken(redress(template, rng), rng)
    if rng.random() < (config.degraded if template.scanned else WORN):
        sample = degrade(sample, seed)
    drawn = example(rename(sample, rng, config.renamed / 2))
    return replace(drawn, features=blind(drawn.features, rng, config.blind))


def validation_samples(config: TrainConfig) -> Iterator[Sample]:
    """Samples of held-out families, in order of their seeds."""
    found, seed = 0, config.validation_seed
    while found < config.validation:
        sample = generate(seed)
        seed += 1
        if held_out(sample.family):
            found += 1
            yield sample


def lesson(examples: Sequence[Example], until: int = 0) -> Lesson:
    """Examples as one batch."""
    return Lesson(
        collate([item.features for item in examples]),
        torch.from_numpy(np.concatenate([item.target for item in examples])),
        torch.from_numpy(np.concatenate([item.weight for item in examples])),
        torch.tensor([item.document_type for item in examples]),
        until,
    )


class Stream(IterableDataset[Lesson]):
    """Batches from `start` documents on to the end of the run."""

    def __init__(self, config: TrainConfig, start: int, real: Sequence[Sequence[Template]] = ()) -> None:
        super().__init__()
        self.config, self.start, self.real = config, start, real

    def __iter__(self) -> Iterator[Lesson]:
        worker = get_worker_info()
        torch.set_num_threads(1)
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        waiting: list[Example] = []
        pool: list[Example] = []
        rng = random.Random(self.start + first)  # noqa: S311
        for number in range(self.start + first, self.config.documents, step):
            drawn = draw(self.config, self.config.first_seed + number, self.real)
            if drawn is None or not len(drawn.target):
                continue
            pool = [*pool[-self.config.pool + 1 :], drawn]
            waiting += [drawn, *(rng.choice(pool) for _ in range(self.config.views - 1))]
            while len(waiting) >= self.config.batch:
                yield lesson(waiting[: self.config.batch], number + 1)
                waiting = waiting[self.config.batch :]


def stream(config: TrainConfig, start: int, real: Sequence[Sequence[Template]] = ()) -> Iterator[Lesson]:
    """The run's batches, made by `config.readers` processes (0: by this one)."""
    return iter(DataLoader(Stream(config, start, real), batch_size=None, num_workers=config.readers))
