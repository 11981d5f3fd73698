from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from inference.extraction.amounts import Mark
from inference.extraction.dates import Order
from inference.fields import Kind
from review import formatting
from review.typed_input import understand

LOCALES = ["en_GB", "en_US", "de_DE", "de_CH", "fr_FR", "es_ES", "it_IT", "nl_NL"]
MARKS: tuple[Mark, ...] = (".", ",")


@pytest.mark.parametrize("locale", LOCALES)
@given(value=st.decimals(-(10**9), 10**9, places=4), currency=st.sampled_from(["EUR", "JPY", "KWD", ""]))
def test_an_amount_shown_is_understood_as_itself_whatever_the_document_is_used_to(
    locale: str, value: Decimal, currency: str
) -> None:
    written = formatting.shown("money", str(value), currency, Locale.parse(locale))
    assert {understand("money", written, decimal_hint=mark) for mark in MARKS} == {value}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", ["1195", "1.195", "12.5", "0.25", "1234567", "10.5000", "3.125", "0.001"])
@pytest.mark.parametrize("kind", ["number", "money"])
def test_a_quantity_shown_is_understood_as_itself(locale: str, text: str, kind: Kind) -> None:
    written = formatting.shown(kind, text, "EUR", Locale.parse(locale))
    assert {understand(kind, written, decimal_hint=mark) for mark in MARKS} == {Decimal(text)}


@pytest.mark.parametrize("locale", LOCALES)
@given(value=st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_a_date_shown_is_understood_as_itself(locale: str, value: date) -> None:
    written = formatting.shown("date", value.isoformat(), "", Locale.parse(locale))
    order: Order = "mdy" if locale == "en_US" else "dmy"
    assert understand("date", written, date_order_hint=order) == value


def test_what_is_no_value_of_its_kind_is_shown_as_it_is() -> None:
    assert formatting.shown("date", "soon", "", Locale("en")) == "soon"
    assert formatting.shown("money", "a lot", "EUR", Locale("en")) == "a lot"


@pytest.mark.parametrize(
    ("header", "expected"),
    [("de-CH,de;q=0.9", "de_CH"), ("xx,fr;q=0.5", "fr"), ("zh-CN", "en_GB"), ("", "en_GB"), ("%%", "en_GB")],
)
def test_the_reader_s_locale_is_the_first_that_can_be_read_back(header: str, expected: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": header})
    assert str(formatting.locale_of(request)) == expected
