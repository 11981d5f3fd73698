"""A real layout with other content: every value of a marked document replaced by one of its kind.

Names, addresses, contacts, numbers and dates are drawn anew; amounts all grow by one whole factor, so that what added
up still does; the same text is replaced by the same text throughout. Labels stay at their places.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from inference.extraction.amounts import SYMBOLS, decimal_mark, decimals
from inference.extraction.candidates import Hit, find_hits
from inference.extraction.labels import find_labels, lexicon
from inference.extraction.lines import GAP, Layout, Line, Run, layout
from inference.training.synthetic.content import identifiers, writing
from inference.training.synthetic.content.countries import Country, countries
from inference.training.synthetic.content.goods import describe
from inference.training.synthetic.content.parties import Party, party, person
from inference.training.synthetic.content.vocabulary import LANGUAGES
from inference.training.synthetic.content.writing import Writing
from inference.training.synthetic.sample import Label, Sample
from inference.types import Box, Reading, Word

FACTORS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 17, 24, 37)
DAYS = (-3000, 300)
RENAMED, RETOLD, RECOINED, PRIVATE = 0.9, 0.6, 0.25, 0.12
_PARTIES = ("seller_name", "buyer_name")
_CORE = re.compile(r"\d(?:[\d.,'’ \u00a0]*\d)?")
_COINS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "PLN": "zł", "SEK": "kr", "CAD": "CAD", "INR": "₹"}

Edit = tuple[int, int, str]
"""Of a line's text: from, to, and what stands there instead."""


@dataclass(frozen=True)
class Template:
    """A marked document whose content can be replaced."""

    sample: Sample

    @property
    def scanned(self) -> bool:
        return any(page.digest for page in self.sample.reading.pages)

    @cached_property
    def lines(self) -> Layout:
        return layout(self.sample.reading)

    @cached_property
    def hits(self) -> list[Hit]:
        return find_hits(self.lines)

    @cached_property
    def sheets(self) -> dict[int, int]:
        """Page number to position."""
        return {page.number: position for position, page in enumerate(self.sample.reading.pages)}

    @cached_property
    def language(self) -> str:
        return self.sample.language if self.sample.language in LANGUAGES else "en"

    @cached_property
    def dates(self) -> dict[tuple[int, int], Writing]:
        """How each date is written, by line and start; those left out whose way is not known."""
        ways = dict.fromkeys(way for country in countries().values() for way in country.dates)
        habits = [Writing("", "", "", way, tongue) for tongue in (self.language, "en") for way in ways]
        found = {}
        for hit in self.hits:
            if isinstance(hit.value, date):
                raw = hit.line.text[hit.start : hit.end]
                way = next((habit for habit in habits if writing.day(hit.value, habit) == raw), None)
                if way is not None:
                    found[hit.line.index, hit.start] = way
        return found

    @cached_property
    def habits(self) -> Writing:
        """How amounts are written."""
        point = decimal_mark(line.text for line in self.lines.lines) or "."
        raws = [hit.line.text[hit.start : hit.end] for hit in self.hits if hit.kind == "money"]
        groups = [match.group(1) for raw in raws for match in re.finditer(r"\d([.,'’ \u00a0])\d{3}(?!\d)", raw)]
        group = next((mark for mark in groups if mark != point), "")
        return Writing(group, point, "-{}", "", self.language)

    def labels(self, line: Line, word: int) -> tuple[Label, ...]:
        return self.sample.labels[self.sheets[line.page]][line.words[word]]


def redress(template: Template, rng: random.Random) -> Sample:
    """The document of another business: same layout, same labels, all values new."""
    return _Redress(template, rng).sample()


