"""The invoice generator: exact labels, exact sums, every language, both engines."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from inference.fields import DOCUMENT_TYPES, FIELDS, LINE_CELLS, TAX_CELLS, from_text
from inference.training.synthetic import Label, Sample, generate, held_out
from inference.training.synthetic.content.countries import countries
from inference.training.synthetic.content.vocabulary import LANGUAGES
from inference.training.synthetic.degrade import degrade
from inference.training.synthetic.render_pdf import Engine
from inference.training.synthetic.transfer import reread
from tests.parts import need

SEEDS = range(150)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [generate(seed) for seed in SEEDS]


def labelled_text(sample: Sample, label: Label) -> str:
    """The words that carry a label, in reading order, without any white space."""
    pages = zip(sample.reading.pages, sample.labels, strict=True)
    return "".join(
        word.text for page, marks in pages for word, tags in zip(page.words, marks, strict=True) if label in tags
    )


def digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit()).lstrip("0")


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_same_seed_same_document() -> None:
    assert generate(7) == generate(7)
    assert generate(7) != generate(8)


def test_truth_is_printed(samples: list[Sample]) -> None:
    for sample in samples:
        for name, text in sample.fields.items():
            kind = FIELDS[name].kind
            assert from_text(kind, text) is not None
            printed = labelled_text(sample, Label(name))
            if kind in ("id", "vat_id", "iban", "bic", "name") or name in (
                "payment_terms",
                "seller_email",
                "seller_website",
                "seller_phone",
            ):
                assert squeezed(text) in printed, (sample.seed, name, text, printed)
            elif kind == "money":
                assert digits(text) in digits(printed) or digits(text).rstrip("0") in digits(printed), (
                    sample.seed,
                    name,
                    text,
                    printed,
                )
            elif name.endswith("_address"):
                assert all(squeezed(part) in printed for part in text.split(", ")), (sample.seed, name, text, printed)


def test_line_cells_are_printed(samples: list[Sample]) -> None:
    for sample in samples:
        rows = sorted({tag.row for page in sample.labels for tags in page for tag in tags if tag.name == "line_items"})
        assert len(rows) == len(sample.line_items)
        for number, row in zip(rows, sample.line_items, strict=True):
            for cell, text in row.items():
                assert cell in LINE_CELLS
                printed = labelled_text(sample, Label("line_items", number, cell))
                if LINE_CELLS[cell] in ("money", "number", "percent"):
                    assert digits(text).rstrip("0") in digits(printed), (sample.seed, cell, text, printed)
                else:
                    assert squeezed(text) in printed, (sample.seed, cell, text, printed)
        assert all(set(row) <= set(TAX_CELLS) for row in sample.tax_lines)


def test_sums_add_up(samples: list[Sample]) -> None:
    checked = 0
    for sample in samples:
        money = {name: Decimal(text) for name, text in sample.fields.items() if FIELDS[name].kind == "money"}
        if {"net_amount", "tax_amount", "gross_amount"} <= set(money):
            assert money["net_amount"] + money["tax_amount"] == money["gross_amount"], sample.seed
            checked += 1
        if (
            {"tax_amount"} <= set(money)
            and len(sample.tax_lines) > 1
            and all("tax" in line for line in sample.tax_lines)
        ):
            assert sum(Decimal(line["tax"]) for line in sample.tax_lines) == money["tax_amount"], sample.seed
    assert checked > len(samples) // 5


def test_boxes_lie_on_the_page(samples: list[Sample]) -> None:
    for sample in samples:
        for page in sample.reading.pages:
            assert page.words
            for word in page.words:
                assert 0 <= word.box.x0 < word.box.x1 <= 1 and 0 <= word.box.y0 < word.box.y1 <= 1, (sample.seed, word)
                assert word.text and word.text.split() == [word.text]


def test_other_papers_carry_no_labels(samples: list[Sample]) -> None:
    assert {sample.document_type for sample in samples} == set(DOCUMENT_TYPES)
    for sample in samples:
        if sample.document_type == "other":
            assert not any(tags for page in sample.labels for tags in page)
            assert sample.fields == {"document_type": "other"}


def test_a_tenth_of_the_families_is_held_out() -> None:
    share = sum(held_out(generate(seed).family) for seed in range(400)) / 400
    assert 0.04 < share < 0.2


def test_layouts_differ(samples: list[Sample]) -> None:
    assert len({sample.family for sample in samples}) > 0.9 * len(samples)
    assert len({sample.reading.pages[0].words[0].box for sample in samples}) > 0.8 * len(samples)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(language: str) -> None:
    home = next(code for code, country in countries().items() if language in country.languages)
    found = [generate(seed, home, language) for seed in range(12)]
    assert {sample.language for sample in found} == {language}
    assert any("gross_amount" in sample.fields for sample in found)


@pytest.mark.parametrize("country", sorted(countries()))
def test_every_country(country: str) -> None:
    assert all(generate(seed, country).country == country for seed in range(5))


DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


@pytest.mark.parametrize("engine", ["reportlab", "typst"])
def test_rendered_and_read_back(engine: Engine) -> None:
    need(DEJAVU.is_dir(), "DejaVu stands in for fonts that PDF engines need: apt-get install fonts-dejavu-core")
    kept = total = 0
    for seed in range(12):
        drawn = generate(seed)
        found = reread(drawn, engine)
        assert found.fields.items() <= drawn.fields.items()
        kept, total = kept + len(found.fields), total + len(drawn.fields)
        assert len(found.reading.pages) == len(drawn.reading.pages)
    assert kept > 0.97 * total


def test_degraded_keeps_truth_and_boxes(samples: list[Sample]) -> None:
    changed = 0
    for sample in samples[:60]:
        worse = degrade(sample, sample.seed)
        assert worse.fields == sample.fields and worse == degrade(sample, sample.seed)
        for page, marks in zip(worse.reading.pages, worse.labels, strict=True):
            assert len(page.words) == len(marks)
            for word in page.words:
                assert 0 <= word.box.x0 < word.box.x1 <= 1 and 0 <= word.box.y0 < word.box.y1 <= 1
                assert 0 < word.confidence <= 1 and word.text.split() == [word.text]
        labels = {tag for page in sample.labels for tags in page for tag in tags}
        assert labels == {tag for page in worse.labels for tags in page for tag in tags}
        changed += [w.text for w in worse.reading.pages[0].words] != [w.text for w in sample.reading.pages[0].words]
    assert changed > 30


def test_throughput_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.perf_counter()
    words = sum(len(page.words) for seed in range(50) for page in generate(10_000 + seed).reading.pages)
    rate = 50 / (time.perf_counter() - start)
    with capsys.disabled():
        print(f"\nsynthetic: {rate:.0f} documents/s on one core, {words / 50:.0f} words each")
    assert words
