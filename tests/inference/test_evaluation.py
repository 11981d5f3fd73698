"""Scoring: what counts as right, wrong, missing and not scored."""

from typing import Any

import pytest

from inference.evaluation import Prediction, evaluate, matches


def truth(**fields: str) -> dict[str, Any]:
    return {"file": "a.pdf", "fields": fields}


def test_values_are_compared_as_what_they_are() -> None:
    assert matches("money", "gross_amount", "1234.50", "1234.5")
    assert not matches("money", "gross_amount", "1234.51", "1234.50")
    assert matches("id", "invoice_number", "RE-2023 / 17", "re2023/17")
    assert matches("name", "seller_name", "Muster  GmbH & Co. KG", "MUSTER GmbH & Co KG")
    assert not matches("name", "seller_name", "Muster GmbH", "Meister AG")
    assert matches("date", "issue_date", "2026-11-14", "2026-11-14")


def test_a_wrong_value_is_a_false_positive_and_a_false_negative() -> None:
    result = evaluate([(truth(invoice_number="1", currency="EUR"), Prediction({"invoice_number": "2"}))])
    number, currency = result.fields["invoice_number"], result.fields["currency"]
    assert (number.right, number.wrong, number.missing, number.support) == (0, 1, 1, 1)
    assert (currency.right, currency.wrong, currency.missing) == (0, 0, 1)
    assert result.macro_f1 == 0.0


def test_fields_that_the_truth_leaves_out_are_not_scored() -> None:
    result = evaluate([(truth(currency="EUR"), Prediction({"currency": "EUR", "due_date": "2026-01-01"}))])
    assert list(result.fields) == ["currency"]
    assert result.macro_f1 == result.micro.f1 == 1.0


def test_names_of_the_truth_are_mapped_and_unknown_ones_reported() -> None:
    result = evaluate([(truth(prepaid_amount="5.00", seller_country="DE"), Prediction({"amount_paid": "5.00"}))])
    assert result.fields["amount_paid"].f1 == 1.0
    assert result.ignored == {"seller_country": 1}


def test_unprinted_values_are_not_scored_and_alternatives_are_right() -> None:
    document = truth(seller_name="A Ltd", net_amount="1.00", tax_amount="2.00") | {
        "seller_name_alternatives": ["Brand"],
        "derived_not_printed": ["net_amount"],
        "xml_fields_not_found_on_page": {"tax_amount": "2.00"},
    }
    result = evaluate([(document, Prediction({"seller_name": "Brand"}))])
    assert list(result.fields) == ["seller_name"]
    assert result.micro.f1 == 1.0


@pytest.mark.parametrize(
    ("expected", "got", "right"),
    [
        ("not_an_invoice", "other", 1),
        ("not_an_invoice", "receipt", 0),
        ("ambiguous_ticket_or_booking_confirmation", "receipt", 1),
        ("ambiguous_ticket_or_booking_confirmation", "invoice", 0),
    ],
)
def test_a_paper_that_is_no_invoice_is_scored_by_its_type(expected: str, got: str, right: int) -> None:
    result = evaluate([({"file": "a.pdf", "expected": expected}, Prediction({"document_type": got}))])
    assert result.fields["document_type"].right == right and result.micro.support == 1


def test_rows_are_exact_and_used_once() -> None:
    row = {"description": "Bolt", "quantity": "2.000", "unit_price": "1.50", "net_amount": "3.00"}
    document = truth(currency="EUR") | {"line_items": [row, row]}
    got = {"description": "Bolt M8 zinc plated", "quantity": "2", "unit_price": "1.5", "net_amount": "3.00"}
    score = evaluate([(document, Prediction({}, [got]))]).line_items
    assert (score.right, score.wrong, score.missing) == (1, 0, 1)
    wrong = {**got, "net_amount": "4.00"}
    score = evaluate([(document, Prediction({}, [got, wrong]))]).line_items
    assert (score.right, score.wrong, score.missing) == (1, 1, 1)


def test_the_table_names_the_worst_documents() -> None:
    result = evaluate(
        [(truth(currency="EUR", invoice_number="7"), Prediction({"currency": "EUR", "invoice_number": "8"}))]
    )
    table = result.to_table()
    assert "a.pdf: 1 of 2 right" in table
    assert "invoice_number: expected '7', got '8'" in table
    assert "macro F1" in table


def test_an_empty_evaluation_has_a_table() -> None:
    result = evaluate([])
    assert result.macro_f1 == 0.0
    assert "macro F1" in result.to_table()
