"""Ranges of dates as people print them: "01-30.09.2025", "Aug 14 - Sep 14, 2026", "1er avril 2025 au 31 mai".

What one end lacks, the other has: a year, a month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from inference.extraction.lines import GAP
from inference.extraction.month_names import fold_name, months, year_of

Order = Literal["dmy", "mdy"]
End = tuple[int, int, date]
"""Where one end of a range begins and ends in the text, and its date."""

LONGEST = 5 * 366
_TO = (
    r"(?:to|until|till?|through|thru|bis(?:\s(?:zum|einschl\w*\.?|einschließlich))?|au|jusqu['’]au|à|al|a|hasta(?:\sel)?"
    r"|fino\sal|ao|até|ate|tot(?:\sen\smet)?|t/m|t\.?\s?e\.?\s?m\.?|t\.?\s?o\.?\s?m\.?|do|až|la|până\sla|pana\sla"
    r"|έως|ως|μέχρι|kuni|līdz|iki)"
)
JOIN = re.compile(rf"\s{{0,2}}(?:[-–—−]|(?<!\w){_TO}(?:\s?/\s?{_TO})?(?!\w))\s{{0,2}}", re.IGNORECASE)
_FROM = re.compile(r"(?:^|[(:]|(?<!\w)(?:from|vom|von|du|del?|dal|desde|van|fra|från|od|de la|από))\s*$", re.IGNORECASE)
_ORDINAL = r"(?:st|nd|rd|th|er|\.|º|°|ª)?"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_PARTS = (
    rf"(?P<year>(?:19|20)\d\d)\.?\s{_NAME}\s(?P<day>\d{{1,2}})",
    r"(?P<year>(?:19|20)\d\d)(?P<sep>[-./])\s?(?P<month>\d{1,2})(?P=sep)\s?(?P<day>\d{1,2})",
    r"(?P<first>\d{1,2})(?P<sep>[./\-])\s?(?P<second>\d{1,2})(?:(?P=sep)\s?(?P<year>\d{4}|\d{2}))?",
    rf"(?P<day>\d{{1,2}}){_ORDINAL}[\s\-]?(?:de |of |d['’])?{_NAME}"
    r"(?:[\s,\-]{1,2}(?:de |del |do )?(?P<year>\d{4}|['’]?\d{2}(?!\s?[^\W\d_])))?",
    rf"{_NAME}\s(?P<day>\d{{1,2}}){_ORDINAL}(?:,?\s(?P<year>\d{{4}}))?",
    rf"(?P<day>\d{{1,2}}){_ORDINAL}(?:,\s(?P<year>\d{{4}}))?",
)
_LEFT = tuple(re.compile(rf"(?<![\w.,/:+\-–]){part}\.?$", re.IGNORECASE) for part in _PARTS)
_RIGHT = tuple(re.compile(rf"{part}(?![\w/]|[.,:]\d)", re.IGNORECASE) for part in _PARTS)
_REACH = 24


@dataclass(frozen=True)
class _Part:
    """One end of a range, as much of it as is printed. `bare`: a day alone; `leads`: its year stands first."""

    start: int
    end: int
    day: int
    month: int | None
    year: int | None
    bare: bool
    leads: bool


def find_ranges(text: str, order: Order = "dmy") -> Iterator[tuple[End, End]]:
    """Every two dates of the text that are joined to a range, of which one is complete at least."""
    for join in JOIN.finditer(text):
        if not join.start() or join.end() == len(text):
            continue
        left = _part(_LEFT, text, order, join.start())
        right = _part(_RIGHT, text, order, join.end(), after=True) if left else None
        if left and right and (not left.bare or _opens(text, left, join)):
            dates = _dates(left, right)
            if dates:
                yield (left.start, left.end, dates[0]), (right.start, right.end, dates[1])


def _part(patterns: tuple[re.Pattern[str], ...], text: str, order: Order, at: int, after: bool = False) -> _Part | None:
    """The date, or what there is of one, that ends (`after`: begins) at a place of the text."""
    for pattern in patterns:
        match = pattern.match(text, at) if after else pattern.search(text, max(0, at - _REACH), at)
        found = _read(match, order) if match else None
        if found:
            return found
    return None


def _read(match: re.Match[str], order: Order) -> _Part | None:
    parts = match.groupdict()
    year = year_of(parts["year"].strip("'’")) if parts.get("year") else None
    month: int | None = None
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        if year is None and (parts["sep"] == "-" or not second):
            return None
        day, month = day_and_month(first, second, parts["sep"], order)
    else:
        day = int(parts["day"])
        if parts.get("name"):
            month = months().get(fold_name(parts["name"]))
            if month is None:
                return None
        elif parts.get("month"):
            month = int(parts["month"])
    leads = match.group()[:4].isdigit() and parts.get("sep") in (None, ".")
    return _Part(match.start(), match.end(), day, month, year, month is None, leads) if 1 <= day <= 31 else None


def day_and_month(first: int, second: int, separator: str, order: Order) -> tuple[int, int]:
    """Which of two numbers is the day: an order holds only where the month can be first, and never with points."""
    month_leads = (order == "mdy" and separator != "." and first <= 12) or second > 12
    return (second, first) if month_leads else (first, second)


def _opens(text: str, left: _Part, join: re.Match[str]) -> bool:
    """Whether a day alone is the begin of a range and not some other number before a date."""
    return GAP not in join.group() and (not join.group()[:1].isspace() or bool(_FROM.search(text, 0, left.start)))


def _dates(left: _Part, right: _Part) -> tuple[date, date] | None:
    known = left.year or right.year
    first_month, last_month = left.month or right.month, right.month or left.month
    if (
        known is None
        or first_month is None
        or last_month is None
        or (right.bare and right.year is None and not left.leads)
    ):
        return None
    if right.bare and right.day <= left.day:
        return None
    turn = (first_month, left.day) > (last_month, right.day)  # "Dec 14 - Jan 13, 2026"
    try:
        first = date(left.year or known - turn, first_month, left.day)
        last = date(right.year or known + turn, last_month, right.day)
    except ValueError:
        return None
    return (first, last) if first <= last and (last - first).days <= LONGEST and first.year >= 1970 else None
