"""Amounts in the habits of many countries, parsed back to what was formatted."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from inference.extraction.amounts import decimal_mark, parse_amount

LOCALES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
    "hr",
    "de_CH",
    "de_AT",
    "en_IN",
    "hu",
    "ro",
    "tr",
)
CENTS = st.integers(min_value=0, max_value=10**11).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"),
        ("1'234.56", "1234.56"),
        ("CHF 1’234.50", "1234.50"),
        ("1234.5", "1234.5"),
        ("(123.45)", "-123.45"),
        ("123.45-", "-123.45"),
        ("-USD 47.90", "-47.90"),
        ("€ -12,00", "-12.00"),
        ("£99.00 CR", "-99.00"),
        ("EUR 1 234 ,56", "1234.56"),
        ("₹1,23,456.00", "123456.00"),
        ("1.234.567", "1234567"),
        ("1.234", "1234"),
        ("0.125", "0.125"),
        ("100,-", "100"),
        ("99.--", "99"),
        ("12,5", "12.5"),
    ],
)
def test_amount_habits(text: str, value: str) -> None:
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "12 Stk. 3", "1.23.4,5,6", "1,2,3", "..", "€"])
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None


def test_the_documents_mark_settles_three_digits() -> None:
    assert parse_amount("1.234", ".") == Decimal("1.234")
    assert parse_amount("1.234", ",") == Decimal("1234")
    assert decimal_mark(["12,50", "3.999,00", "1.234"]) == ","
    assert decimal_mark(["12.50"]) == "."
    assert decimal_mark(["1.234"]) is None


@given(CENTS, st.sampled_from(LOCALES), st.booleans())
def test_formatted_amounts_parse_back(amount: Decimal, locale: str, negative: bool) -> None:
    value = -amount if negative else amount
    assert (
        parse_amount(
            format_decimal(value, "#,##0.00", locale=locale)
            if locale != "en_IN"
            else format_decimal(value, "#,##,##0.00", locale=locale)
        )
        == value
    )


@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    parsed = parse_amount(text)
    assert parsed is None or parsed.is_finite()
