"""Truth put back onto the page it was read from: which words of a real document say which of its values.

A value is looked for by what it means (a date, an amount, an identifier without its spaces, a name that is nearly the
same). Where it stands in several places the network of before says which of them is meant, and the others are left
open: of them nothing is learned. Nor of fields that the truth leaves out, and of values that are not found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapidfuzz.distance import Levenshtein

from inference.evaluation import ALIASES, matches
from inference.extraction import learned
from inference.extraction.decode import Scores, telling_words
from inference.extraction.features import featurise
from inference.extraction.level import levelled
from inference.extraction.lines import GAP
from inference.extraction.model import Reader
from inference.fields import DOCUMENT_TYPES, FIELDS, to_text
from inference.training.real import Known
from inference.training.synthetic.sample import Label, Sample

CLEAR = 1.0
LONGEST = 12
_AMOUNTS = {name for name, field in FIELDS.items() if field.kind == "money"}
_CELLS = {
    "line_items": ("description", "quantity", "unit", "unit_price", "tax_rate", "net_amount", "product_code"),
    "tax_lines": ("rate", "net", "tax"),
}
_TYPED = {
    "quantity": ("number", "money"),
    "unit_price": ("money", "number"),
    "net_amount": ("money", "number"),
    "tax_rate": ("percent", "number", "money"),
    "rate": ("percent", "number", "money"),
    "net": ("money", "number"),
    "tax": ("money", "number"),
}

Place = tuple[int, int, int]
"""A line and its words first..last."""


@dataclass
class Page:
    """A document being marked: what the network sees in it, and the labels of each word (rows of the features)."""

    scores: Scores
    labels: dict[int, list[Label]]
    known: set[str]

    def rows(self, place: Place) -> range:
        begin = self.scores.features.line_starts[place[0]]
        return range(begin + place[1], begin + place[2] + 1)

    def likely(self, place: Place, output: str) -> float:
        return float(self.scores.of(output)[list(self.rows(place))].mean())

    def mark(self, place: Place, label: Label) -> None:
        for row in self.rows(place):
            self.labels.setdefault(row, []).append(label)


def marked(known: Known, model: Reader, seed: int = 0) -> Sample:
    """The document with its labels. `known` of the sample names the outputs that they tell wholly."""
    reading, _ = levelled(known.reading)
    features = featurise(reading)
    page = Page(learned.scores(model, [features])[0], {}, set())
    fields = _printed(known.truth)
    _mark_header(page, known.truth, fields)
    _mark_table(page, "line_items", [_aliased(row) for row in known.truth.get("line_items") or ()])
    _mark_table(page, "tax_lines", [_aliased(row) for row in known.truth.get("tax_breakdown") or ()])
    labels: list[list[tuple[Label, ...]]] = [[() for _ in sheet.words] for sheet in reading.pages]
    for row, tags in page.labels.items():
        sheet, word = features.places[row]
        labels[sheet][word] = tuple(dict.fromkeys(tags))
    kind = known.truth.get("doc_type")
    return Sample(
        seed=seed,
        reading=reading,
        labels=tuple(map(tuple, labels)),
        fields=fields,
        line_items=(),
        tax_lines=(),
        alternatives={},
        document_type=kind if kind in DOCUMENT_TYPES else "invoice",
        language=str(known.truth.get("lang") or "en"),
        country="",
        family="real",
        sheets=(),
        known=frozenset(page.known),
    )


def _aliased(row: Mapping[str, Any]) -> dict[str, str]:
    return {ALIASES.get(name, name): str(value) for name, value in row.items() if value not in (None, "")}


def _printed(truth: Mapping[str, Any]) -> dict[str, str]:
    unprinted = {*(truth.get("derived_not_printed") or ()), *(truth.get("xml_fields_not_found_on_page") or ())}
    return {
        ALIASES.get(name, name): str(value)
        for name, value in truth["fields"].items()
        if value not in (None, "") and name not in unprinted and ALIASES.get(name, name) in FIELDS
    }


def _mark_header(page: Page, truth: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """Each field at its likeliest place; no two fields of a kind take the same place."""
    asked = []
    for name, value in fields.items():
        if name in ("document_type", "currency"):
            continue
        values = (value, *map(str, truth.get(f"{name}_alternatives") or ()))
        places = [*dict.fromkeys(place for text in values for place in _find(page, name, text))]
        asked += [(page.likely(place, name), name, place) for place in places]
    taken: set[Place] = set()
    chosen: dict[str, tuple[float, Place]] = {}
    for score, name, place in sorted(asked, reverse=True):
        if name not in chosen and place not in taken:
            chosen[name] = score, place
            taken.add(place)
    for name, (score, place) in chosen.items():
        others = [other for _, asking, other in asked if asking == name and other != place]
        clear = all(score - page.likely(other, name) > CLEAR for other in others if other not in taken)
        page.mark(place, Label(name, sure=clear or FIELDS[name].kind == "name"))
        page.known.add(name)
        for other in others:
            page.mark(other, Label(name, sure=False))
    for _, name, place in asked:
        if name not in chosen:
            page.mark(place, Label(name, sure=False))
    marks = list(_find(page, "currency", fields["currency"])) if "currency" in fields else []
    for place in marks:
        page.mark(place, Label("currency"))
    page.known |= {"currency"} if marks else set()


def _find(page: Page, name: str, value: str) -> Iterator[Place]:
    """Where the value of a header field stands."""
    kind = FIELDS[name].kind
    if kind in ("date", "money", "currency"):
        yield from _typed(page, ("money", "number") if kind == "money" else (kind,), value, kind)
    elif kind in ("name", "text"):
        yield from _named(page, value)
    else:
        yield from _identified(page, value)


def _typed(page: Page, kinds: Sequence[str], value: str, kind: str) -> Iterator[Place]:
    """Candidates that mean the value; where none does, those with the other sign, which is a matter of custom."""
    hits = [hit for hit in page.scores.features.hits if hit.kind in kinds]
    found = [hit for hit in hits if matches(kind, "", to_text(hit.value), value)]
    other = (hit for hit in hits if isinstance(hit.value, Decimal) and matches(kind, "", to_text(-hit.value), value))
    seen = set()
    for hit in found or other:
        members = telling_words(hit)
        place = hit.line.index, members[0], members[-1]
        if place not in seen:
            seen.add(place)
            yield place


def _identified(page: Page, value: str) -> Iterator[Place]:
    """The shortest runs of words that are the identifier, spaces and punctuation left out; one word may end with it."""
    wanted = _plain(value)
    for line, texts in _texts(page):
        plain = [_plain(text) for text in texts]
        for first in range(len(plain)):
            if len(wanted) > 3 and plain[first] != wanted and plain[first].endswith(wanted):
                yield line, first, first
            joined = ""
            for last in range(first, min(first + LONGEST, len(plain))):
                joined += plain[last]
                if joined == wanted and plain[first] and plain[last]:
                    yield line, first, last
                if not wanted.startswith(joined):
                    break


def _named(page: Page, value: str) -> Iterator[Place]:
    """Neighbouring words of a line, no column gap between, that are the name or nearly."""
    wanted = _words(value)
    if len(wanted) < 2:
        return
    count = len(wanted.split())
    for line, texts in _texts(page):
        best: tuple[float, Place] | None = None
        for first in range(len(texts)):
            for last in range(first, min(first + count + 2, len(texts))):
                if last > first and _gap_before(page, line, last):
                    break
                alike = Levenshtein.normalized_similarity(_words(" ".join(texts[first : last + 1])), wanted)
                if alike >= 0.88 and (best is None or alike > best[0]):
                    best = alike, (line, first, last)
        if best is not None:
            yield best[1]


def _mark_table(page: Page, table: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Rows of the truth from top to bottom, each where its amounts and words stand together.

    A column is known where every cell of it is found, and the starts where every row is.
    """
    lost: set[str] = set()
    begin, found = 0, 0
    for number, row in enumerate(rows):
        at = _row_at(page, table, row, begin)
        if at is None:
            lost |= row.keys()
            continue
        found += 1
        line, cells = at
        begin = line + 1
        for cell in row.keys() & set(_CELLS[table]):
            place = cells.get(cell)
            if place is None:
                lost.add(cell)
                continue
            for part in place:
                page.mark(part, Label(table, number, cell))
    if rows and found == len(rows):
        told = {cell for row in rows for cell in row} & set(_CELLS[table])
        page.known |= {f"{table}.{cell}" for cell in told - lost}
        page.known.add(f"{table}.start")


