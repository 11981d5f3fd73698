"""After training: fit the calibration, measure readers on held-out layouts, write the weights with their card.

python -m inference.training.evaluate --run DIR --out DIR
"""

import argparse
import hashlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from inference import sandbox
from inference.evaluation import evaluate, is_right, matches, prediction_of
from inference.extraction import combine, decode, decode_rows, learned, rules
from inference.extraction.arbiter import Judgement
from inference.extraction.decode import Choice
from inference.extraction.features import featurise
from inference.extraction.learned import UNFITTED, Coefficients, Weights, family_of
from inference.extraction.level import levelled
from inference.extraction.model import Reader, parameters
from inference.fields import DOCUMENT_TYPES, FIELDS, LINE_CELLS, TAX_CELLS, to_text
from inference.training.agreement import Heard, heard, weigh, worn_samples
from inference.training.config import CONFIGS, TrainConfig
from inference.training.examples import validation_samples
from inference.training.logistic import ridge_logistic
from inference.training.real import Known, by_supplier, known_documents
from inference.training.suppliers import known_suppliers
from inference.training.synthetic import Sample
from inference.training.synthetic.__main__ import truth_row
from inference.types import Extraction, Reading

CALIBRATION_SEED = 2_000_000
RIDGE = 5.0
_ROW_CELLS = {"line_items": LINE_CELLS, "tax_lines": TAX_CELLS}


def calibrate(model: Reader, samples: Sequence[Sample]) -> dict[str, Coefficients]:
    """A logistic of score, margin and agreement for each family of fields, fitted on held-out samples.

    Only values of fields that a sample has are counted, like in the evaluation.
    """
    seen: dict[str, list[tuple[float, float, float, bool]]] = defaultdict(list)
    for sample in samples:
        scored = learned.scores(model, [featurise(sample.reading)])[0]
        order = np.argsort(-scored.types)
        gap = float(scored.types[order[0]] - scored.types[order[1]])
        seen["type"].append((gap, 0.0, 0.0, DOCUMENT_TYPES[order[0]] == sample.document_type))
        if sample.document_type == "other":
            continue
        for name, choice in decode.header(scored).items():
            if name in sample.fields:
                right = matches(FIELDS[name].kind, name, to_text(choice.value), sample.fields[name])
                seen[family_of(name)].append((*_evidence(choice), right))
        _see_rows(seen["line_items"], decode_rows.line_items(scored), sample.line_items, "line_items")
        _see_rows(seen["tax_lines"], decode_rows.tax_lines(scored), sample.tax_lines, "tax_lines")
    return {family: logistic(rows) for family, rows in sorted(seen.items()) if len(rows) >= 20}


def _evidence(choice: Choice) -> tuple[float, float, float]:
    return min(max(choice.score, -decode.LIMIT), decode.LIMIT), choice.margin, choice.agreement


def _see_rows(
    seen: list[tuple[float, float, float, bool]],
    rows: Sequence[decode_rows.Row],
    truth: Sequence[Mapping[str, str]],
    table: str,
) -> None:
    """Cells of rows in order; a table with the wrong number of rows counts as wrong in every cell."""
    for number, row in enumerate(rows):
        for cell, choice in row.items():
            true = truth[number].get(cell) if len(rows) == len(truth) else None
            right = true is not None and matches(_ROW_CELLS[table][cell], cell, to_text(choice.value), true)
            if true is not None or len(rows) != len(truth):
                seen.append((*_evidence(choice), right))


def logistic(rows: Sequence[tuple[float, float, float, bool]]) -> Coefficients:
    """The logistic of score, margin and agreement, drawn towards what is believed of an unfitted family.

    Where hardly anything is wrong the data cannot tell how fast certainty should fall with the score; the prior can.
    """
    data = np.array(rows, float)
    x: NDArray[np.float64] = np.column_stack([np.ones(len(data)), data[:, :3]])
    fitted = ridge_logistic(x, data[:, 3], np.ones(len(data)), np.array(UNFITTED), np.full(4, RIDGE))
    a, b, c, d = (round(float(weight), 4) for weight in fitted)
    return a, b, c, d


def shift(documents: Iterable[Heard]) -> tuple[float, float]:
    """Intercept and slope that turn the synthetic log-odds of header fields into those seen on real documents.

    Real pages are stranger than drawn ones; a certainty learned from drawings alone would promise too much.
    """
    rows = []
    for document in documents:
        for name, expected in document.truth.items():
            field = document.model.fields.get(name)
            if field is not None and name != "document_type":
                chance = min(max(field.confidence, 1e-3), 1 - 1e-3)
                rows.append((float(np.log(chance / (1 - chance))), 0.0, 0.0, is_right(field, expected)))
    intercept, slope, _, _ = logistic(rows) if rows else (0.0, 1.0, 0.0, 0.0)
    return intercept, max(slope, 0.0)


def shifted(calibration: Mapping[str, Coefficients], change: tuple[float, float]) -> dict[str, Coefficients]:
    """The calibration seen through a shift of its log-odds."""
    intercept, slope = change
    return {
        family: (round(intercept + slope * a, 4), round(slope * b, 4), round(slope * c, 4), round(slope * d, 4))
        for family, (a, b, c, d) in calibration.items()
    }


class Folder(NamedTuple):
    """Real documents with `truth.jsonl`; `unseen`: weights that never learned from them, where the run's own did."""

    path: Path
    unseen: Path | None = None


