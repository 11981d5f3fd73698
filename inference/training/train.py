"""Train the reader from scratch on synthetic documents: python -m inference.training.train --config base --out DIR

Stops and goes on where it was: DIR holds the last checkpoint, written whole or not at all.
"""

import argparse
import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from inference import sandbox
from inference.extraction.model import OUTPUTS, Reader, parameters
from inference.training.config import CONFIGS, TrainConfig
from inference.training.examples import Example, Lesson, example, lesson, stream, validation_samples
from inference.training.marking import marked
from inference.training.real import known_documents
from inference.training.redress import Template

Log = Callable[[str], None]


@dataclass
class Run:
    """A model in training: documents of the stream offered so far, steps taken, digest of the weights it began from,
    and the folders of real documents whose layouts it is shown.
    """

    model: Reader
    optimiser: torch.optim.AdamW
    offered: int = 0
    steps: int = 0
    begun_from: str = ""
    real: list[dict[str, str | int]] = field(default_factory=list)


def train(
    config: TrainConfig,
    out: Path,
    log: Log = print,
    begin: Path | None = None,
    real: Sequence[Path] = (),
    words: Path | None = None,
) -> Run:
    """Train to the end of the config: from the last checkpoint in `out`, else from the weights `begin`, else anew.

    `real`: folders of real documents licensed for training, whose layouts are drawn with other content; what is read
    of them is kept in `words`.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    run = start(config, out, begin)
    log(f"{config.name}: {parameters(run.model):,} parameters, from document {run.offered:,} of {config.documents:,}")
    held = [example(sample) for sample in validation_samples(config)]
    layouts = templates(run.model, real, words)
    run.real = [recipe(folder) for folder in real]
    log(f"{sum(map(len, layouts))} real documents of {len(layouts)} suppliers")
    logged = checked = time.monotonic()
    for batch in stream(config, run.offered, layouts):
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


def start(config: TrainConfig, out: Path, begin: Path | None = None) -> Run:
    """The run whose checkpoint lies in `out`; where there is none a new one, from the weights in `begin` if given."""
    model = Reader(config.model)
    run = Run(model, torch.optim.AdamW(model.parameters(), config.rate, weight_decay=config.decay))
    state = out / "state.json"
    if begin is not None:
        run.begun_from = hashlib.sha256(begin.read_bytes()).hexdigest()
        model.load_state_dict({name: value.float() for name, value in load_file(begin).items()})
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
        run.offered, run.steps, run.begun_from = known["offered"], known["steps"], known["begun_from"]
    return run


def templates(model: Reader, folders: Sequence[Path], words: Path | None) -> list[list[Template]]:
    """The real documents of the folders, marked with the help of the model, by supplier."""
    suppliers: dict[str, list[Template]] = {}
    model.eval()
    for document in known_documents(folders, words):
        supplier = str(document.truth["fields"].get("seller_name", document.truth["file"])).casefold()
        suppliers.setdefault(supplier, []).append(Template(marked(document, model)))
    sandbox.stop()
    return list(suppliers.values())


def recipe(folder: Path) -> dict[str, str | int]:
    """What names a folder of real documents: its truth by digest."""
    truth = (folder / "truth.jsonl").read_bytes()
    return {"folder": folder.name, "truth_sha256": hashlib.sha256(truth).hexdigest(), "documents": truth.count(b"\n")}


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
    known |= {"begun_from": run.begun_from, "real": run.real}
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
    each = functional.binary_cross_entropy_with_logits(words, batch.target, batch.weight, reduction="none")
    of_words = each.sum() / batch.weight.amax(1).sum().clamp(min=1)
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
            if item.weight.any():
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
    parser.add_argument("--from", dest="begin", type=Path, help="weights to go on from, in place of random ones")
    parser.add_argument("--real", type=Path, action="append", default=[], help="a folder with truth.jsonl; repeatable")
    parser.add_argument("--words", type=Path, help="a folder for what is read of real documents, so it is read once")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    config = CONFIGS["smoke" if arguments.smoke else arguments.config]
    if arguments.documents:
        config = replace(config, documents=arguments.documents)
    log = partial(print, flush=True)
    train(config, arguments.out, log, arguments.begin, arguments.real, arguments.words)


if __name__ == "__main__":
    main()
