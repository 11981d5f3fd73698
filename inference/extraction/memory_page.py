"""A page as memory looks at it: what its layout and supplier are known by; what could be a value, and its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from inference.extraction.candidates import Hit, find_hits
from inference.extraction.labels import find_labels, fold, lexicon
from inference.extraction.level import levelled
from inference.extraction.lines import GAP, Layout, Run, layout
from inference.fields import FIELDS
from inference.types import Box, Reading, Value

KINDS = {
    "date": ("date",),
    "money": ("money", "number"),
    "iban": ("iban",),
    "bic": ("bic",),
    "vat_id": ("vat_id", "id"),
    "currency": ("currency",),
    "id": ("id", "number", "phone", "vat_id"),
    "seller_email": ("email",),
    "seller_website": ("website",),
    "seller_phone": ("phone",),
}
UNSIGNED = ("discount_amount", "amount_paid")
_PUBLIC = frozenset("gmail.com outlook.com hotmail.com yahoo.com web.de gmx.de gmx.net orange.fr aol.com icloud.com".split())  # fmt: skip  # noqa: E501, SIM905


class Place(NamedTuple):
    """Where a value stood: what is printed to its left and above it, its edges, its page, the shape of its text."""

    left: str
    above: str
    x0: float
    x1: float
    y: float
    page: int
    shape: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Something on the new page that a field could be."""

    value: Value
    raw: str
    page: int
    box: Box
    place: Place


class RememberedPage:
    """A reading as memory looks at it."""

    def __init__(self, reading: Reading) -> None:
        straight, self.lies = levelled(reading)
        self.lines: Layout = layout(straight)
        self.hits: list[Hit] = find_hits(self.lines)
        self.pages = len(reading.pages)
        runs = [(run, skeleton(run.text)) for run in self.lines.runs]
        self.marks = frozenset(f"{text}@{round(run.box.x0 * 20)}" for run, text in runs if len(text) > 2)
        words = lexicon("TITLES")
        self.titles = frozenset(label.key for line in self.lines.lines for label in find_labels(line, words))
        self._signs: frozenset[str] | None = None
        self._seen: dict[str, list[Seen]] = {}
        self._spans: dict[int, list[Seen]] = {}

    def level(self, page: int, box: Box) -> Box:
        """Where a box of the page as it came lies on the levelled one."""
        return self.lies[page].level(box) if page in self.lies else box

    @property
    def signs(self) -> frozenset[str]:
        if self._signs is None:
            texts = {sign_of(run.text) for run in self.lines.runs}
            values = {
                site_of(str(hit.value)) if hit.kind in ("email", "website") else sign_of(str(hit.value))
                for hit in self.hits
                if hit.kind in ("vat_id", "iban", "email", "website", "phone", "id")
            }
            self._signs = frozenset(texts | values) - {""}
        return self._signs

    def seen(self, name: str) -> list[Seen]:
        """What on the page could be the field, by its kind."""
        kind = name if name in KINDS or name in UNSIGNED else FIELDS[name].kind
        if kind not in self._seen:
            self._seen[kind] = [*self._of_hits(kind), *(self._of_runs() if kind in ("name", "text", "id") else ())]
        return self._seen[kind]

    def _of_hits(self, kind: str) -> Iterator[Seen]:
        for hit in self.hits:
            if hit.kind in KINDS.get("money" if kind in UNSIGNED else kind, ()):
                value = hit.candidate.raw.strip(" #") if kind == "id" else hit.value
                if kind in UNSIGNED and isinstance(value, Decimal):
                    value = abs(value)
                place = self._place(hit.line.index, hit.start, hit.box, hit.candidate.raw)
                yield Seen(value, hit.candidate.raw, hit.candidate.page, hit.box, place)

    def _of_runs(self) -> Iterator[Seen]:
        """Whole runs, and what follows a colon or a number sign in them."""
        for run in self.lines.runs:
            for offset in {0, *(match.end() for match in re.finditer(r"[:#]\s*", run.text))}:
                text = run.text[offset:].strip()
                if any(map(str.isalnum, text)):
                    start = run.start + offset
                    _, box = run.line.span(start, run.end)
                    yield Seen(text, text, run.line.page, box, self._place(run.line.index, start, box, text))

    def spans(self, length: int) -> list[Seen]:
        """All stretches of so many words on a line: where a value is neither a candidate nor a run of its own."""
        if length not in self._spans:
            self._spans[length] = [*self._of_spans(length)]
        return self._spans[length]

    def _of_spans(self, length: int) -> Iterator[Seen]:
        for line in self.lines.lines:
            stops = [*(start - 1 for start in line.starts[1:]), len(line.text)]
            for first in range(len(line.starts) - length + 1):
                start, stop = line.starts[first], stops[first + length - 1]
                text = line.text[start:stop].replace(GAP, " ").strip(" ,;:|")
                if any(map(str.isalnum, text)):
                    _, box = line.span(start, stop)
                    yield Seen(text, text, line.page, box, self._place(line.index, start, box, text))

    def block(self, text: str) -> Seen | None:
        """The parts of a text of several lines, each found somewhere on one page."""
        parts = [key for part in text.split(",") if len(key := fold(part)) > 1]
        if len(parts) < 2:
            return None
        found: dict[str, Run] = {}
        for run in self.lines.runs:
            found |= {part: run for part in parts if part not in found and part in fold(run.text)}
        if len(found) < len(set(parts)):
            return None
        runs = list(dict.fromkeys(found.values()))
        box = runs[0].box
        for run in runs[1:]:
            box = box.union(run.box)
        raw = " ".join(run.text for run in runs)
        return Seen(text, raw, runs[0].line.page, box, self._place(runs[0].line.index, runs[0].start, box, raw))

    def _place(self, line: int, start: int, box: Box, raw: str) -> Place:
        here = self.lines.lines[line]
        before = here.text[:start].rstrip(GAP + " ")
        left = skeleton(before.rsplit(GAP, 1)[-1])
        return Place(
            left, self._above(line, box), round(box.x0, 4), round(box.x1, 4), round(box.y0, 4), here.page, _shape(raw)
        )

    def _above(self, line: int, box: Box) -> str:
        """The nearest run above that shares some of the width."""
        page = self.lines.lines[line].page
        for other in reversed(self.lines.lines[max(line - 4, 0) : line]):
            if other.page != page:
                break
            for run in other.runs:
                if run.box.x0 < box.x1 and run.box.x1 > box.x0:
                    return skeleton(run.text)
        return ""


def skeleton(text: str) -> str:
    """Letters alone, folded: what stays the same from one invoice to the next."""
    return re.sub(r"\d+", "0", fold(text))[-40:]


def _shape(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text.strip())))[:16]


def sign_of(text: str) -> str:
    plain = fold(text)
    return plain if len(plain) >= 5 else ""


def site_of(text: str) -> str:
    """The domain of a mail address or website; nothing for those that anyone can have."""
    domain = re.sub(r"^(?:.*@|https?://)?(?:www\.)?", "", text.strip().lower()).split("/")[0]
    return f"@{domain}" if "." in domain and domain not in _PUBLIC else ""
