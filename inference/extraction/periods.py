"""The service period (EN 16931, BG-14): a range of dates, two dates that limit it, a month, or its end alone."""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from inference.extraction import predictions
from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.date_ranges import JOIN
from inference.extraction.document import Document
from inference.extraction.month_names import fold_name, months
from inference.types import Candidate, FieldPrediction

Range = tuple[Hit, Hit]

_TIME = r"\.?(?:,?\s\d\d?[:.h]\d\d(?:\s?(?:h|Uhr|[ap]\.?m\.?))?)?"
_BETWEEN = re.compile(rf"{_TIME}{JOIN.pattern}", re.IGNORECASE)
_OTHER = re.compile(
    r"contra[ct]t|vertrag|laufzeit|garant|warrant|g[üu]ltig|\bvalid|closed|geschlossen|urlaub|holiday|ferien|abschl[aä]g"
    r"|vorjahr|(?:previous|prior|last|same) (?:year|period)|pr[ée]c[ée]dent|anterior|precedente|öffnung|hours|skonto"
    r"|zahl",
    re.IGNORECASE,
)
_MONTH = re.compile(r"[\s:.]*(?:(?P<first>[^\W\d_]{3,12})\s?(?:[-–/]|bis|to|à|a|t/m|till?|do)\s?)?(?P<last>[^\W\d_]{3,12})\.?,? (?:de |del )?(?P<year>20\d\d)(?!\d)", re.I)  # fmt: skip  # noqa: E501
_QUARTER = re.compile(
    r"[\s:.]*(?:Q(?P<quarter>[1-4])|(?P<nth>[1-4])(?:\.|st|nd|rd|th|er|e|º|o)?\s?"
    r"(?:quart|trim|kwart|kvart|negyed|čtvrtl|štvrť|tromes|τρίμ)\w*)[\s/]{0,2}(?:de |del )?(?P<year>20\d\d)(?!\d)",
    re.IGNORECASE,
)
_NUMERIC_MONTH = re.compile(r"[\s:.]*(?P<month>0[1-9]|1[0-2])[/.](?P<year>20\d\d)(?![\d./])")
LABELLED = 0.4
IN_HEAD, IN_BODY = 0.35, 0.25


def service_period(document: Document) -> Iterator[FieldPrediction]:
    """Start and end, or what is said of them; surer behind a label than where a range merely stands in the head."""
    dates = [hit for hit in document.hits if hit.kind == "date"]
    scored = _ranked(document, list(ranges(dates)))
    if not scored or scored[0][1] < LABELLED:
        scored = [*((both, 0.6) for both in _limits(document)), *_months(document), *scored]
    if scored:
        (first, last), score = scored[0]
        sure = confidence("date", score, score - (scored[1][1] if len(scored) > 1 else 0.0))
        why = ("no label says that this is the service period",) if score < LABELLED else ("its label is vague",)
        yield predictions.of_hit("service_period_start", first, sure, why)
        yield predictions.of_hit("service_period_end", last, sure, why)
        return
    ends = document.ranked("period_end", ("date",))
    if ends and ends[0][1] >= LABELLED:
        sure = confidence("date", ends[0][1], 0.3)
        yield predictions.of_hit("service_period_end", ends[0][0], sure, ("the period's start is not printed",))


def ranges(dates: Iterable[Hit]) -> Iterator[Range]:
    """Every two of the dates that the text joins to a range, on one line or broken over two of a column."""
    by_line: dict[int, list[Hit]] = {}
    for hit in dates:
        by_line.setdefault(hit.line.index, []).append(hit)
    for index, found in by_line.items():
        found.sort(key=lambda hit: hit.start)
        for first, last in pairwise(found):
            if _BETWEEN.fullmatch(first.line.text[first.end : last.start]) and _in_order(first, last):
                yield first, last
        for first in found:
            yield from ((first, last) for last in by_line.get(index + 1, [])[:4] if _goes_on(first, last))


def _goes_on(first: Hit, last: Hit) -> bool:
    """Whether a range is broken behind its first date, with the word that joins on either line."""
    above = first.line.run_at(first.start)
    below = last.line.run_at(last.start)
    if above is None or below is None or first.line.page != last.line.page or first.line.box.y0 > last.line.box.y0:
        return False
    aligned = abs(above.box.x0 - below.box.x0) < 2 * first.line.em or abs(first.box.x0 - last.box.x0) < first.line.em
    between = f"{first.line.text[first.end : above.end]} {last.line.text[below.start : last.start]}"
    return aligned and bool(_BETWEEN.fullmatch(between)) and _in_order(first, last)


