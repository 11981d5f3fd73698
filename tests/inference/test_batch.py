"""Documents read together are read as each by itself."""

from inference.extraction import combine
from inference.extraction.batch import extract_all
from inference.fields import to_text
from inference.training.synthetic import generate
from inference.types import Extraction, Reading


def _values(said: Extraction) -> dict[str, str]:
    return {name: to_text(field.value) for name, field in said.fields.items()}


def test_a_batch_says_what_one_by_one_says() -> None:
    readings = [generate(seed).reading for seed in range(70_000, 70_005)]
    together = [*extract_all(readings, 2)]
    alone = [combine.extract(reading) for reading in readings]
    assert [_values(said) for said in together] == [_values(said) for said in alone]
    assert [len(said.line_items) for said in together] == [len(said.line_items) for said in alone]
    assert [*extract_all([])] == [] and not next(extract_all([Reading(())])).fields
