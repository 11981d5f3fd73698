"""Training of the recogniser of scans: data, a run that stops and goes on, export, weights brought by file."""

import hashlib
import itertools
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.training.ocr import operators  # noqa: F401  before docTR

pytest.importorskip("doctr", exc_type=ImportError)

from inference.ocr import official, recognition
from inference.training.ocr.config import DETECTION, HELD_OUT, RECOGNITION, VOCABULARY
from inference.training.ocr.crops import HEIGHT, WIDTHS, crop
from inference.training.ocr.export import export
from inference.training.ocr.fonts import draw_font, families
from inference.training.ocr.pages import aged, is_drawn, parts
from inference.training.ocr.recognition import build, train
from inference.training.ocr.texts import texts, values
from inference.training.synthetic import Sample, generate

SMOKE = RECOGNITION["smoke"]

pytestmark = pytest.mark.skipif(
    not families() or not set(HELD_OUT) & set(families()), reason="no fonts are installed to draw words with"
)


def quiet(_: str) -> None:
    pass


def test_texts_are_what_stands_on_invoices_in_known_letters() -> None:
    drawn = list(itertools.islice(texts(3), 400))
    assert all(text and set(text) <= set(VOCABULARY) for text in drawn)
    assert sum(any(map(str.isdigit, text)) for text in drawn) > 120
    assert sum(text.isalpha() for text in drawn) > 80
    assert drawn == list(itertools.islice(texts(3), 400))
    assert all(any(map(str.isdigit, text)) or text.isalpha() for text in itertools.islice(values(3), 100))


@pytest.mark.parametrize("wear", [0.0, 0.5, 1.0])
def test_a_crop_is_a_line_of_print_of_the_trained_height(wear: float) -> None:
    rng = random.Random(4)
    for text in itertools.islice(texts(4), 40):
        picture = crop(rng, text, wear, near="Summe")
        assert picture.shape[0] == HEIGHT and 4 <= picture.shape[1] <= WIDTHS[-1]
        assert wear or np.ptp(picture) > 60


def test_held_out_families_are_drawn_only_for_tests() -> None:
    rng = random.Random(5)
    trained = {draw_font(rng, "Summe 19,00") for _ in range(300)}
    held = {path for name in HELD_OUT for path in families().get(name, ())}
    assert not trained & held
    assert draw_font(rng, "Summe 19,00", held_out=True) in held


def test_boxes_of_a_page_hold_the_ink_of_its_words_however_it_is_laid() -> None:
    picture, boxes, dpi = next(parts(6, 256, (100, 100)))
    worn, placed = aged(random.Random(6), picture, boxes, dpi, 0.3)
    assert worn.shape == (256, 256) and placed.shape == boxes.shape
    inside = np.zeros(picture.shape, bool)
    for x0, y0, x1, y1 in boxes.round().astype(int).tolist():
        assert np.ptp(picture[y0:y1, x0:x1]) > 60
        inside[y0:y1, x0:x1] = True
    assert DETECTION["base"].side == 512


def test_a_run_goes_on_where_it_stopped_and_is_exported_as_it_is(tmp_path: Path) -> None:
    run = train(SMOKE, tmp_path / "run", quiet)
    again = train(replace(SMOKE, examples=run.seen + 4), tmp_path / "run", quiet)
    assert again.seen > run.seen and again.steps > run.steps
    card = export(tmp_path / "run", tmp_path / "weights")
    assert card["sha256"] == recognition.verified(tmp_path / "weights")["sha256"]
    assert set(card["read_exactly"]) == {"clean", "worn values", "random letters"}
    model = build(SMOKE).eval()
    model.load_state_dict({name: v.half().to(v.dtype) for name, v in again.average.items()})
    model.exportable = True  # type: ignore[assignment]
    crops = np.random.default_rng(7).normal(size=(3, 3, HEIGHT, 96)).astype(np.float32)
    with torch.inference_mode():
        expected = model(torch.from_numpy(crops))["logits"].numpy()
    got = recognition.load(tmp_path / "weights").network(crops)
    assert got == pytest.approx(expected, abs=1e-2 if torch.cuda.is_available() else 1e-3)


def test_a_run_begins_from_exported_weights(tmp_path: Path) -> None:
    first = train(SMOKE, tmp_path / "first", quiet)
    card = export(tmp_path / "first", tmp_path / "weights")
    begun = replace(SMOKE, examples=0)
    run = train(begun, tmp_path / "further", quiet, tmp_path / "weights" / "recognition.safetensors")
    assert run.begun == card["sha256"]
    assert all(torch.allclose(first.average[name], kept, rtol=1e-2, atol=1e-3) for name, kept in run.average.items())
    assert export(tmp_path / "further", tmp_path / "again")["begun_from"] == card["sha256"]


def test_lines_with_no_break_spaces_are_drawn() -> None:
    sample = next(s for s in map(generate, range(400)) if any("\u00a0" in t for t in lines_of(s)))
    line = next(line for sheet in sample.sheets for line in sheet.lines if "\u00a0" in line.text)
    assert is_drawn(line)
    assert not is_drawn(line._replace(pieces=(line.pieces[0]._replace(text="Ωμέγα"),)))


def lines_of(sample: Sample) -> list[str]:
    return [line.text for sheet in sample.sheets for line in sheet.lines]


def test_a_state_dict_of_doctr_is_taken_and_a_wrong_one_refused(tmp_path: Path) -> None:
    from doctr.datasets import VOCABS

    model = build(replace(SMOKE, vocabulary=VOCABS["french"]))
    file = tmp_path / "crnn_mobilenet_v3_small_pt.pt"
    torch.save(model.state_dict(), file)
    right = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(recognition.WeightsUnavailable, match="names no hash"):
        official.take(file, tmp_path / "in use")
    with pytest.raises(recognition.WeightsUnavailable, match="not what it says"):
        official.take(file, tmp_path / "in use", "0" * 64)
    card = official.take(file, tmp_path / "in use", right)
    assert card["vocabulary"] == VOCABS["french"]
    assert recognition.load(tmp_path / "in use").digest == card["sha256"]
    copied = official.take(tmp_path / "in use", tmp_path / "copied")
    assert copied["sha256"] == card["sha256"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_reads_as_the_processor_does() -> None:
    from inference.ocr.doctr import SHIPPED

    words = [crop(random.Random(8), text, 0.0) for text in itertools.islice(values(8), 40)]
    card = recognition.verified(SHIPPED)
    on_cpu = recognition.Recogniser(card, recognition._on_cpu(SHIPPED / card["graph"]), "")
    said, expected = recognition.load(SHIPPED).read(words), on_cpu.read(words)
    same = sum(
        [letter.text for letter in a] == [letter.text for letter in b] for a, b in zip(said, expected, strict=True)
    )
    assert same >= 38
