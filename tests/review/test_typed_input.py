from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from automation.errors import Invalid
from inference.extraction.amounts import Mark
from inference.extraction.dates import Order
from inference.fields import FIELDS, Kind, from_text, to_text
from inference.types import Value
from review.typed_input import hints, understand

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
DATES = st.dates(min_value=date(1970, 1, 1), max_value=date(2069, 12, 31))
KINDS: list[Kind] = sorted({field.kind for field in FIELDS.values()} | {"percent", "number"})


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "1.234,56", Decimal("1234.56")),
        ("money", "1,234.56", Decimal("1234.56")),
        ("money", "1 234,56 EUR", Decimal("1234.56")),
        ("money", "€ 1.234", Decimal("1234")),
        ("money", "-12,50", Decimal("-12.50")),
        ("money", "(12.50)", Decimal("-12.50")),
        ("number", "2,5", Decimal("2.5")),
        ("percent", "19 %", Decimal(19)),
        ("percent", "5,5", Decimal("5.5")),
        ("date", "31.12.26", date(2026, 12, 31)),
        ("date", "12/31/26", date(2026, 12, 31)),
        ("date", "2026-12-31", date(2026, 12, 31)),
        ("date", "4. März 2026", date(2026, 3, 4)),
        ("currency", "€", "EUR"),
        ("currency", "usd", "USD"),
        ("choice", "Credit note", "credit_note"),
        ("iban", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("bic", "cobadeffxxx", "COBADEFFXXX"),
        ("vat_id", "de 136 695 976", "DE136695976"),
        ("id", " RE  2026/7 ", "RE 2026/7"),
        ("text", " Hafenstraße 12\n20457 Hamburg ", "Hafenstraße 12\n20457 Hamburg"),
    ],
)
def test_what_people_type(kind: Kind, text: str, value: Value) -> None:
    assert understand(kind, text, decimal_hint=",") == value


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("money", "12 invoices", "1.234,56"),
        ("money", "12,345,67", "1.234,56"),
        ("money", "1" * 13, "12 digits"),
        ("money", "0,00001", "4 after"),
        ("number", "two", "a number"),
        ("percent", "190", "between 0 and 100"),
        ("date", "31.02.2026", "31/12/2026"),
        ("date", "soon", "2026-12-31"),
        ("currency", "Taler", "EUR"),
        ("choice", "bill", "credit note"),
        ("iban", "DE89 3704 0044 0532 0130 01", "character by character"),
        ("bic", "COBA", "COBADEFFXXX"),
        ("vat_id", "136695976", "two letters"),
        ("text", "x" * 2001, "2000"),
        ("id", "A\x00B", "control"),
        ("id", "  ", "leave the field empty"),
    ],
)
def test_a_refusal_says_what_is_expected(kind: Kind, text: str, expected: str) -> None:
    with pytest.raises(Invalid) as refused:
        understand(kind, text, decimal_hint=",")
    assert expected in refused.value.message


@pytest.mark.parametrize(
    ("decimal", "order", "amount", "day"),
    [(",", "dmy", Decimal(1234), date(2026, 5, 4)), (".", "mdy", Decimal("1.234"), date(2026, 4, 5))],
)
def test_the_hints_settle_what_is_ambiguous(decimal: Mark, order: Order, amount: Decimal, day: date) -> None:
    assert understand("money", "1.234", decimal_hint=decimal) == amount
    assert understand("date", "04/05/2026", date_order_hint=order) == day


@pytest.mark.parametrize(
    ("country", "decimal", "order"),
    [
        ("DE", ",", "dmy"),
        ("US", ".", "mdy"),
        ("GB", ".", "dmy"),
        ("FR", ",", "dmy"),
        ("CH", ".", "dmy"),
        ("??", ".", "dmy"),
    ],
)
def test_the_country_hints_where_the_document_does_not(country: str, decimal: Mark, order: Order) -> None:
    assert (hints(country).decimal, hints(country).order) == (decimal, order)


def test_the_document_s_own_writing_goes_before_the_country() -> None:
    found = hints("DE", ["1,234.56", "10.00"], ["12/31/2026"])
    assert (found.decimal, found.order) == (".", "mdy")


@given(AMOUNTS, st.sampled_from(["de_DE", "en_GB", "fr_FR", "es_ES", "it_IT", "nl_NL", "en_US", "pl_PL"]))
def test_amounts_as_each_country_writes_them(amount: Decimal, locale: str) -> None:
    written = format_decimal(amount, "#,##0.00", locale=locale)
    assert understand("money", written, decimal_hint="." if locale.startswith("en") else ",") == amount


@given(DATES, st.sampled_from(["%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y", "%d %B %Y"]))
def test_dates_day_first(day: date, form: str) -> None:
    assert understand("date", day.strftime(form), date_order_hint="dmy") == day


@given(DATES, st.sampled_from(["%m/%d/%Y", "%m/%d/%y", "%B %d, %Y", "%Y-%m-%d"]))
def test_dates_month_first(day: date, form: str) -> None:
    assert understand("date", day.strftime(form), date_order_hint="mdy") == day


@given(st.sampled_from(KINDS), st.text(max_size=40), st.sampled_from([".", ","]), st.sampled_from(["dmy", "mdy"]))
def test_any_text_is_understood_or_refused_and_its_canonical_form_stays(
    kind: Kind, text: str, decimal: Mark, order: Order
) -> None:
    try:
        value = understand(kind, text, decimal_hint=decimal, date_order_hint=order)
    except Invalid:
        return
    assert from_text(kind, to_text(value)) == value
