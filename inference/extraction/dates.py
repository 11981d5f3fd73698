"""Dates as people print them, to `date`; day and month told apart by the rest of the document."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from inference.extraction.date_ranges import Order as Order
from inference.extraction.date_ranges import day_and_month, find_ranges
from inference.extraction.month_names import fold_name, months, year_of

_SEPARATOR = r"\s?[./\-–]\s?"
_NUMERIC = re.compile(
    rf"(?<![\d.,/])(\d{{1,2}})({_SEPARATOR})(\d{{1,2}})({_SEPARATOR})(\d{{4}}|\d{{2}})(?![\d/]|[.,]\d)"
)
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_WORD = r"([^\W\d_]{3,12})"
_DAY_FIRST = re.compile(rf"(?<![\w.,])(\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª)?[\s.\-/]{{0,3}}(?:de |of |d')?{_WORD}\.?[\s,.\-/']{{0,3}}(?:de |del |do )?(\d{{4}}(?!\d|[.,]\d)|\d{{2}}(?![\d,]|\.\d))", re.I)  # fmt: skip  # noqa: E501
_MONTH_FIRST = re.compile(
    rf"(?<!\w){_WORD}\.?[\s\-]{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?\s?,?[\s\-]{{1,2}}(\d{{4}})(?!\d)", re.I
)
_YEAR_FIRST = re.compile(rf"(?<!\d)((?:19|20)\d\d)[.\s\-]{{1,2}}{_WORD}\.?[\s\-]{{1,2}}(\d{{1,2}})(?!\d)", re.I)


def find_dates(text: str, order: Order = "dmy") -> Iterator[tuple[int, int, date]]:
    """Every date in the text as (start, end, date), never overlapping. `order` settles 04/05/2026.

    The ends of a range are dates even where they lack a part that the other end has.
    """
    if not any(map(str.isdigit, text)):
        return
    taken: list[tuple[int, int]] = []
    ends = (end for both in find_ranges(text, order) for end in both)
    for start, end, found in (*ends, *_iso(text), *_named(text), *_numeric(text, order)):
        if all(end <= s or start >= e for s, e in taken):
            taken.append((start, end))
            yield start, end, found


def parse_date(text: str, order: Order = "dmy") -> date | None:
    """The single date in the text, or None."""
    found = [value for _, _, value in find_dates(text, order)]
    return found[0] if len(found) == 1 else None


def date_order(texts: Iterable[str], hint: Order = "dmy") -> Order:
    """Which of day and month comes first, by dates on the document that allow one reading only; else the hint."""
    day_first = month_first = 0
    for text in texts:
        for match in _NUMERIC.finditer(text):
            first, second = int(match.group(1)), int(match.group(3))
            day_first += first > 12 >= second
            month_first += second > 12 >= first
    if day_first == month_first:
        return hint
    return "dmy" if day_first > month_first else "mdy"


def _iso(text: str) -> Iterator[tuple[int, int, date]]:
    for match in (*_ISO.finditer(text), *_CJK.finditer(text)):
        year, month, day = match.group(1), match.group(match.lastindex - 1), match.group(match.lastindex)  # type: ignore[operator, arg-type]
        yield from _valid(match, int(year), int(month), int(day))


def _named(text: str) -> Iterator[tuple[int, int, date]]:
    patterns = ((_DAY_FIRST, 3, 2, 1), (_MONTH_FIRST, 3, 1, 2), (_YEAR_FIRST, 1, 2, 3))
    for pattern, year, name, day in patterns:
        for match in pattern.finditer(text):
            month = months().get(fold_name(match.group(name)))
            if month:
                yield from _valid(match, year_of(match.group(year)), month, int(match.group(day)))


def _numeric(text: str, order: Order) -> Iterator[tuple[int, int, date]]:
    for match in _NUMERIC.finditer(text):
        separator = match.group(2).strip()
        neighbours = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
        if separator != match.group(4).strip() or (separator == "-" and "-" in neighbours):
            continue
        first, second, year = int(match.group(1)), int(match.group(3)), year_of(match.group(5))
        day, month = day_and_month(first, second, separator, order)
        yield from _valid(match, year, month, day)


def _valid(match: re.Match[str], year: int, month: int, day: int) -> Iterator[tuple[int, int, date]]:
    try:
        found = date(year, month, day)
    except ValueError:
        return
    if 1970 <= year <= 2100:
        yield match.start(), match.end(), found
