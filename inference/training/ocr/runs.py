"""A model in training: its loop, its checkpoint, and the average of its weights, which is exported."""

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from inference.training.ocr.config import TrainingConfig

CHECKPOINT = "checkpoint.pt"
Log = Callable[[str], None]
Batch = TypeVar("Batch")
Config = TypeVar("Config", bound=TrainingConfig)


@dataclass
class Run:
    """`seen` crops or pages were learned from, in `steps` steps; `begun` is the SHA-256 of the weights it began from,
    empty where it began from nothing."""

    model: nn.Module
    optimiser: torch.optim.AdamW
    average: dict[str, Tensor] = field(default_factory=dict)
    seen: int = 0
    steps: int = 0
    begun: str = ""


@dataclass(frozen=True)
class Lesson(Generic[Batch]):
    """What is learned: `batches` of examples from where the stream was left, one `step` with a batch (its loss), how
    well held-out examples are answered by the averaged weights (`check`). `unit` names an example.
    """

    unit: str
    batches: Callable[[int], Iterator[Batch]]
    step: Callable[[Run, Batch], float]
    check: Callable[[Run], str]


def teach(
    model: nn.Module, lesson: Lesson[Batch], config: TrainingConfig, out: Path, log: Log, begin: Path | None = None
) -> Run:
    """Train to the end of the lesson, from the last checkpoint in `out` where there is one, else from the weights in
    `begin`, a safetensors file, else from nothing."""
    run = start(model, config, out, begin)
    log(f"{config.name}: from {lesson.unit} {run.seen:,} of {config.examples:,}")
    saved = checked = time.monotonic()
    losses: list[float] = []
    for batch in lesson.batches(run.seen):
        losses.append(lesson.step(run, batch))
        now = time.monotonic()
        if now - saved >= config.save_every_s:
            save(run, config, out)
            clock, loss = time.strftime("%H:%M:%S"), np.mean(losses)
            log(f"{clock} {lesson.unit}s {run.seen:,} steps {run.steps:,} loss {loss:.4f}")
            saved, losses = now, []
        if now - checked >= config.check_every_s:
            log(lesson.check(run))
            checked = time.monotonic()
    save(run, config, out)
    log(lesson.check(run))
    return run


def command(
    about: str | None, configs: Mapping[str, Config], train: Callable[[Config, Path, Log, Path | None], Run]
) -> None:
    """The command line of a training: --config NAME --out DIR [--from WEIGHTS]."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--config", choices=sorted(configs), default="base")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--from", dest="begin", type=Path, help="exported weights (.safetensors) to go on from")
    arguments = parser.parse_args()
    train(configs[arguments.config], arguments.out, lambda line: print(line, flush=True), arguments.begin)  # noqa: T201


def start(model: nn.Module, config: TrainingConfig, out: Path, begin: Path | None = None) -> Run:
    """The run whose checkpoint lies in `out`, or a new one, from the weights in `begin` where they are given."""
    run = Run(model, torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay))
    if (out / CHECKPOINT).is_file():
        known = torch.load(out / CHECKPOINT, weights_only=True)
        model.load_state_dict(known["model"])
        run.optimiser.load_state_dict(known["optimiser"])
        run.average, run.seen, run.steps = known["average"], known["seen"], known["steps"]
        run.begun = known["begun"]
    else:
        if begin:
            known = load_file(begin)
            model.load_state_dict({name: known[name].to(value.dtype) for name, value in model.state_dict().items()})
            run.begun = hashlib.sha256(begin.read_bytes()).hexdigest()
        run.average = {name: value.clone() for name, value in model.state_dict().items()}
    return run


def save(run: Run, config: TrainingConfig, out: Path) -> None:
    """Write the checkpoint, replacing the last one in one stroke."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / f"{CHECKPOINT}.new"
    known: dict[str, Any] = {"model": run.model.state_dict(), "optimiser": run.optimiser.state_dict()}
    known |= {
        "average": run.average,
        "seen": run.seen,
        "steps": run.steps,
        "begun": run.begun,
        "config": asdict(config),
    }
    torch.save(known, fresh)
    fresh.replace(out / CHECKPOINT)


def learn(run: Run, loss: Tensor, config: TrainingConfig, seen: int) -> float:
    """One step down the loss; answers its value."""
    for group in run.optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (run.steps + 1) / config.warmup, settling(config, run.seen))
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), config.clip)
    run.optimiser.step()
    run.steps += 1
    run.seen += seen
    _average(run, min(config.average, (1 + run.steps) / (10 + run.steps)))
    return float(loss.detach())


def settling(config: TrainingConfig, seen: int) -> float:
    """The share of the learning rate that is left near the end of a run."""
    return max(config.examples - seen, 1) / config.settle if config.settle else 1.0


def _average(run: Run, kept: float) -> None:
    """Move the average of the weights a little towards the weights."""
    with torch.no_grad():
        for name, value in run.model.state_dict().items():
            if value.is_floating_point():
                run.average[name].lerp_(value, 1 - kept)
            else:
                run.average[name].copy_(value)
