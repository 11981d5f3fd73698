"""Train docTR's recogniser from scratch: python -m inference.training.ocr.recognition --config base --out DIR

Goes on from exported weights with --from WEIGHTS.
Stops and goes on where it was: DIR holds the last checkpoint, written whole or not at all.
"""

import random
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.training.ocr import operators  # noqa: F401  before docTR
from inference.training.ocr.config import RECOGNITION, RecognitionConfig
from inference.training.ocr.crops import HEIGHT, WIDTHS, Grey, crop
from inference.training.ocr.runs import Lesson, Log, Run, command, learn, teach
from inference.training.ocr.texts import random_letters, texts, values

MEAN, SCALE = 0.694, 0.298
"""docTR's normalisation of crops, the mean of its three channels."""

Crops = tuple[list[Grey], list[str]]
"""Pictures of words, and what they say."""
Held = dict[str, list[tuple[Grey, str]]]


def build(config: RecognitionConfig) -> nn.Module:
    """The untrained model."""
    from doctr.models import recognition

    maker = getattr(recognition, config.architecture)
    model: nn.Module = maker(pretrained=False, pretrained_backbone=False, vocab=config.vocabulary)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def train(config: RecognitionConfig, out: Path, log: Log = print, begin: Path | None = None) -> Run:
    """Train to the end of the config, from the last checkpoint in `out` where there is one, else from `begin`."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    held = held_out(config)
    lesson = Lesson(
        "crop",
        lambda seen: batches(config, seen),
        lambda run, batch: step(config, run, batch),
        lambda run: _text(check(config, run, held)),
    )
    return teach(build(config), lesson, config, out, log, begin)


def batches(config: RecognitionConfig, crops: int) -> Iterator[Crops]:
    """Crops of like width together, from where the stream was left, to the end of the config."""
    rng = random.Random(f"{config.seed}:{crops}")  # noqa: S311
    words = texts(rng.randrange(10**6))
    waiting: dict[int, tuple[list[Grey], list[str]]] = {width: ([], []) for width in WIDTHS}
    before = ""
    while crops < config.examples:
        ease = min(1.0, crops / config.gentle)
        text = next(words)
        if len(text) > 4 + 22 * ease:
            continue
        wear = ease * rng.random()
        picture = crop(rng, text, wear, near=before if rng.random() < 0.4 else "")
        before = text
        width = next(width for width in WIDTHS if width >= picture.shape[1])
        pictures, said = waiting[width]
        if len(text) + _repeats(text) > width // 4:
            continue
        pictures.append(picture)
        said.append(text)
        if len(said) * width >= config.pixels:
            crops += len(said)
            yield pictures, said
            waiting[width] = ([], [])


def _repeats(text: str) -> int:
    """Pairs of the same letter: the alignment needs a blank between them."""
    return sum(a == b for a, b in pairwise(text))


def batch_of(pictures: list[Grey]) -> Tensor:
    """Pictures as the model takes them: [n, 3, HEIGHT, widest], black to the right of narrower ones, as docTR does."""
    width = next(width for width in WIDTHS if width >= max(picture.shape[1] for picture in pictures))
    together = np.zeros((len(pictures), HEIGHT, width), np.float32)
    for row, picture in zip(together, pictures, strict=True):
        row[:, : picture.shape[1]] = picture
    grey = torch.from_numpy((together / 255 - MEAN) / SCALE)
    return grey[:, None].expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def step(config: RecognitionConfig, run: Run, batch: Crops) -> float:
    """One batch learned; answers its loss."""
    pictures, words = batch
    run.model.train()
    loss: Tensor = run.model(batch_of(pictures), target=words)["loss"]
    return learn(run, loss, config, len(words))


def held_out(config: RecognitionConfig) -> Held:
    """Crops in fonts never trained on, the same for every run: what stands on invoices, cleanly printed; values
    (amounts, dates, identifiers) worn; and random letters, cleanly printed, which stand on no invoice."""
    rng = random.Random("held out")  # noqa: S311
    streams = (
        ("clean", texts(4_000_000, senseless=0.0), False),
        ("worn values", values(4_000_001), True),
        ("random letters", random_letters(4_000_002), False),
    )
    return {
        name: [
            (crop(rng, text, rng.random() ** 0.6 if wears else 0.0, held_out=True), text)
            for text in islice(stream, config.validation)
        ]
        for name, stream, wears in streams
    }


def check(config: RecognitionConfig, run: Run, held: Held) -> dict[str, float]:
    """Share of held-out crops read exactly by the averaged weights."""
    model = build(config)
    model.load_state_dict(run.average)
    return {name: share_read(model, pairs) for name, pairs in held.items()}


def share_read(model: nn.Module, pairs: list[tuple[Grey, str]]) -> float:
    """Share of pictures read exactly."""
    model.eval()
    right = 0
    with torch.inference_mode():
        for at in range(0, len(pairs), 20):
            part = sorted(pairs[at : at + 20], key=lambda pair: pair[0].shape[1])
            said = model(batch_of([picture for picture, _ in part]))["preds"]
            right += sum(text == true for (text, _), (_, true) in zip(said, part, strict=True))
    return right / len(pairs)


def _text(scores: dict[str, float]) -> str:
    return "read exactly: " + ", ".join(f"{name} {score:.3f}" for name, score in scores.items())


if __name__ == "__main__":
    command(__doc__, RECOGNITION, train)
