"""A model in training: its checkpoint, and the average of its weights over the last steps, which is exported."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inference.training.ocr.config import DetectionConfig, RecognitionConfig

CHECKPOINT = "checkpoint.pt"


@dataclass
class Run:
    """`seen` crops or pages were learned from, in `steps` steps."""

    model: nn.Module
    optimiser: torch.optim.AdamW
    average: dict[str, Tensor] = field(default_factory=dict)
    seen: int = 0
    steps: int = 0


Config = RecognitionConfig | DetectionConfig


def start(model: nn.Module, config: Config, out: Path) -> Run:
    """A new run, or the one whose checkpoint lies in `out`."""
    run = Run(model, torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay))
    if (out / CHECKPOINT).is_file():
        known = torch.load(out / CHECKPOINT, weights_only=True)
        model.load_state_dict(known["model"])
        run.optimiser.load_state_dict(known["optimiser"])
        run.average, run.seen, run.steps = known["average"], known["seen"], known["steps"]
    else:
        run.average = {name: value.clone() for name, value in model.state_dict().items()}
    return run


def save(run: Run, config: Config, out: Path) -> None:
    """Write the checkpoint, replacing the last one in one stroke."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / f"{CHECKPOINT}.new"
    known: dict[str, Any] = {"model": run.model.state_dict(), "optimiser": run.optimiser.state_dict()}
    known |= {"average": run.average, "seen": run.seen, "steps": run.steps, "config": asdict(config)}
    torch.save(known, fresh)
    fresh.replace(out / CHECKPOINT)


def learn(run: Run, loss: Tensor, config: Config, seen: int) -> float:
    """One step down the loss; answers its value."""
    for group in run.optimiser.param_groups:
        group["lr"] = config.rate * min(1.0, (run.steps + 1) / config.warmup)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.model.parameters(), config.clip)
    run.optimiser.step()
    run.steps += 1
    run.seen += seen
    _average(run, min(config.average, (1 + run.steps) / (10 + run.steps)))
    return float(loss.detach())


def _average(run: Run, kept: float) -> None:
    """Move the average of the weights a little towards the weights."""
    with torch.no_grad():
        for name, value in run.model.state_dict().items():
            if value.is_floating_point():
                run.average[name].lerp_(value, 1 - kept)
            else:
                run.average[name].copy_(value)
