"""Supplier memory: what one confirmed invoice teaches about the next."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.evaluation import evaluate, prediction_of
from inference.extraction import combine, memory, rules
from inference.fields import to_text
from inference.training.synthetic import Sample
from inference.training.synthetic.__main__ import truth_row
from inference.training.synthetic.series import generate_series
from inference.types import Box, Page, Reading, Word
from tests.inference.pages import reading


def test_the_second_invoice_of_a_supplier_is_read_by_the_first() -> None:
    with_one, without = [], []
    for series in _suppliers(12):
        first, second = series[:2]
        example = memory.learn(first.reading, first.fields)
        said, truth = rules.extract(second.reading), truth_row(second, "second")
        remembered = memory.recall(second.reading, [example])
        assert remembered is not None
        with_one.append((truth, prediction_of(combine.with_memory(said, remembered))))
        without.append((truth, prediction_of(said)))
    assert evaluate(with_one).micro.f1 >= max(0.93, evaluate(without).micro.f1 + 0.05)


def test_an_example_is_plain_data() -> None:
    [first] = _suppliers(1, 1)[0]
    example = memory.learn(first.reading, first.fields)
    assert memory.from_json(json.loads(json.dumps(memory.to_json(example)))) == example


def test_another_supplier_is_not_recognised() -> None:
    suppliers = _suppliers(6, 1)
    examples = [memory.learn(series[0].reading, series[0].fields) for series in suppliers]
    for number, [sample] in enumerate(suppliers):
        others = [example for at, example in enumerate(examples) if at != number]
        said = memory.recall(sample.reading, others)
        fields = {} if said is None else said.fields
        assert "invoice_number" not in fields or fields["invoice_number"].confidence < 0.85


def test_a_corrected_value_is_found_in_its_place_next_time() -> None:
    def page(reference: str, number: str) -> Reading:
        rows = [
            ("Kranich", "Werke"), ("ATU12345675",), ("Zeichen", reference), ("Beleg", number), ("Danke",),
            ("Kundenbetreuung", "Ottakring"), ("Besuchen", "Sie", "uns"),
        ]  # fmt: skip
        words = [
            Word(text, Box(0.1 + 0.2 * at, 0.1 + 0.05 * line, 0.25 + 0.2 * at, 0.12 + 0.05 * line))
            for line, row in enumerate(rows)
            for at, text in enumerate(row)
        ]
        return Reading((Page(1, 595, 842, tuple(words), "test"),))

    example = memory.learn(page("A-17", "9001"), {"invoice_number": "9001", "seller_vat_id": "ATU12345675"})
    said = memory.recall(page("A-18", "9055"), [example])
    assert said is not None
    assert said.fields["invoice_number"].value == "9055"
    assert said.fields["seller_vat_id"].value == "ATU12345675"


def _bill(*lines: str) -> Reading:
    text = "Kranich Werke\nATU12345675\nKundenbetreuung Ottakring\nBesuchen Sie uns\n"
    return reading(text + "\n".join(lines))


HEAD = "Dings                    Bums      Zapp       Krach"


def test_a_confirmed_table_teaches_which_column_is_what() -> None:
    first = _bill(
        HEAD, "Wartung                    10      3,00       5,00", "Filter                      2      7,00       9,00"
    )
    rows = [
        {"description": "Wartung", "quantity": "10", "discount": "3.00", "net_amount": "5.00"},
        {"description": "Filter", "quantity": "2", "discount": "7.00", "net_amount": "9.00"},
    ]
    example = memory.learn(first, {"seller_vat_id": "ATU12345675"}, lines=rows)
    assert example.table is not None and memory.from_json(json.loads(json.dumps(memory.to_json(example)))) == example
    second = _bill(
        HEAD,
        "Pumpe klein                 4      1,00      12,00",
        "für Halle 3",
        "Dichtung                    1      2,00       8,00",
    )
    said = memory.recall(second, [example])
    assert said is not None
    cells = ("description", "quantity", "discount", "net_amount")
    assert [[to_text(row[cell].value) for cell in cells] for row in said.line_items] == [
        ["Pumpe klein für Halle 3", "4", "1.00", "12.00"],
        ["Dichtung", "1", "2.00", "8.00"],
    ]
    other = memory.recall(_bill("Ganz etwas anderes         1    4,00    5,00"), [example])
    assert other is None or other.line_items == ()


def test_a_value_of_several_words_within_a_run_is_found_by_its_words() -> None:
    first = _bill("Versand an Anna Berg", "Zeichen LJ 096 - 598 zu Hd.")
    example = memory.learn(
        first, {"ship_to_name": "Anna Berg", "customer_number": "LJ 096 - 598", "seller_vat_id": "ATU12345675"}
    )
    said = memory.recall(_bill("Versand an Anna Berg", "Zeichen LJ 096 - 612 zu Hd."), [example])
    assert said is not None
    assert said.fields["ship_to_name"].value == "Anna Berg"
    assert said.fields["customer_number"].value == "LJ 096 - 612"


_FLOATS = st.floats(-2, 3) | st.just(float("nan")) | st.just(float("inf"))
_WORDS = st.builds(Word, st.text(max_size=12), st.builds(Box, _FLOATS, _FLOATS, _FLOATS, _FLOATS))


@settings(max_examples=30, deadline=None)
@given(st.lists(_WORDS, max_size=25), st.lists(_WORDS, max_size=25))
def test_any_pages_get_an_answer(one: list[Word], other: list[Word]) -> None:
    pages = [Reading((Page(1, 595, 842, tuple(words), "test"),)) for words in (one, other)]
    fields = {"invoice_number": one[0].text if one else "1", "gross_amount": "12.00", "seller_name": "Any"}
    example = memory.learn(pages[0], fields)
    said = memory.recall(pages[1], [example])
    assert said is None or set(said.fields) <= {*fields, "currency"}


def _suppliers(count: int, invoices: int = 2) -> list[list[Sample]]:
    found: list[list[Sample]] = []
    seed = 31_000
    while len(found) < count:
        seed += 1
        series = generate_series(seed, invoices)
        if series[0].document_type == "invoice":
            found.append(series)
    return found
