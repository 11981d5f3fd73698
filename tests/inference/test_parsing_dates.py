"""Dates in many languages, parsed back to what was formatted."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.extraction.dates import Order, date_order, find_dates, parse_date

LOCALES = (
    "en",
    "en_GB",
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
    "ro",
    "tr",
    "hu",
)
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2069, 12, 31))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14.11.2026", date(2026, 11, 14)),
        ("14. 11. 2026", date(2026, 11, 14)),
        ("4/5/26", date(2026, 5, 4)),
        ("2026-11-14", date(2026, 11, 14)),
        ("14 Nov 2026", date(2026, 11, 14)),
        ("November 14, 2026", date(2026, 11, 14)),
        ("14-Nov-26", date(2026, 11, 14)),
        ("le 1er août 2024", date(2024, 8, 1)),
        ("3 de marzo de 2025", date(2025, 3, 3)),
        ("7. Mai 2014", date(2014, 5, 7)),
        ("May 2nd, 2024", date(2024, 5, 2)),
        ("2024年3月5日", date(2024, 3, 5)),
        ("12/31/2024", date(2024, 12, 31)),
    ],
)
def test_date_habits(text: str, value: date) -> None:
    assert parse_date(text) == value


@pytest.mark.parametrize("text", ["31.02.2024", "1.234,56", "192.168.1.10", "13/13/2024", "12 Stück 2024", "99", ""])
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_other_dates_on_the_document_settle_the_order() -> None:
    assert date_order(["due 03/25/2024", "04/05/2024"]) == "mdy"
    assert date_order(["due 25/03/2024", "04/05/2024"], "mdy") == "dmy"
    assert parse_date("04/05/2024", "mdy") == date(2024, 4, 5)
    assert parse_date("04.05.2024", "mdy") == date(2024, 5, 4), "dotted dates are day first everywhere"


def test_a_range_is_two_dates() -> None:
    assert [found for _, _, found in find_dates("01.05.14-31.05.14")] == [date(2014, 5, 1), date(2014, 5, 31)]


@given(DAYS, st.sampled_from(LOCALES), st.sampled_from(["medium", "long"]))
def test_formatted_dates_parse_back(day: date, locale: str, width: str) -> None:
    order: Order = "mdy" if locale == "en" else "dmy"
    if locale in ("pl", "cs", "hr"):
        width = "long"
    assume((locale, day.month) not in (("pl", 11), ("hr", 10)))  # "listopada" is both: it is left unread
    text = format_date(day, width, locale=locale)
    assert parse_date(text, order) == day, text


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    for start, end, found in find_dates(text):
        assert 0 <= start < end <= len(text)
        assert isinstance(found, date)
