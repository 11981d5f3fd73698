"""Train the reader from scratch on synthetic documents: python -m inference.training.train --config base --out DIR

Stops and goes on where it was: DIR holds the last checkpoint, written whole or not at all.
"""

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from inference.extraction.model import OUTPUTS, Reader, parameters
from inference.training.config import CONFIGS, TrainConfig
from inference.training.examples import Example, Lesson, example, lesson, stream, validation_samples

Log = Callable[[str], None]


@dataclass
class Run:
    """A model in training: how many documents of the stream it has been offered, how many steps it took."""

    model: Reader
    optimiser: torch.optim.AdamW
    offered: int = 0
    steps: int = 0


def train(config: TrainConfig, out: Path, log: Log = print) -> Run:
    """Train to the end of the config, from the last checkpoint in `out` where there is one."""
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    run = start(config, out)
    log(f"{config.name}: {parameters(run.model):,} parameters, from document {run.offered:,} of {config.documents:,}")
    held = [example(sample) for sample in validation_samples(config)]
    logged = checked = time.monotonic()
    for batch in stream(config, run.offered):
        loss = step(config, run, batch)
        now = time.monotonic()
        if now - logged >= config.log_every_s:
            log(f"{time.strftime('%H:%M:%S', time.gmtime())} documents {run.offered} loss {loss:.5f}")
            logged = now
        if now - checked >= config.check_every_s:
            save(run, config, out)
            log(f"held-out word F1 {f1_text(word_f1(run.model, held))}")
            checked = now
    save(run, config, out)
    log(f"held-out word F1 {f1_text(word_f1(run.model, held))}")
    return run


def start(config: TrainConfig, out: Path) -> Run:
    """A new run, or the one whose checkpoint lies in `out`."""
    model = Reader(config.model)
    run = Run(model, torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay))
    state = out / "state.json"
    if state.is_file():
        known = json.loads(state.read_text(encoding="utf-8"))
        model.load_state_dict(load_file(out / known["weights"]))
        moments = load_file(out / known["moments"])
        names = [name for name, _ in model.named_parameters()]
        run.optimiser.load_state_dict(
            run.optimiser.state_dict()
            | {
                "state": {
                    number: {key: moments[f"{key}:{name}"] for key in ("exp_avg", "exp_avg_sq", "step")}
                    for number, name in enumerate(names)
                }
            }
        )
        run.offered, run.steps = known["offered"], known["steps"]
    return run


def save(run: Run, config: TrainConfig, out: Path) -> None:
    """Write the checkpoint; `state.json` names its files and is replaced last."""
    out.mkdir(parents=True, exist_ok=True)
    weights, moments = f"weights-{run.steps % 2}.safetensors", f"moments-{run.steps % 2}.safetensors"
    save_file(run.model.state_dict(), out / weights)
    state = run.optimiser.state_dict()["state"]
    names = [name for name, _ in run.model.named_parameters()]
    save_file(
        {f"{key}:{names[number]}": value for number, entry in state.items() for key, value in entry.items()},
        out / moments,
    )
    known = {"weights": weights, "moments": moments, "offered": run.offered, "steps": run.steps}
    fresh = out / "state.json.new"
    fresh.write_text(json.dumps(known | {"config": asdict(config)}, indent=1), encoding="utf-8")
    fresh.replace(out / "state.json")


def step(config: TrainConfig, run: Run, batch: Lesson) -> float:
    """One batch learned; answers its loss."""
    run.model.train()
    for group in run.optimiser.param_groups:
        group["lr"] = config.rate * schedule(run.offered / config.documents, config.warmup)
    loss = loss_of(config, run.model, batch)
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), config.clip)
    run.optimiser.step()
    run.steps += 1
    run.offered = batch.until
    return float(loss.detach())


def schedule(done: float, warmup: float) -> float:
    """The share of the full learning rate: a line up, then a cosine down to 2 %."""
    if done < warmup:
        return max(done / warmup, 0.02)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warmup) / (1 - warmup))))


def loss_of(config: TrainConfig, model: Reader, batch: Lesson) -> Tensor:
    """Binary cross-entropy summed over what a word can be, averaged over words; plus that of the document's type."""
    words, types = model(batch.batch)
    each = functional.binary_cross_entropy_with_logits(words, batch.target, reduction="none").sum(1, keepdim=True)
    of_words = (each * batch.weight).sum() / batch.weight.sum().clamp(min=1)
    return of_words + config.type_weight * functional.cross_entropy(types, batch.types)


def word_f1(model: Reader, held: list[Example]) -> dict[str, float]:
    """F1 of words above one half, for each output that occurs; and the share of right document types."""
    model.eval()
    right = torch.zeros(len(OUTPUTS))
    said, true, typed = right.clone(), right.clone(), 0
    with torch.inference_mode():
        for item in held:
            batch = lesson([item])
            words, types = model(batch.batch)
            typed += int(types.argmax() == batch.types[0])
            if item.labelled:
                yes = (words > 0).float()
                right += (yes * batch.target).sum(0)
                said += yes.sum(0)
                true += batch.target.sum(0)
    scores = {name: float(2 * right[at] / (said[at] + true[at])) for at, name in enumerate(OUTPUTS) if true[at] > 0}
    return {"macro": sum(scores.values()) / max(len(scores), 1), "type": typed / max(len(held), 1)} | scores


def f1_text(scores: dict[str, float]) -> str:
    return " ".join(f"{name} {score:.3f}" for name, score in scores.items())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", choices=sorted(CONFIGS), default="base")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that everything runs")
    parser.add_argument("--documents", type=int, help="how many documents to draw, in place of the config's number")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    config = CONFIGS["smoke" if arguments.smoke else arguments.config]
    if arguments.documents:
        config = replace(config, documents=arguments.documents)
    train(config, arguments.out, lambda line: print(line, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
