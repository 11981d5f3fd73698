"""Train docTR's finder of words from scratch: python -m inference.training.ocr.detection --config base --out DIR

Stops and goes on where it was: DIR holds the last checkpoint, written whole or not at all.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.training.ocr import operators  # noqa: F401  before docTR
from inference.training.ocr.config import DETECTION, DetectionConfig
from inference.training.ocr.crops import Grey
from inference.training.ocr.pages import Boxes, aged, parts
from inference.training.ocr.runs import Lesson, Log, Run, command, learn, teach

MEAN, SCALE = 0.785, 0.273
"""docTR's normalisation of pages, the mean of its three channels."""
_FOUND = 0.5  # overlap from which a word counts as found

Page = tuple[Grey, Boxes]


def build(config: DetectionConfig) -> nn.Module:
    """The untrained model."""
    from doctr.models import detection

    model: nn.Module = getattr(detection, config.architecture)(pretrained=False, pretrained_backbone=False)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def train(config: DetectionConfig, out: Path, log: Log = print, begin: Path | None = None) -> Run:
    """Train to the end of the config, from the last checkpoint in `out` where there is one, else from `begin`."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    held = held_out(config)
    lesson = Lesson(
        "page",
        lambda seen: batches(config, seen),
        lambda run, batch: step(config, run, batch),
        lambda run: _text(check(config, run, held)),
    )
    return teach(build(config), lesson, config, out, log, begin)


def batches(config: DetectionConfig, pages: int) -> Iterator[list[Page]]:
    """From where the stream was left, to the end of the config."""
    rng = random.Random(f"{config.seed}:{pages}")  # noqa: S311
    stream = parts(rng.randrange(10**6), config.side, config.dpi)
    while pages < config.examples:
        batch = []
        for _ in range(config.batch):
            picture, boxes, dpi = next(stream)
            batch.append(aged(rng, picture, boxes, dpi, min(1.0, pages / config.gentle) * rng.random()))
        pages += len(batch)
        yield batch


def batch_of(pictures: list[Grey]) -> Tensor:
    """Pictures of one size as the model takes them: [n, 3, height, width]."""
    grey = torch.from_numpy((np.stack(pictures).astype(np.float32) / 255 - MEAN) / SCALE)
    return grey[:, None].expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def step(config: DetectionConfig, run: Run, pages: list[Page]) -> float:
    """One batch learned; answers its loss."""
    run.model.train()
    target = [{"words": np.clip(boxes / config.side, 0, 1).astype(np.float32)} for _, boxes in pages]
    loss: Tensor = run.model(batch_of([picture for picture, _ in pages]), target=target)["loss"]
    return learn(run, loss, config, len(pages))


def held_out(config: DetectionConfig) -> list[Page]:
    """Pages in fonts never trained on, half of them worn."""
    rng = random.Random(f"held out {config.seed}")  # noqa: S311
    stream = parts(4_000_000, config.side, config.dpi, held_out=True)
    pages = (next(stream) for _ in range(config.validation))
    return [aged(rng, picture, boxes, dpi, number % 2 * 0.7) for number, (picture, boxes, dpi) in enumerate(pages)]


def check(config: DetectionConfig, run: Run, held: list[Page]) -> dict[str, float]:
    """Precision and recall of the averaged weights at half overlap."""
    model = build(config)
    model.load_state_dict(run.average)
    model.eval()
    right = said = true = 0
    for picture, boxes in held:
        with torch.inference_mode():
            found = model(batch_of([picture]))["preds"][0]["words"][:, :4] * config.side
        right += int((_overlaps(boxes, found).max(1, initial=0) > _FOUND).sum())
        said, true = said + len(found), true + len(boxes)
    return {"precision": right / max(said, 1), "recall": right / max(true, 1)}


def _overlaps(ours: Boxes, theirs: Boxes) -> Boxes:
    """Intersection over union of each with each: [ours, theirs]."""
    low, high = np.maximum(ours[:, None, :2], theirs[None, :, :2]), np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (ours, theirs)]
    return np.asarray(both / (areas[0][:, None] + areas[1][None] - both + 1e-6), np.float32)


def _text(scores: dict[str, float]) -> str:
    return "words found: " + ", ".join(f"{name} {score:.3f}" for name, score in scores.items())


if __name__ == "__main__":
    command(__doc__, DETECTION, train)
