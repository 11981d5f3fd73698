"""Dates in many languages, parsed back to what was formatted."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.extraction.date_ranges import find_ranges
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
        ("émise le 3 novembre 2025, suite au devis", date(2025, 11, 3)),
        ("14 Ιουνίου 2025", date(2025, 6, 14)),
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


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Periodo (01/03/2025-30/04/2025)", date(2025, 3, 1), date(2025, 4, 30)),
        ("Isporuka 03.06. - 17.06.2025", date(2025, 6, 3), date(2025, 6, 17)),
        ("za okres 01-15.11.2025", date(2025, 11, 1), date(2025, 11, 15)),
        ("vom 3. bis 9. November 2025", date(2025, 11, 3), date(2025, 11, 9)),
        ("Mar 14 – Apr 14, 2026", date(2026, 3, 14), date(2026, 4, 14)),
        ("June 1-30, 2026", date(2026, 6, 1), date(2026, 6, 30)),
        ("Dec 14 - Jan 13, 2026", date(2025, 12, 14), date(2026, 1, 13)),
        ("du 1er avril 2025 au 31 mai", date(2025, 4, 1), date(2025, 5, 31)),
        ("01 Jan 2026 to 31 Jan 2026", date(2026, 1, 1), date(2026, 1, 31)),
        ("del 1 al 31 de octubre de 2025", date(2025, 10, 1), date(2025, 10, 31)),
        ("2026-09-01 to / au 2026-09-05", date(2026, 9, 1), date(2026, 9, 5)),
        ("2025. október 1. – október 31.", date(2025, 10, 1), date(2025, 10, 31)),
        ("2025. október 1-31.", date(2025, 10, 1), date(2025, 10, 31)),
        ("01-12-2025 t/m 31-12-2025", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_what_one_end_of_a_range_lacks_the_other_has(text: str, first: date, last: date) -> None:
    assert [(begin[2], end[2]) for begin, end in find_ranges(text)] == [(first, last)]
    assert [found for _, _, found in sorted(find_dates(text))] == [first, last]


@pytest.mark.parametrize(
    "text", ["05-06-2025", "Rechnung 12 - 30.09.2025", "01.10.2025 / 30.10.2025", "2024-14 - 16 June 2026", "a 3 - 4 b"]
)
def test_what_is_no_range(text: str) -> None:
    assert list(find_ranges(text)) == []


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