class _Redress:
    def __init__(self, template: Template, rng: random.Random) -> None:
        self.template, self.rng = template, rng
        home = [country for country in countries().values() if template.language in country.languages]
        self.country: Country = rng.choice(home or [*countries().values()])
        self.parties = {
            name: party(rng, self.country, template.language, private=rng.random() < PRIVATE) for name in _PARTIES
        }
        self.factor = rng.choice(FACTORS)
        self.shift = timedelta(rng.randint(*DAYS))
        self.coin = rng.choice([*_COINS]) if rng.random() < RECOINED else ""
        self.renumbered: dict[str, str] = {}
        self.edits: dict[int, list[Edit]] = {}

    def sample(self) -> Sample:
        """All edits collected, the most telling first, then done."""
        self._names()
        self._descriptions()
        for hit in self.template.hits:
            self._value(hit)
        for line in self.template.lines.lines:
            self._digits(line)
        words: list[list[tuple[Word, tuple[Label, ...]]]] = [[] for _ in self.template.sample.reading.pages]
        for line in self.template.lines.lines:
            words[self.template.sheets[line.page]] += self._rewritten(line)
        pages = zip(self.template.sample.reading.pages, words, strict=True)
        return replace(
            self.template.sample,
            reading=Reading(tuple(replace(page, words=tuple(word for word, _ in own)) for page, own in pages)),
            labels=tuple(tuple(tags for _, tags in own) for own in words),
        )

    def _edit(self, line: Line, start: int, end: int, text: str) -> None:
        """Noted unless something there is replaced already."""
        taken = self.edits.setdefault(line.index, [])
        if text and all(end <= begin or start >= finish for begin, finish, _ in taken):
            taken.append((start, end, text))

    def _names(self) -> None:
        """Names of both sides wherever they are marked or repeated, and what stands under them."""
        olds: dict[str, str] = {}
        for name in _PARTIES:
            if self.rng.random() > RENAMED:
                continue
            new = self.parties[name].name
            for line, start, end in self._spans(name):
                old = line.text[start:end]
                olds[old.casefold()] = new
                self._edit(line, start, end, new.upper() if old.isupper() and self.rng.random() < 0.6 else new)
                self._block(line, start, self.parties[name])
        for line in self.template.lines.lines:
            text = line.text.casefold()
            for old, new in olds.items():
                at = text.find(old)
                if at >= 0 and len(old) > 4 and len(text) == len(line.text):
                    self._edit(line, at, at + len(old), new)

    def _spans(self, name: str) -> Iterator[tuple[Line, int, int]]:
        """Stretches of lines that carry the label."""
        for line in self.template.lines.lines:
            told = [any(tag.name == name for tag in self.template.labels(line, at)) for at in range(len(line.words))]
            at = 0
            while at < len(told):
                last = at
                while told[at] and told[last + 1 : last + 2] == [True] and line.text[line.starts[last + 1] - 1] != GAP:
                    last += 1
                if told[at]:
                    yield line, line.starts[at], _end(line, last)
                at = last + 1

    def _block(self, line: Line, start: int, side: Party) -> None:
        """The lines of an address under a name."""
        run = line.run_at(start)
        if run is None:
            return
        address = [*side.address]
        for under in self.template.lines.block(run, 6)[1:]:
            if self._says_more(under):
                break
            if any(map(str.isdigit, under.text)):
                self._edit(under.line, under.start, under.end, address.pop(0) if address else "")
            elif self.rng.random() < RETOLD:
                self._edit(under.line, under.start, under.end, person(self.rng, self.template.language))

    def _says_more(self, run: Run) -> bool:
        """Whether a run is no line of an address: it holds a label, or a value of another kind."""
        begin, end = run.start, run.end
        tables = ("FIELD_LABELS", "AMOUNT_LABELS", "BLOCK_LABELS", "COLUMN_LABELS")
        if any(begin <= label.start < end for table in tables for label in find_labels(run.line, lexicon(table))):
            return True
        kinds = ("money", "date", "email", "website", "phone", "iban", "bic", "vat_id", "percent")
        hits = (hit for hit in self.template.hits if hit.line.index == run.line.index and begin <= hit.start < end)
        labelled = (
            self.template.labels(run.line, at) for at, place in enumerate(run.line.starts) if begin <= place < end
        )
        return any(hit.kind in kinds for hit in hits) or any(labelled)

    def _descriptions(self) -> None:
        for line, start, end in self._spans("line_items"):
            labels = self.template.labels(line, line.words_of(start, end)[0])
            if labels[0].cell != "description" or self.rng.random() > RETOLD:
                continue
            old, new = line.text[start:end], ""
            for word in describe(self.rng, self.template.language, self.rng.random() < 0.5).split():
                if new and len(new) + len(word) > 1.3 * len(old) + 4:
                    break
                new = f"{new} {word}".strip()
            last = self._cell_end(line, start, end)
            self._edit(line, start, last, new)

    def _cell_end(self, line: Line, start: int, end: int) -> int:
        """Where the words of the first word's cell end, for cells of a row can stand close together."""
        first, last = line.words_of(start, end)
        own = self.template.labels(line, first)
        while self.template.labels(line, last) != own:
            last -= 1
        return _end(line, last)

    def _value(self, hit: Hit) -> None:
        line, raw = hit.line, hit.line.text[hit.start : hit.end]
        match hit.kind:
            case "date" if isinstance(hit.value, date):
                way = self.template.dates.get((line.index, hit.start))
                new = writing.day(hit.value + self.shift, way) if way else raw
                self._edit(line, hit.start, hit.end, new)
            case "money" | "number" if isinstance(hit.value, Decimal):
                self._amount(hit, hit.value)
            case "percent":
                self._edit(line, hit.start, hit.end, raw)
            case "iban" | "vat_id":
                code = {"EL": "GR"}.get(raw[:2].upper(), raw[:2].upper())
                own = countries().get(code)
                if own is not None and (own.iban if hit.kind == "iban" else own.vat):
                    new = (
                        identifiers.iban(self.rng, own) if hit.kind == "iban" else identifiers.vat_number(self.rng, own)
                    )
                    filled = self.renumbered.setdefault(f"{hit.kind} {_bare(raw)}", new)
                    self._edit(line, hit.start, hit.end, _refilled(raw, _bare(filled)))
            case "email":
                self._edit(line, hit.start, hit.end, self.parties["seller_name"].email)
            case "website":
                self._edit(line, hit.start, hit.end, self.parties["seller_name"].web)
            case "currency" if self.coin and hit.value == self.template.sample.fields.get("currency"):
                self._edit(line, hit.start, hit.end, _COINS[self.coin] if raw in SYMBOLS else self.coin)
            case _:
                pass

    def _amount(self, hit: Hit, value: Decimal) -> None:
        """An amount grows; a bare number does where it is marked as one, and stays where it is a count."""
        line, raw = hit.line, hit.line.text[hit.start : hit.end]
        core = _CORE.search(raw)
        labels = self.template.labels(line, line.words_of(hit.start + core.start(), hit.end)[0]) if core else ()
        counted = any(label.cell in ("quantity", "tax_rate", "rate", "position") for label in labels)
        if core is None or counted or (hit.kind == "number" and not labels and abs(value) < 1000):
            self._edit(line, hit.start, hit.end, raw)
        elif hit.kind == "money" or labels:
            new = writing.number(abs(value) * self.factor, self.template.habits, decimals(core.group()))
            self._edit(line, hit.start + core.start(), hit.start + core.end(), new)

    def _digits(self, line: Line) -> None:
        """What is left with digits in it: other digits, and where letters stand among them sometimes other letters."""
        for match in re.finditer(r"\S*\d\S*", line.text):
            old = match.group()
            if old not in self.renumbered:
                letters = self.rng.random() < 0.5 and sum(map(str.isdigit, old)) > 2
                self.renumbered[old] = "".join(self._other(char, letters) for char in old)
            self._edit(line, match.start(), match.end(), self.renumbered[old])

    def _other(self, char: str, letters: bool) -> str:
        if char.isdigit():
            return self.rng.choice("123456789") if char != "0" else self.rng.choice("0012345678")
        if letters and char.isascii() and char.isupper():
            return self.rng.choice("ABCDEFGHIKLMNPRSTVWXZ")
        return char

    def _rewritten(self, line: Line) -> Iterator[tuple[Word, tuple[Label, ...]]]:
        """The words of a line with its edits done; words that one edit spans are set anew in their place."""
        words = self.template.sample.reading.pages[self.template.sheets[line.page]].words
        edits = sorted(self.edits.get(line.index, ()))
        at = 0
        while at < len(line.words):
            last = at
            for start, end, _ in edits:
                first, final = line.words_of(start, end)
                if first <= last <= final:
                    last = final
            begin, finish = line.starts[at], _end(line, last)
            text = line.text[begin:finish]
            for start, end, new in reversed(edits):
                if begin <= start and end <= finish:
                    text = text[: start - begin] + new + text[end - begin :]
            old = [words[line.words[word]] for word in range(at, last + 1)]
            tags = [self.template.labels(line, word) for word in range(at, last + 1)]
            limit = line.boxes[last + 1].x0 - 0.3 * line.em if last + 1 < len(line.boxes) else 0.99
            pieces = text.split()
            if pieces == [word.text for word in old]:
                yield from zip(old, tags, strict=True)
            elif len(pieces) == len(old):
                for piece, word, own in zip(pieces, old, tags, strict=True):
                    yield word._replace(text=piece, box=_resized(word, piece)), own
            else:
                every = tuple(dict.fromkeys(label for own in tags for label in own))
                yield from ((word, every) for word in _set(pieces, old, limit))
            at = last + 1


