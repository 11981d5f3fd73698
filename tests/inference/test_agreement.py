"""What rules and network are worth where they disagree is learned from documents with known truth."""

import numpy as np

from inference.extraction import arbiter, combine
from inference.training.agreement import Heard, evidence_rows, heard, weigh, worn_samples
from inference.training.logistic import ridge_logistic
from inference.types import Box, Extraction, FieldPrediction

HERE = Box(0.1, 0.1, 0.2, 0.12)


def _said(reader: str, sure: float, **fields: str) -> Extraction:
    return Extraction(
        reader,
        reader,
        {name: FieldPrediction(name, text, text, sure, reader, 1, HERE) for name, text in fields.items()},
    )


def _documents(right: str, wrong: str, count: int = 30) -> list[Heard]:
    """The reader named `right` always reads the buyer, the other one something else; both are sure."""
    documents = []
    for number in range(count):
        said = {right: f"Mill {number} Ltd", wrong: f"To {number * 7}"}
        rules, model = (_said(reader, 0.9, buyer_name=said[reader]) for reader in ("rules", "model"))
        documents.append(heard({"fields": {"buyer_name": said[right]}}, rules, model, complete=True))
    return documents


def test_the_reader_that_was_right_is_believed() -> None:
    for right, wrong in (("rules", "model"), ("model", "rules")):
        judgement = weigh(_documents(right, wrong), [])
        case = arbiter.case_of(_said("rules", 0.9, buyer_name="A"), _said("model", 0.9, buyer_name="B"), judgement)
        trusted = case.chance("buyer_name", by_rules=right == "rules")
        assert trusted > 0.8 > 0.2 > case.chance("buyer_name", by_rules=right != "rules")


def test_a_field_that_is_not_there_speaks_against_who_reads_it() -> None:
    said = _said("model", 0.9, buyer_name="Nobody")
    [(_, _, right)] = evidence_rows(heard({"fields": {}}, _said("rules", 0.9), said, complete=True))
    assert not right
    assert not [*evidence_rows(heard({"fields": {}}, _said("rules", 0.9), said, complete=False))]


def test_values_that_are_not_printed_are_not_judged() -> None:
    truth = {"fields": {"amount_due": "5.00", "buyer_name": "Mill"}, "derived_not_printed": ["amount_due"]}
    assert heard(truth, _said("rules", 0.9), _said("model", 0.9), complete=False).truth == {"buyer_name": ("Mill",)}


def test_samples_are_invoices_and_the_same_again() -> None:
    one, other = ([sample.seed for sample in worn_samples(4)] for _ in range(2))
    assert one == other and len(set(one)) == 4


def test_few_rows_stay_close_to_the_prior_and_many_do_not() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(4000), rng.normal(size=4000)])
    right = (rng.random(4000) < 1 / (1 + np.exp(-(0.5 + 2 * x[:, 1])))).astype(float)
    prior, penalty = np.array([-1.0, 0.0]), np.array([5.0, 5.0])
    many = ridge_logistic(x, right, np.ones(4000), prior, penalty)
    few = ridge_logistic(x[:3], right[:3], np.ones(3), prior, penalty)
    assert np.abs(many - [0.5, 2.0]).max() < 0.25 and np.abs(few - prior).max() < 0.6


def test_both_together_read_at_least_as_well_as_the_weaker_one_on_what_was_fitted() -> None:
    documents = [*_documents("rules", "model"), *_documents("model", "rules", 5)]
    judgement = weigh(documents, [])
    right = sum(
        combine.combine(document.rules, document.model, judgement).fields["buyer_name"].value
        == document.truth["buyer_name"][0]
        for document in documents
    )
    assert right >= 30
