"""The learned reader: features of any page, training that resumes, weights by digest, agreement with the rules."""

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.extraction import combine, decode, decode_rows, learned, rules
from inference.extraction.decode import Scores
from inference.extraction.features import DENSE, SLOTS, featurise
from inference.extraction.learned import Weights, WeightsUnavailable, extract_with, load_weights
from inference.extraction.model import OUTPUTS, ModelConfig, Reader
from inference.fields import DOCUMENT_TYPES, to_text
from inference.training.config import CONFIGS
from inference.training.evaluate import export, logistic
from inference.training.examples import draw, example, lesson, validation_samples
from inference.training.synthetic import generate, held_out
from inference.training.train import start, step, train
from inference.types import Box, Extraction, FieldPrediction, Page, Reading, Word
from tests.inference.pages import reading

TINY = ModelConfig(text=8, width=16, link=4, hidden=16, layers=2, broadcast=(1,))
PAGE = "Invoice no  R-17          Date  03.11.2026\n\nNet      100.00\nVAT 20%   20.00\nTotal    120.00"


@pytest.fixture(scope="module")
def untrained() -> Weights:
    torch.manual_seed(1)
    return Weights(Reader(TINY).eval(), "untrained", {})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train(CONFIGS["smoke"], folder, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def card(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("weights")
    export(run, out, 4)
    return out / "reader.json"


def test_neighbours_are_the_words_that_a_person_sees_there() -> None:
    features = featurise(reading("Total due   12.00\n            15.00"))
    words = ["Total", "due", "12.00", "15.00"]
    slot = {name: column for column, name in enumerate(SLOTS)}
    assert features.neighbours[2, slot["left1"]] == words.index("due")
    assert features.neighbours[3, slot["above1"]] == words.index("12.00")
    assert features.neighbours[2, slot["below1"]] == words.index("15.00")
    assert features.neighbours[3, slot["left1"]] == -1
    assert features.dense.shape == (4, DENSE)


_BOX = st.builds(Box, *(st.floats(allow_nan=True, allow_infinity=True, width=32) for _ in range(4)))
_WORD = st.builds(Word, st.text(min_size=1, max_size=12), _BOX)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORD, max_size=25), st.sampled_from([595.0, 0.0, float("nan")]))
def test_any_page_has_an_answer(untrained: Weights, words: list[Word], width: float) -> None:
    page = Reading((Page(1, width, 842.0, tuple(words), "test"), Page(2, 595.0, 842.0, (), "test")))
    features = featurise(page)
    assert np.isfinite(features.dense).all()
    assert features.neighbours.max(initial=-1) < len(features.places)
    said = extract_with(untrained, [page])[0]
    assert all(0 <= field.confidence <= 1 for field in said.fields.values())


def test_nothing_is_found_on_nothing(untrained: Weights) -> None:
    said = extract_with(untrained, [Reading(())])[0]
    assert not said.fields and not said.line_items and not said.tax_lines


def test_a_batch_says_what_each_document_alone_says(untrained: Weights) -> None:
    pages = [generate(seed).reading for seed in (3, 4)]
    together = learned.scores(untrained.model, [featurise(page) for page in pages])
    for page, scored in zip(pages, together, strict=True):
        alone = learned.scores(untrained.model, [featurise(page)])[0]
        assert np.allclose(scored.words, alone.words, atol=1e-4)
        assert np.allclose(scored.types, alone.types, atol=1e-4)


def test_targets_name_the_words_of_the_truth() -> None:
    sample = next(s for s in map(generate, range(100)) if "invoice_number" in s.fields and s.document_type == "invoice")
    item = example(sample)
    marked = np.flatnonzero(item.target[:, OUTPUTS.index("invoice_number")])
    places = [item.features.places[row] for row in marked]
    text = "".join(sample.reading.pages[page].words[word].text for page, word in places)
    assert "".join(sample.fields["invoice_number"].split()) in text


