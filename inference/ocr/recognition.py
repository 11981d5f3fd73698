"""docTR's recogniser from weights in a folder, by ONNX Runtime; on CUDA by torch in bfloat16.

The folder holds `recognition.json` (the card), `recognition.onnx` (the graph) and `recognition.safetensors`, which both
the graph and torch read. Weights whose hash is not the card's are refused.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.ocr.engine import Grey

Logits = NDArray[np.float32]
Network = Callable[[Logits], Logits]
"""Crops [n, 3, height, width] to logits [n, steps, characters + 1]."""

CARD = "recognition.json"
_BATCH_COLUMNS = 32 * 128


class WeightsUnavailable(Exception):
    """There are no weights, or they are not those of their card."""


class Letter(NamedTuple):
    """A character read, where along the crop (0..1), and its probability."""

    text: str
    at: float
    confidence: float


@dataclass(frozen=True)
class Recogniser:
    """`digest` is the hash of the weights."""

    card: dict[str, Any]
    network: Network
    digest: str

    def read(self, crops: Sequence[Grey]) -> list[list[Letter]]:
        """The characters of each crop. Crops of like width are read together."""
        scaled = [self._scaled(crop) for crop in crops]
        said: list[list[Letter]] = [[] for _ in crops]
        for places, width in self._batches(scaled):
            logits = self.network(self._tensor([scaled[place] for place in places], width))
            for place, row in zip(places, _probabilities(logits), strict=True):
                said[place] = _decoded(row, self.card["vocabulary"], scaled[place].shape[1] / width)
        return said

    def _scaled(self, crop: Grey) -> Grey:
        """The crop at the height that was trained; squeezed where it would be too long."""
        height, widest = self.card["height"], self.card["widths"][-1]
        width = min(widest, max(4, round(crop.shape[1] * height / crop.shape[0])))
        way = Image.Resampling.BOX if crop.shape[0] > height else Image.Resampling.BILINEAR
        return np.asarray(Image.fromarray(crop).resize((width, height), way))

    def _batches(self, scaled: Sequence[Grey]) -> Iterator[tuple[list[int], int]]:
        for narrower, width in zip((0, *self.card["widths"]), self.card["widths"], strict=False):
            places = [place for place, crop in enumerate(scaled) if narrower < crop.shape[1] <= width]
            size = max(1, _BATCH_COLUMNS // width)
            for at in range(0, len(places), size):
                yield places[at : at + size], width

    def _tensor(self, crops: Sequence[Grey], width: int) -> Logits:
        """As docTR prepares crops: black to the right of what is narrower."""
        together = np.zeros((len(crops), 1, self.card["height"], width), np.float32)
        for row, crop in zip(together, crops, strict=True):
            row[0, :, : crop.shape[1]] = crop
        normal = (together / 255 - self.card["mean"]) / self.card["scale"]
        return np.repeat(normal, 3, axis=1).astype(np.float32)


def _probabilities(logits: Logits) -> Logits:
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float32)


def _decoded(steps: Logits, vocabulary: str, used: float) -> list[Letter]:
    """The likeliest character of each step, repeats and blanks dropped. `used`: the share of steps over the crop."""
    best, sure = steps.argmax(-1), steps.max(-1)
    letters: list[Letter] = []
    before = len(vocabulary)
    for step, character in enumerate(best):
        if character == before and character != len(vocabulary):
            last = letters[-1]
            letters[-1] = last._replace(confidence=max(last.confidence, float(sure[step])))
        elif character != len(vocabulary):
            at = min((step + 0.5) / (len(steps) * used), 1.0)
            letters.append(Letter(vocabulary[character], at, float(sure[step])))
        before = character
    return letters


def load(folder: Path) -> Recogniser:
    """The recogniser of a folder. Raises WeightsUnavailable."""
    card = verified(folder)
    network = _on_cuda(folder, card) or _on_cpu(folder / card["graph"])
    return Recogniser(card, network, card["sha256"])


def verified(folder: Path) -> dict[str, Any]:
    """The card, once weights and graph have the hashes it names. Raises WeightsUnavailable."""
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        for file, expected in ((card["weights"], card["sha256"]), (card["graph"], card["graph_sha256"])):
            found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            if found != expected:
                raise WeightsUnavailable(f"{folder / file} has the hash {found}, but its card says {expected}.")
    except (OSError, ValueError, KeyError) as error:
        raise WeightsUnavailable(f"No weights can be loaded from {folder}: {error}") from error
    return card


def _on_cpu(graph: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.enable_cpu_mem_arena = False  # it keeps the most that any page ever needed
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it burns what other workers need
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def network(crops: Logits) -> Logits:
        return np.asarray(session.run(None, {"crops": crops})[0], np.float32)

    return network


def _on_cuda(folder: Path, card: dict[str, Any]) -> Network | None:
    """The same network by torch in bfloat16; None without a GPU or without docTR."""
    import importlib.util

    if any(importlib.util.find_spec(package) is None for package in ("torch", "doctr")):
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    from safetensors.torch import load_file

    from inference.training.ocr import operators  # noqa: F401  before docTR

    from doctr.models import recognition  # isort: skip

    model = getattr(recognition, card["architecture"])(
        pretrained=False, pretrained_backbone=False, vocab=card["vocabulary"], exportable=True
    )
    model.load_state_dict({name: value.float() for name, value in load_file(folder / card["weights"]).items()})
    model = model.eval().to("cuda", torch.bfloat16)

    def network(crops: Logits) -> Logits:
        with torch.inference_mode():
            logits = model(torch.from_numpy(crops).to("cuda", torch.bfloat16))["logits"]
            return np.asarray(logits.float().cpu().numpy(), np.float32)

    return network