def export(run: Path, out: Path, count: int, real: Sequence[Folder] = (), words: Path | None = None) -> dict[str, Any]:
    """Write `reader.safetensors` (half precision) and `reader.json` (the model card) from a training run.

    `real`: folders licensed for training, on which calibration and agreement are fitted; `words` keeps what is read.
    """
    state = json.loads((run / "state.json").read_text(encoding="utf-8"))
    config = replace(CONFIGS["base"], **{**state["config"], "model": CONFIGS[state["config"]["name"]].model})
    halves = {name: value.half() for name, value in load_file(run / state["weights"]).items()}
    out.mkdir(parents=True, exist_ok=True)
    save_file(halves, out / "reader.safetensors")
    model = reader_of(config, out / "reader.safetensors")
    fitting = [*validation_samples(replace(config, validation=count, validation_seed=CALIBRATION_SEED))]
    weights = Weights(model, "", calibrate(model, fitting))
    documents = [
        (document, model if folder.unseen is None else reader_of(config, folder.unseen))
        for folder in real
        for document in by_supplier(known_documents([folder.path], words))
    ]
    sandbox.stop()
    change = shift(_listen(weights, documents)) if documents else (0.0, 1.0)
    weights = replace(weights, calibration=shifted(weights.calibration, change))
    judgement = weigh(
        [listen(weights, truth_row(sample, ""), sample.reading, True) for sample in worn_samples(count)],
        [*_listen(weights, documents)],
    )
    card = {
        "weights": "reader.safetensors",
        "sha256": _digest(out / "reader.safetensors"),
        "parameters": parameters(model),
        "begun_from": state["begun_from"],
        "documents_drawn": state["offered"],
        "steps": state["steps"],
        "generator": _commit(),
        "real_layouts": state["real"],
        "config": state["config"],
        "calibration": weights.calibration,
        "calibration_shift": {"real_documents": len(documents), "intercept": change[0], "slope": change[1]},
        "agreement": judgement,
        "heard_by": {folder.path.name: _digest(folder.unseen or out / "reader.safetensors") for folder in real},
        "held_out": table(config, weights, judgement, count),
        "known_suppliers": known_suppliers(weights, judgement, max(count // 4, 1)),
    }
    (out / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def reader_of(config: TrainConfig, weights: Path) -> Reader:
    """A network of the config's sizes with the weights of a file."""
    model = Reader(config.model)
    model.load_state_dict({name: value.float() for name, value in load_file(weights).items()})
    return model.eval()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _listen(weights: Weights, documents: Iterable[tuple[Known, Reader]]) -> Iterator[Heard]:
    """What rules and network say of real documents, the network by weights that did not learn from them."""
    for known, model in documents:
        yield listen(replace(weights, model=model), known.truth, known.reading, False)


def listen(weights: Weights, truth: Mapping[str, Any], reading: Reading, complete: bool) -> Heard:
    """What rules and network say of a document."""
    straight, _ = levelled(reading)
    return heard(truth, rules.extract(straight), learned.extract_with(weights, [straight])[0], complete)


def table(config: TrainConfig, weights: Weights, judgement: Judgement, count: int) -> dict[str, Any]:
    """F1 per field on synthetic documents of held-out families: rules, model, both."""
    samples = [
        sample for sample in validation_samples(replace(config, validation=count)) if sample.document_type != "other"
    ]
    said = {
        sample.seed: (rules.extract(sample.reading), learned.extract_with(weights, [sample.reading])[0])
        for sample in samples
    }
    readers: dict[str, Callable[[int], Extraction]] = {
        "rules": lambda seed: said[seed][0],
        "model": lambda seed: said[seed][1],
        "rules+model": lambda seed: combine.combine(*said[seed], judgement),
    }
    answer: dict[str, Any] = {"documents": len(samples)}
    for name, reader in readers.items():
        result = evaluate((truth_row(s, str(s.seed)), prediction_of(reader(s.seed))) for s in samples)
        answer[name] = {
            "macro_f1": round(result.macro_f1, 4),
            "line_items": round(result.line_items.f1, 4),
            "tax_lines": round(result.tax_lines.f1, 4),
            "fields": {field: round(score.f1, 4) for field, score in sorted(result.fields.items())},
        }
    return answer


def _commit() -> str:
    """The last commit that changed the generator, where there is a repository."""
    folder = Path(__file__).parent / "synthetic"
    done = subprocess.run(
        ["git", "log", "-1", "--format=%h", "--", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _folder(text: str) -> Folder:
    path, _, unseen = text.partition("=")
    return Folder(Path(path), Path(unseen) if unseen else None)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the folder of the training run")
    parser.add_argument("--out", type=Path, default=learned.CARD.parent)
    parser.add_argument(
        "--real",
        type=_folder,
        action="append",
        default=[],
        metavar="FOLDER[=WEIGHTS]",
        help="a folder with truth.jsonl, and weights that never learned from it, where the run did; repeatable",
    )
    parser.add_argument("--words", type=Path, help="a folder for what is read of real documents, so it is read once")
    parser.add_argument("--n", type=int, default=200, help="how many documents to calibrate on, and to measure on")
    arguments = parser.parse_args()
    card = export(arguments.run, arguments.out, arguments.n, arguments.real, arguments.words)
    print(json.dumps({name: card[name] for name in ("held_out", "known_suppliers")}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