def _end(line: Line, word: int) -> int:
    """Where the text of a word ends."""
    return line.starts[word + 1] - 1 if word + 1 < len(line.starts) else len(line.text)


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


def _refilled(shape: str, text: str) -> str:
    """The text in the spacing of the shape, where it has as many characters; else as it is."""
    if len(_bare(shape)) != len(text):
        return text
    rest = iter(text)
    return "".join(next(rest) if character.isalnum() else character for character in shape)


def _resized(word: Word, text: str) -> Box:
    """Room for another text; numbers keep their right edge."""
    box, ratio = word.box, min(max(len(text) / max(len(word.text), 1), 0.3), 2.5)
    width = (box.x1 - box.x0) * ratio
    numeric = sum(map(str.isdigit, text)) * 2 > len(text)
    return box._replace(x0=max(box.x1 - width, 0.0)) if numeric else box._replace(x1=min(box.x0 + width, 1.0))


def _set(pieces: Sequence[str], old: Sequence[Word], limit: float) -> Iterator[Word]:
    """Words side by side from where the old ones began, as wide by the letter, closer where there is no room."""
    box = old[0].box
    for word in old[1:]:
        box = box.union(word.box)
    letters = sum(len(word.text) + 1 for word in old) - 1
    wanted = sum(len(piece) + 1 for piece in pieces) - 1
    room = max(limit - box.x0, box.x1 - box.x0, 0.01)
    step = min((box.x1 - box.x0) / max(letters, 1), room / max(wanted, 1))
    x = box.x0
    for piece in pieces:
        yield Word(piece, Box(x, box.y0, x + step * len(piece), box.y1), min(word.confidence for word in old))
        x += step * (len(piece) + 1)
