"""Invoices of suppliers that no rule was written for and no weights learned from are read as well as they were."""

from pathlib import Path

import pytest

from inference import sandbox
from inference.evaluation import Evaluation, evaluate, prediction_of
from inference.extraction import combine
from inference.training.real import known_documents

APART = Path(__file__).parents[2] / "inference" / "training" / "invented" / "d"


@pytest.fixture(scope="module")
def result() -> Evaluation:
    found = [(known.truth, prediction_of(combine.extract(known.reading))) for known in known_documents([APART])]
    sandbox.stop()
    assert len(found) == 36
    return evaluate(found)


def test_header_fields(result: Evaluation) -> None:
    assert result.macro_f1 >= 0.90
    assert result.micro.f1 >= 0.93


@pytest.mark.parametrize(
    "field", ["invoice_number", "issue_date", "gross_amount", "seller_vat_id", "seller_iban", "document_type"]
)
def test_what_a_payment_hangs_on(result: Evaluation, field: str) -> None:
    assert result.fields[field].f1 >= 0.92


def test_rows(result: Evaluation) -> None:
    assert result.line_items.f1 >= 0.85
