"""Real documents to learn from: truth found on the page again, and the page given other content."""

import json
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inference.extraction.amounts import parse_amount
from inference.extraction.model import OUTPUTS, ModelConfig, Reader
from inference.training.average import average
from inference.training.config import CONFIGS
from inference.training.examples import draw, example
from inference.training.marking import marked
from inference.training.real import Known, by_supplier, known_documents
from inference.training.redress import Template, redress
from inference.training.shake import shaken
from inference.training.synthetic import Sample
from inference.training.train import start
from tests.inference.documents import lines, pdf
from tests.inference.pages import reading

PAGE = """
Nordlicht Handel GmbH
Hafenweg 12
20457 Hamburg

Rechnungsempfänger
Blaue Lampe AG
Kornstraße 3
28201 Bremen

Rechnungsnummer:  RE-2026-118          Rechnungsdatum:  03.11.2026
                                       Fällig am:       17.11.2026

Pos   Beschreibung            Menge    Preis      Betrag
1     Tischleuchte weiß       2        50,00      100,00
2     Montage                 1        25,00      25,00

Nettobetrag                                       125,00
MwSt. 20 %                                        25,00
Gesamtbetrag EUR                                  150,00
"""
TRUTH = {
    "file": "nordlicht.pdf",
    "doc_type": "invoice",
    "lang": "de",
    "fields": {
        "invoice_number": "RE-2026-118",
        "issue_date": "2026-11-03",
        "due_date": "2026-11-17",
        "seller_name": "Nordlicht Handel GmbH",
        "buyer_name": "Blaue Lampe AG",
        "net_amount": "125.00",
        "tax_amount": "25.00",
        "gross_amount": "150.00",
        "currency": "EUR",
        "seller_vat_id": "DE136695976",
    },
    "line_items": [
        {"description": "Tischleuchte weiß", "quantity": "2", "unit_price": "50.00", "net_amount": "100.00"},
        {"description": "Montage", "quantity": "1", "unit_price": "25.00", "net_amount": "25.00"},
    ],
}


@pytest.fixture(scope="module")
def sample() -> Sample:
    torch.manual_seed(3)
    model = Reader(ModelConfig(text=8, width=16, link=4, hidden=16, layers=2, broadcast=(1,))).eval()
    return marked(Known(TRUTH, reading(PAGE)), model)


def said(sample: Sample, name: str, row: int = -1, cell: str = "", sure: bool = True) -> str:
    """The words that carry a label."""
    pages = zip(sample.reading.pages, sample.labels, strict=True)
    return " ".join(
        word.text
        for page, marks in pages
        for word, tags in zip(page.words, marks, strict=True)
        if any(tuple(tag) == (name, row, cell, sure) for tag in tags)
    )


def test_values_are_found_where_they_are_printed(sample: Sample) -> None:
    assert said(sample, "invoice_number") == "RE-2026-118"
    assert said(sample, "issue_date") == "03.11.2026"
    assert said(sample, "buyer_name") == "Blaue Lampe AG"
    assert said(sample, "gross_amount") == "150,00"
    assert said(sample, "line_items", 0, "description") == "Tischleuchte weiß"
    assert said(sample, "line_items", 1, "net_amount") == "25,00"


def test_a_value_printed_in_several_places_is_left_open_in_all_but_one(sample: Sample) -> None:
    places = f"{said(sample, 'tax_amount')} {said(sample, 'tax_amount', sure=False)}".split()
    assert places == ["25,00"] * 3


def test_nothing_is_learned_of_what_the_truth_leaves_out_or_the_page_does_not_show(sample: Sample) -> None:
    item = example(sample)
    told = {name for name, column in zip(OUTPUTS, item.weight.T, strict=True) if column.sum() > len(column) / 2}
    assert {"invoice_number", "line_items.description", "line_items.start"} <= told
    assert told.isdisjoint({"seller_vat_id", "seller_address", "line_items.unit"})
    number = np.flatnonzero(item.target[:, OUTPUTS.index("invoice_number")])
    assert item.weight[number, OUTPUTS.index("seller_address")].all()  # a number is certainly no address


