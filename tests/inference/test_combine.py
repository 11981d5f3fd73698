"""All readers together: agreement, rows of two tables, and an answer for whatever a page holds."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inference.evaluation import evaluate, prediction_of
from inference.extraction import arbiter, combine, memory, rules
from inference.extraction.combine_rows import amount_of, table
from inference.fields import FIELDS
from inference.training.synthetic import generate
from inference.training.synthetic.__main__ import truth_row
from inference.training.synthetic.degrade import degrade
from inference.types import Box, Extraction, FieldPrediction, Page, Reading, Row, Value, Word

HERE = Box(0.1, 0.1, 0.2, 0.12)


def _row(reader: str, **cells: Value) -> Row:
    return {name: FieldPrediction(name, str(value), value, 0.7, reader, 1, HERE) for name, value in cells.items()}


def _values(rows: tuple[Row, ...]) -> list[dict[str, Value]]:
    return [{name: cell.value for name, cell in row.items()} for row in rows]


def test_rows_of_the_same_amount_are_completed_cell_by_cell() -> None:
    one = (
        _row("rules", description="Paper", net_amount=Decimal(20)),
        _row("rules", description="Pen", net_amount=Decimal(5)),
    )
    other = (_row("model", description="Paper", quantity=Decimal(4), unit_price=Decimal(5), net_amount=Decimal(20)),)
    rows = table(one, other, {}, "net_amount", ("net_amount",))
    assert _values(rows) == [
        {"description": "Paper", "quantity": 4, "unit_price": 5, "net_amount": 20},
        {"description": "Pen", "net_amount": 5},
    ]
    assert rows[0]["description"].reader == "rules+model" and rows[0]["description"].confidence > 0.9


def test_arithmetic_decides_between_cells() -> None:
    one = (_row("rules", quantity=Decimal(2), unit_price=Decimal(7), net_amount=Decimal(21)),)
    other = (_row("model", quantity=Decimal(3), unit_price=Decimal(7), net_amount=Decimal(21)),)
    [row] = table(one, other, {}, "net_amount", ("net_amount",))
    assert row["quantity"].value == 3


def test_of_two_tables_the_one_that_adds_up_is_taken() -> None:
    fields = _row("rules", net_amount=Decimal(30))
    one = (_row("rules", net_amount=Decimal(10)),)
    other = tuple(_row("model", description="Paper", net_amount=Decimal(n)) for n in (10, 20))
    assert len(table(one, other, fields, "net_amount", ("net_amount",))) == 2
    assert len(table(one, other, {}, "net_amount", ("net_amount",))) == 1
    assert len(table((), other, {}, "net_amount", ("net_amount",))) == 2
    assert table((), (), {}, "net_amount", ("net_amount",)) == ()


def test_rows_that_only_one_reader_sees_are_taken_where_they_make_the_sum() -> None:
    fields = _row("rules", net_amount=Decimal(60), shipping_amount=Decimal(5))
    one = tuple(_row("rules", description="Paper", net_amount=Decimal(n)) for n in (10, 30, 40))
    other = tuple(_row("model", description="Paper", net_amount=Decimal(n)) for n in (10, 15, 30, 99))
    assert [amount_of(row, "net_amount") for row in table(one, other, fields, "net_amount", ("net_amount",))] == [
        10,
        15,
        30,
    ]


def test_a_row_whose_discount_is_used_beats_one_that_leaves_it_over() -> None:
    price = {"quantity": Decimal(1), "net_amount": Decimal(20)}
    one = (_row("rules", unit_price=Decimal(20), **price),)
    other = (_row("model", unit_price=Decimal(40), discount=Decimal(50), **price),)
    [row] = table(one, other, {}, "net_amount", ("net_amount",))
    assert [amount_of(row, cell) for cell in ("unit_price", "discount")] == [40, 50]


def test_badly_read_scans_are_read_better_together() -> None:
    samples = [degrade(sample, sample.seed) for sample in map(generate, range(60_000, 60_030))]
    samples = [sample for sample in samples if sample.document_type == "invoice"]
    both = evaluate((truth_row(s, ""), prediction_of(combine.extract(s.reading))) for s in samples)
    alone = evaluate((truth_row(s, ""), prediction_of(rules.extract(s.reading))) for s in samples)
    assert both.micro.f1 > alone.micro.f1 + 0.02
    assert both.line_items.f1 >= alone.line_items.f1


_EDGES = st.floats(allow_nan=True, allow_infinity=True) | st.floats(min_value=-0.5, max_value=1.5)
_TEXTS = st.text(min_size=1, max_size=10) | st.sampled_from(
    ["الإجمالي", "١٢٣", "חשבונית", "請求書", "合計", "¥1,000", "Total", "12,50", "€", "DE129273398", "3.11.2026"]
)
_WORDS = st.builds(Word, _TEXTS, st.builds(Box, _EDGES, _EDGES, _EDGES, _EDGES), st.just(1.0))


_BEYOND = [Word("Total", Box(1.7e308, 0.1, 1.7e308, 0.2), 1.0)]


@settings(max_examples=30, deadline=None)
@given(st.lists(_WORDS, max_size=30), st.sampled_from([595.0, 0.0, float("nan")]))
@example(_BEYOND, 595.0)
def test_any_page_has_an_answer_from_all_readers(words: list[Word], width: float) -> None:
    page = Reading((Page(1, width, 842.0, tuple(words), "test"),))
    example = memory.learn(page, {"seller_name": "Any", "gross_amount": "12.50"})
    said, problem = combine.read(page, [example])
    assert not problem
    assert all(0 <= field.confidence <= 1 for field in said.fields.values())
    for row in (*said.line_items, *said.tax_lines):
        assert all(0 <= cell.confidence <= 1 for cell in row.values())


@pytest.mark.parametrize(
    "words", [[], ["Rechnung"], ["فاتورة", "رقم", "1234"], ["請求書", "番号", "5678", "合計", "¥1,000"]]
)
def test_few_and_foreign_words(words: list[str]) -> None:
    placed = tuple(Word(text, Box(0.1 + 0.1 * at, 0.1, 0.18 + 0.1 * at, 0.12)) for at, text in enumerate(words))
    said, _ = combine.read(Reading((Page(1, 595, 842, placed, "test"),)))
    assert "gross_amount" not in said.fields or "¥1,000" in words
    assert combine.read(Reading(()))[0].fields == {}


def _said(reader: str, sure: float, **fields: Value) -> Extraction:
    return Extraction(
        reader,
        reader,
        {name: FieldPrediction(name, str(value), value, sure, reader, 1, HERE) for name, value in fields.items()},
    )


def test_what_is_due_is_the_total_less_what_was_paid() -> None:
    one = _said("rules", 0.7, gross_amount=Decimal(120), amount_paid=Decimal(20), amount_due=Decimal(100))
    other = _said("model", 0.99, gross_amount=Decimal(120), amount_due=Decimal(15))
    due = combine.combine(one, other).fields["amount_due"]
    assert due.value == Decimal(100) and due.alternatives[0].value == Decimal(15)


def test_a_contested_value_goes_to_a_person_whoever_is_believed() -> None:
    one, other = _said("rules", 0.97, buyer_name="Anna Berg"), _said("model", 0.99, buyer_name="Nordwind")
    for judgement, believed in ((_judge(rules=9.0), "Anna Berg"), (_judge(model=9.0), "Nordwind")):
        field = combine.combine(one, other, judgement).fields["buyer_name"]
        assert field.value == believed and field.confidence < combine.DOUBT
        assert {field.value, field.alternatives[0].value} == {"Anna Berg", "Nordwind"}
        assert field.reasons[0].startswith("readers disagree")


def _judge(rules: float = 0.0, model: float = 0.0) -> arbiter.Judgement:
    """Trusts a contested value of the rules, or of the network, that much."""
    weights = [0.0] * len(arbiter.EVIDENCE)
    weights[arbiter.EVIDENCE.index("rules_opposed")] = rules
    weights[arbiter.EVIDENCE.index("model_opposed")] = model
    return {"name": tuple(weights), "money": tuple(weights)}


def test_what_only_the_network_sees_is_kept_where_it_is_likely() -> None:
    nothing, seen = _said("rules", 0.9), _said("model", 0.9, buyer_name="Nordwind")
    alone = [0.0] * len(arbiter.EVIDENCE)
    for weight, kept in ((2.0, True), (-2.0, False)):
        alone[arbiter.EVIDENCE.index("model")] = weight
        said = combine.combine(nothing, seen, {"name": tuple(alone)})
        assert ("buyer_name" in said.fields) is kept


def test_sums_of_one_reader_are_not_torn_apart() -> None:
    one = _said("rules", 0.7, net_amount=Decimal(100), tax_amount=Decimal(19), gross_amount=Decimal(119))
    other = _said("model", 0.99, net_amount=Decimal(90), tax_amount=Decimal(19), gross_amount=Decimal(119))
    sums = combine.combine(one, other, _judge(model=9.0)).fields
    assert sums["net_amount"].value == Decimal(100) and sums["net_amount"].reasons


def test_the_shipped_judgement_knows_every_family() -> None:
    judgement = arbiter.shipped()
    assert {arbiter.family_of(name) for name in FIELDS} - {"choice"} <= judgement.keys()
    assert all(len(weights) == len(arbiter.EVIDENCE) for weights in judgement.values())


def test_a_confirmed_invoice_overrules_both() -> None:
    one, other = _said("rules", 0.4, buyer_name="Anna Berg"), _said("model", 0.99, buyer_name="Nordwind")
    both = combine.combine(one, other, _judge(rules=9.0))
    told = combine.with_memory(both, _said("memory", 0.97, buyer_name="Nordwind"))
    assert told.fields["buyer_name"].value == "Nordwind" and told.fields["buyer_name"].reader == "memory"


def test_a_corrected_name_stands_though_all_others_agree_on_another() -> None:
    agreed = combine.combine(
        _said("rules", 0.95, seller_name="Mill SARL"), _said("model", 0.95, seller_name="Mill SARL")
    )
    told = combine.with_memory(agreed, _said("memory", 0.94, seller_name="The Mill Bakery"))
    assert told.fields["seller_name"].value == "The Mill Bakery" and told.fields["seller_name"].confidence == 0.94
    assert told.fields["seller_name"].alternatives[0].value == "Mill SARL"


def test_a_seller_whom_one_reader_takes_for_the_buyer_is_the_seller() -> None:
    rules_say = Extraction("rules", "1", _row("rules", seller_name="Nordwind GmbH"))
    model_says = Extraction("model", "2", _row("model", buyer_name="Nordwind GmbH"))
    fields = combine.combine(rules_say, model_says).fields
    assert fields["seller_name"].value == "Nordwind GmbH" and "buyer_name" not in fields


def test_one_name_for_both_parties_is_the_one_that_it_plainly_is() -> None:
    rules_say = Extraction("rules", "1", _row("rules", seller_name="Nordwind GmbH", buyer_name="Anna AG"))
    model_says = Extraction("model", "2", _row("model", seller_name="Anna AG", buyer_name="Anna AG"))
    weights = [0.0] * len(arbiter.EVIDENCE)
    weights[arbiter.EVIDENCE.index("both")], weights[arbiter.EVIDENCE.index("model_opposed")] = 4.0, 1.0
    fields = combine.combine(rules_say, model_says, {"name": tuple(weights)}).fields
    assert (fields["seller_name"].value, fields["buyer_name"].value) == ("Nordwind GmbH", "Anna AG")


def test_a_vat_id_is_not_both_parties() -> None:
    said = combine.combine(
        _said("rules", 0.9, seller_name="Kranich Werke GmbH", seller_vat_id="ATU40763401"),
        _said("model", 0.9, seller_name="Kranich Werke GmbH", buyer_vat_id="ATU40763401"),
    )
    assert said.fields["seller_vat_id"].value == "ATU40763401"
    assert "buyer_vat_id" not in said.fields