def test_training_never_sees_held_out_layouts() -> None:
    held = next(seed for seed in range(200) if held_out(generate(seed).family))
    assert draw(CONFIGS["smoke"], held) is None
    assert all(held_out(sample.family) for sample in validation_samples(CONFIGS["smoke"]))


def test_steps_reduce_the_loss(tmp_path: Path) -> None:
    config = replace(CONFIGS["smoke"], warmup=0.0, rate=0.01)
    torch.manual_seed(1)
    fresh = start(config, tmp_path)
    batch = lesson([item for item in (draw(config, seed) for seed in range(10)) if item is not None][:4])
    losses = [step(config, fresh, batch) for _ in range(15)]
    assert losses[-1] < 0.5 * losses[0]


def test_training_goes_on_where_it_stopped(run: Path) -> None:
    known = json.loads((run / "state.json").read_text())
    again = start(CONFIGS["smoke"], run)
    assert (again.offered, again.steps) == (known["offered"], known["steps"])
    assert again.steps > 0
    assert again.optimiser.state_dict()["state"][0]["exp_avg"].abs().sum() > 0


def test_weights_are_loaded_by_digest(card: Path) -> None:
    weights = load_weights(card)
    said = extract_with(weights, [reading(PAGE)])[0]
    assert said.digest == f"model-{json.loads(card.read_text())['sha256']}"
    assert said.fields["document_type"].reader == "model"