def _row_at(page: Page, table: str, row: Mapping[str, str], begin: int) -> tuple[int, dict[str, list[Place]]] | None:
    """The first line from `begin` on where the row's amounts stand, with its words for a line item; and its cells."""
    lines = page.scores.features.lines.lines
    for line in range(begin, len(lines)):
        cells = _cells_at(page, table, row, line)
        told = [cell for cell in row if cell in _CELLS[table]]
        enough = len(cells) == len(told) if table == "tax_lines" else "description" in cells and len(cells) > 1
        if enough:
            return line, cells
    return None


def _cells_at(page: Page, table: str, row: Mapping[str, str], line: int) -> dict[str, list[Place]]:
    cells: dict[str, list[Place]] = {}
    if "description" in row:
        places = _described(page, row["description"], line)
        if not places:
            return {}
        cells["description"] = places
    taken = {place for places in cells.values() for place in places}
    reach = (line, line + 1) if table == "line_items" else (line,)
    order = [cell for cell in ("net_amount", "unit_price", *_CELLS[table]) if cell in row and cell not in cells]
    for cell in dict.fromkeys(order):
        kinds = _TYPED.get(cell)
        value = row[cell]
        options = _typed(page, kinds, value, "number") if kinds else _identified(page, value)
        near = [place for place in options if place[0] in reach and place not in taken]
        near.sort(key=lambda place: (place[0], -page.likely(place, f"{table}.{cell}")))
        if near:
            cells[cell] = [near[0]]
            taken.add(near[0])
    return cells


