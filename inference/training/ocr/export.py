"""Make weights for use from a training run: python -m inference.training.ocr.export --run DIR --out DIR

Writes `recognition.safetensors` (docTR's own names, half precision), `recognition.onnx` (the graph, whose weights lie
in the former file) and `recognition.json` (the model card).
"""

import argparse
import hashlib
import io
import json
import struct
import warnings
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file
from torch import Tensor, nn

from inference.training.ocr.config import HELD_OUT, RecognitionConfig
from inference.training.ocr.crops import HEIGHT, WIDTHS
from inference.training.ocr.recognition import MEAN, SCALE, build, held_out, share_read
from inference.training.ocr.runs import CHECKPOINT

_OPSET = 17
_LIGHT = 4096  # bytes; smaller tensors stay in the graph


def export(run: Path, out: Path) -> dict[str, Any]:
    """Write weights, graph and card of the run's averaged weights; answers the card."""
    known = torch.load(run / CHECKPOINT, weights_only=True)
    names = {field.name for field in fields(RecognitionConfig)}
    config = RecognitionConfig(**{name: value for name, value in known["config"].items() if name in names})
    card = write(config, known["average"], out)
    model = build(config)
    model.load_state_dict({name: value.half().to(value.dtype) for name, value in known["average"].items()})
    card |= {"crops": known["seen"], "steps": known["steps"], "begun_from": known["begun"], "config": asdict(config)}
    card["read_exactly"] = {name: round(share_read(model, pairs), 4) for name, pairs in held_out(config).items()}
    card["held_out_families"] = list(HELD_OUT)
    _write_card(out, card)
    return card


def write(config: RecognitionConfig, weights: Mapping[str, Tensor], out: Path) -> dict[str, Any]:
    """Write weights and graph of a docTR recogniser with its state dict."""
    out.mkdir(parents=True, exist_ok=True)
    kept = {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}
    file = out / "recognition.safetensors"
    save_file({name: value.contiguous() for name, value in kept.items()}, file)
    model = build(config)
    model.load_state_dict({name: kept[name].to(value.dtype) for name, value in model.state_dict().items()})
    (out / "recognition.onnx").write_bytes(_linked(_graph(model), file).SerializeToString())
    card = {
        "weights": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "graph": "recognition.onnx",
        "graph_sha256": hashlib.sha256((out / "recognition.onnx").read_bytes()).hexdigest(),
        "architecture": config.architecture,
        "vocabulary": config.vocabulary,
        "height": HEIGHT,
        "widths": list(WIDTHS),
        "mean": MEAN,
        "scale": SCALE,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }
    _write_card(out, card)
    return card


def _write_card(out: Path, card: Mapping[str, Any]) -> None:
    (out / "recognition.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _graph(model: nn.Module) -> onnx.ModelProto:
    """The model as ONNX, each weight under docTR's own name: nothing folded, which the runtime does when it loads."""
    model = model.eval()
    setattr(model, "exportable", True)  # noqa: B010  an attribute that docTR declares
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(2, 3, HEIGHT, 128),),
            target,  # type: ignore[arg-type]
            dynamo=False,
            opset_version=_OPSET,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            input_names=["crops"],
            output_names=["logits"],
            dynamic_axes={"crops": {0: "n", 3: "width"}, "logits": {0: "n", 1: "steps"}},
        )
    return onnx.load_from_string(target.getvalue())


def _linked(graph: onnx.ModelProto, weights: Path) -> onnx.ModelProto:
    """The graph with its heavy weights taken from the safetensors file, and widened from half precision."""
    raw = weights.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    places = json.loads(raw[8 : 8 + length])
    casts = []
    for tensor in graph.graph.initializer:
        place = places.get(tensor.name)
        if place is None or place["dtype"] != "F16" or len(tensor.raw_data) < _LIGHT:
            continue
        start, end = place["data_offsets"]
        name = tensor.name
        tensor.ClearField("raw_data")
        tensor.name, tensor.data_type, tensor.data_location = f"{name}.half", TensorProto.FLOAT16, TensorProto.EXTERNAL
        links = {"location": weights.name, "offset": str(8 + length + start), "length": str(end - start)}
        tensor.external_data.extend(onnx.StringStringEntryProto(key=key, value=value) for key, value in links.items())
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return graph


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    card = export(arguments.run, arguments.out)
    print(json.dumps(card["read_exactly"]))  # noqa: T201


if __name__ == "__main__":
    main()