def test_other_content_keeps_labels_and_sums(sample: Sample) -> None:
    template = Template(sample)
    numbers, names, totals = set(), set(), set()
    for seed in range(12):
        other = redress(template, random.Random(seed))
        net, tax, gross = (
            amount
            for name in ("net_amount", "tax_amount", "gross_amount")
            if (amount := parse_amount(f"{said(other, name)} {said(other, name, sure=False)}".split()[0], ","))
        )
        assert net + tax == gross
        assert parse_amount(said(other, "line_items", 0, "net_amount"), ",") == gross * 100 / 150
        assert said(other, "line_items", 0, "quantity") == "2"
        numbers.add(said(other, "invoice_number"))
        names.add(said(other, "buyer_name"))
        totals.add(gross)
    assert len(numbers) == 12 and len(names) > 8 and len(totals) > 3
    assert all(number.startswith("RE-") or number[2] == "-" for number in numbers)


def test_the_same_seed_gives_the_same_document(sample: Sample) -> None:
    template = Template(sample)
    one, other = (shaken(redress(template, random.Random(5)), random.Random(6)) for _ in range(2))
    assert one == other


def test_a_shaken_page_loses_no_label_and_stays_on_the_paper(sample: Sample) -> None:
    for seed in range(20):
        moved = shaken(sample, random.Random(seed))
        assert all(said(moved, name) == said(sample, name) for name in ("invoice_number", "buyer_name", "gross_amount"))
        assert all(0 <= edge <= 1 for word in moved.reading.pages[0].words for edge in word.box)
        before, after = (
            next(w.box for w in s.reading.pages[0].words if w.text == "RE-2026-118") for s in (sample, moved)
        )
        assert after != before


def test_training_draws_from_the_layouts_it_is_given(sample: Sample) -> None:
    config = CONFIGS["smoke"]
    drawn = draw(replace(config, real=1.0), 4, [[Template(sample)]])
    assert drawn is not None
    assert drawn.target[:, OUTPUTS.index("invoice_number")].sum() == 1
    assert not drawn.weight[:, OUTPUTS.index("seller_vat_id")].all()


def test_a_run_begins_with_the_weights_it_is_given(tmp_path: Path) -> None:
    torch.manual_seed(1)
    first = start(CONFIGS["smoke"], tmp_path / "first")
    save_file({name: value.half() for name, value in first.model.state_dict().items()}, tmp_path / "weights")
    again = start(CONFIGS["smoke"], tmp_path / "second", tmp_path / "weights")
    assert again.begun_from and not first.begun_from
    one, other = (run.model.word_head.weight for run in (first, again))
    assert torch.allclose(one, other, atol=1e-3)


def test_documents_are_read_once_and_no_supplier_outweighs_the_rest(tmp_path: Path) -> None:
    folder, words = tmp_path / "real", tmp_path / "words"
    folder.mkdir()
    rows = []
    for number in range(3):
        (folder / f"{number}.pdf").write_bytes(pdf(lines(f"Invoice R-{number}", "Total 12.00")))
        rows.append({"file": f"{number}.pdf", "fields": {"invoice_number": f"R-{number}", "seller_name": "Mill"}})
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)))
    known = [*known_documents([folder], words)]
    assert [document.truth["file"] for document in known] == ["0.pdf", "1.pdf", "2.pdf"]
    assert len([*words.iterdir()]) == 3
    assert [*known_documents([folder], words)] == known
    assert len([*by_supplier(known)]) == 2


def test_amounts_are_written_as_the_document_writes_them(sample: Sample) -> None:
    grown = redress(Template(sample), random.Random(8))
    assert "," in said(grown, "gross_amount") and Decimal(
        said(grown, "gross_amount").replace(".", "").replace(",", ".")
    )


def test_the_mean_of_weights_takes_each_by_its_share(tmp_path: Path) -> None:
    for name, value in (("one", 1.0), ("two", 3.0)):
        save_file({"weight": torch.full((2,), value)}, tmp_path / name)
    mean = average([(0.25, tmp_path / "one"), (0.75, tmp_path / "two")])
    assert mean["weight"].tolist() == [2.5, 2.5]
    with pytest.raises(ValueError, match="add up"):
        average([(0.5, tmp_path / "one")])