def _described(page: Page, value: str, line: int) -> list[Place]:
    """The words of a description that begins on this line and goes on below it."""
    wanted, lines = _words(value), page.scores.features.lines.lines
    places: list[Place] = []
    for at in range(line, min(line + 4, len(lines))):
        part = _part(page, at, wanted)
        if part is None:
            break
        place, length = part
        places.append(place)
        wanted = wanted[length:].strip()
        if not wanted:
            break
    return places


def _part(page: Page, line: int, wanted: str) -> tuple[Place, int] | None:
    """The longest run of words on the line with which the wanted text begins."""
    texts = _line_texts(page, line)
    best: tuple[Place, int] | None = None
    for first in range(len(texts)):
        for last in range(first, len(texts)):
            if last > first and _gap_before(page, line, last):
                break
            text = _words(" ".join(texts[first : last + 1]))
            begins = wanted.startswith(text) and (len(text) == len(wanted) or wanted[len(text)] == " ")
            if len(text) > 2 and begins and (best is None or len(text) > best[1]):
                best = (line, first, last), len(text)
    return best


def _texts(page: Page) -> Iterator[tuple[int, list[str]]]:
    for line in page.scores.features.lines.lines:
        yield line.index, _line_texts(page, line.index)


def _line_texts(page: Page, line: int) -> list[str]:
    found = page.scores.features.lines.lines[line]
    ends = [*(start - 1 for start in found.starts[1:]), len(found.text)]
    return [found.text[start:end] for start, end in zip(found.starts, ends, strict=True)]


def _gap_before(page: Page, line: int, word: int) -> bool:
    found = page.scores.features.lines.lines[line]
    return found.text[found.starts[word] - 1] == GAP


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() or c.isspace() else " " for c in text.casefold()).split())