def _in_order(first: Hit, last: Hit) -> bool:
    return isinstance(first.value, date) and isinstance(last.value, date) and first.value <= last.value


def _ranked(document: Document, found: list[Range]) -> list[tuple[Range, float]]:
    """The ranges by what their labels say; of several in the table the one that its rows repeat."""
    positions = {id(hit): position for position, hit in enumerate(document.hits)}
    scored: list[tuple[Range, float]] = []
    repeated = Counter((first.value, last.value) for first, last in found).most_common(2)
    for first, last in found:
        position, before = positions[id(first)], _before(first)
        said = document.evidence.strength
        score = max(said(position, "service_period"), 0.7 * said(position, "service_date"))
        rival = max(said(position, role) for role in ("due_date", "issue_date"))
        if _named(document, first):
            score = max(score, 0.6)
        if score < LABELLED and (rival >= LABELLED or _OTHER.search(before)):
            continue
        if first.line.index in document.body:
            most = (first.value, last.value) == repeated[0][0]
            alone = len(repeated) == 1 or repeated[0][1] > repeated[1][1]
            score = max(score - 0.3, IN_BODY if most and alone else 0.0)
        else:
            score = max(score, IN_HEAD)
        if score > 0:
            scored.append(((first, last), score - 0.02 * first.line.page))
    return _once(sorted(scored, key=lambda pair: -pair[1]))


def _once(scored: list[tuple[Range, float]]) -> list[tuple[Range, float]]:
    best: dict[tuple[object, object], tuple[Range, float]] = {}
    for both, score in scored:
        best.setdefault((both[0].value, both[1].value), (both, score))
    return list(best.values())


def _before(hit: Hit) -> str:
    run = hit.line.run_at(hit.start)
    return hit.line.text[run.start : hit.start] if run else ""


def _named(document: Document, hit: Hit) -> bool:
    """Whether a label of a period stands before it on its line with no other date between."""
    others = [other.start for other in document.hits if other.line is hit.line and other.kind == "date"]
    return any(
        "service_period" in label.roles
        and label.end <= hit.start
        and not any(label.end <= start < hit.start for start in others)
        for label in document.labels.get(hit.line.index, ())
    )


def _limits(document: Document) -> Iterator[Range]:
    """Two dates side by side or under each other that are labelled as limits: arrival and departure, from and to.

    The earlier one is the start: a car that is rented goes out first, a guest comes in first.
    """
    found = [
        hit
        for position, hit in enumerate(document.hits)
        if hit.kind == "date" and document.evidence.score(position, "period_limit", ("other_date",)) >= LABELLED
    ]
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            apart = other.line.index - one.line.index
            column = min(abs(one.box.x0 - other.box.x0), abs(one.box.x1 - other.box.x1)) < 4 * one.line.em
            if (
                one.line.page == other.line.page
                and (apart == 0 or (apart <= 3 and column))
                and one.value != other.value
            ):
                yield (one, other) if _in_order(one, other) else (other, one)


def _months(document: Document) -> Iterator[tuple[Range, float]]:
    """Whole months or a quarter behind a label of a period: "Leistungszeitraum: März 2026"."""
    for index, labels in document.labels.items():
        line = document.lines.lines[index]
        for label in labels:
            if not {"service_period", "service_date"} & {*label.roles}:
                continue
            tried = (pattern.match(line.text, label.end) for pattern in (_QUARTER, _MONTH, _NUMERIC_MONTH))
            match = next((match for match in tried if match), None)
            found = _whole(match) if match else None
            if match and found:
                start = match.end() - len(match.group().lstrip(" \t:."))
                words, box = line.span(start, match.end())
                raw = line.text[start : match.end()]
                first, last = (
                    Hit(Candidate("date", raw, day, line.page, box, words), line, start, match.end()) for day in found
                )
                yield (first, last), 0.6


def _whole(match: re.Match[str]) -> tuple[date, date] | None:
    said, year = match.groupdict(), int(match["year"])
    quarter = int(said.get("quarter") or said.get("nth") or 0)
    if quarter:
        return date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, monthrange(year, 3 * quarter)[1])
    last = int(said["month"]) if said.get("month") else months().get(fold_name(said["last"]))
    first = months().get(fold_name(said["first"])) if said.get("first") else last
    if not first or not last or first > last:
        return None
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