def test_damaged_and_missing_weights_are_told_apart(card: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="cannot be opened"):
        load_weights(tmp_path / "reader.json")
    (tmp_path / "reader.json").write_bytes(card.read_bytes())
    data = bytearray((card.parent / "reader.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "reader.safetensors").write_bytes(data)
    with pytest.raises(WeightsUnavailable, match="SHA-256 differs"):
        load_weights(tmp_path / "reader.json")
    (tmp_path / "reader.json").write_text("{}")
    with pytest.raises(WeightsUnavailable, match="do not fit"):
        load_weights(tmp_path / "reader.json")


def test_without_weights_the_rules_read_alone_and_say_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(learned, "shipped", lambda: load_weights(tmp_path / "none.json"))
    said = combine.extract(reading(PAGE))
    assert said.reader == rules.READER
    assert said.fields and all("read without the network" in field.reasons[-1] for field in said.fields.values())


def _field(value: str, sure: float, reader: str) -> FieldPrediction:
    return FieldPrediction("invoice_number", value, value, sure, reader, 1, Box(0, 0, 1, 1))


def test_agreement_makes_surer_and_disagreement_less_sure() -> None:
    same = combine.agree(_field("R 17", 0.8, "rules"), _field("R17", 0.7, "model"), combine.MARGIN, combine.ALONE)
    assert same is not None and same.confidence > 0.9 and same.reader == "rules+model"
    split = combine.agree(_field("R17", 0.8, "rules"), _field("R71", 0.9, "model"), combine.MARGIN, combine.ALONE)
    assert split is not None and split.value == "R17" and split.confidence < 0.5
    assert split.alternatives[0].value == "R71"
    assert split.reasons[0].startswith("readers disagree")
    doubtful = combine.agree(_field("R17", 0.4, "rules"), _field("R71", 0.9, "model"), combine.MARGIN, combine.ALONE)
    assert doubtful is not None and doubtful.value == "R71" and doubtful.alternatives[0].value == "R17"


def _sums(net: str, tax: str, gross: str, sure: float, reader: str) -> Extraction:
    values = {"net_amount": net, "tax_amount": tax, "gross_amount": gross}
    fields = {
        name: FieldPrediction(name, text, Decimal(text), sure, reader, 1, Box(0, 0, 1, 1))
        for name, text in values.items()
    }
    rows = ({"net_amount": fields["net_amount"]},)
    return Extraction(reader, reader, fields, rows)


def test_sums_that_add_up_are_not_torn_apart() -> None:
    rules_said, model_said = _sums("100", "19", "120", 0.6, "rules"), _sums("100", "20", "120", 0.5, "model")
    both = combine.combine(rules_said, model_said)
    assert both.fields["tax_amount"].value == Decimal(20)
    assert both.fields["tax_amount"].alternatives[0].value == Decimal(19)
    assert [row["net_amount"].value for row in both.line_items] == [Decimal(100)]


def test_logistic_finds_what_decides() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 3, 2000)
    rows = [(float(s), 0.0, 0.0, bool(rng.random() < 1 / (1 + np.exp(-s)))) for s in scores]
    intercept, slope, _, _ = logistic(rows)
    assert abs(intercept) < 0.2 and 0.8 < slope < 1.2


def _scored(page: Reading, marks: dict[str, dict[str, float]]) -> Scores:
    """Scores as a network would give them: `marks` output name to word to logit, all else strongly against."""
    features = featurise(page)
    words = np.full((len(features.places), len(OUTPUTS)), -9.0, np.float32)
    for row, (number, word) in enumerate(features.places):
        for name, logits in marks.items():
            words[row, OUTPUTS.index(name)] = logits.get(page.pages[number].words[word].text, -9.0)
    columns = {name: number for number, name in enumerate(OUTPUTS)}
    return Scores(features, words, columns, np.zeros(len(DOCUMENT_TYPES), np.float32))


def test_the_currency_beside_an_amount_does_not_speak_against_it() -> None:
    page = reading("Total        470,15 EUR")
    assert decode.header(_scored(page, {"gross_amount": {"470,15": 4.0}}))["gross_amount"].value == Decimal("470.15")


def test_sums_are_chosen_together() -> None:
    page = reading("Net    100.00\nVAT     20.00\nTotal  120.00\nSaved  125.00")
    marks = {
        "net_amount": {"100.00": 3.0},
        "tax_amount": {"20.00": 2.0},
        "gross_amount": {"120.00": 1.0, "125.00": 1.5},
    }
    chosen = decode.header(_scored(page, marks))
    assert chosen["gross_amount"].value == Decimal("120.00")
    assert chosen["gross_amount"].agreement == 1.0
    assert chosen["gross_amount"].rivals[0].value == Decimal("125.00")


def test_a_sum_that_the_network_missed_is_what_the_others_leave() -> None:
    page = reading("Goods  102.00\nLess     2.00\nRest   100.00\nVAT     20.00\nTotal  120.00")
    chosen = decode.header(_scored(page, {"tax_amount": {"20.00": 4.0}, "gross_amount": {"120.00": 4.0}}))
    assert chosen["net_amount"].value == Decimal("100.00")


def test_a_row_lasts_until_the_next_one_starts() -> None:
    page = reading("Bolt      2   3.00   6.00\nlong\nNut       1   4.00   4.00")
    marks = {
        "line_items.description": {"Bolt": 4.0, "long": 4.0, "Nut": 4.0},
        "line_items.quantity": {"2": 4.0, "1": 4.0},
        "line_items.net_amount": {"6.00": 4.0},
        "line_items.unit_price": {"3.00": 4.0},
        "line_items.start": {"Bolt": 4.0, "2": 4.0, "3.00": 4.0, "6.00": 4.0, "Nut": 4.0, "1": 4.0},
    }
    first, second = decode_rows.line_items(_scored(page, marks))
    assert {cell: to_text(choice.value) for cell, choice in first.items()} == {
        "description": "Bolt long",
        "quantity": "2",
        "unit_price": "3.00",
        "net_amount": "6.00",
    }
    assert first["net_amount"].agreement == 1.0
    assert {cell: to_text(choice.value) for cell, choice in second.items()} == {"description": "Nut", "quantity": "1"}


def test_the_combination_is_imported_without_torch() -> None:
    code = "import sys; import inference.extraction.combine; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_the_card_says_how_each_reader_does_on_held_out_layouts(card: Path) -> None:
    held = json.loads(card.read_text())["held_out"]
    assert held["documents"] > 0
    assert held["rules"]["macro_f1"] > held["model"]["macro_f1"]  # a network of a few seconds knows nothing yet
    assert held["rules+model"]["macro_f1"] >= 0.9 * held["rules"]["macro_f1"]
