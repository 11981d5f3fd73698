"""Whether a page shows a value, in any notation a page may write it in: "is it there", not "what is it for".

Amounts are compared without their sign (credit notes are printed with and without one) and with any of the usual
marks; identifiers by letters and digits, over as many words as they were broken into; names word by word.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rapidfuzz import fuzz

from inference.types import Box, Reading, Value, Word

Place = tuple[int, Box]  # page number from 1, and where on it

CLOSEST = 1.2  # heights of a word between the parts of one number
MOST_PARTS = 12  # words that one identifier may be broken into
SAME_NAME = 88.0  # of 100, rapidfuzz: what misread letters and abbreviations leave
_FORMS = (
    "gmbh ag kg ohg ug se eg ev gbr mbh co inc ltd limited llc plc corp sa sas sarl srl spa bv nv ab as oy aps the"
    " und and et y e company gesellschaft herr herrn frau firma"
)
FORMS = frozenset(_FORMS.split())
_IBAN_START = re.compile(r"[a-z]{2}\d{2}[a-z0-9]")
_IBAN_PART = re.compile(r"[a-z0-9]{1,4}")
_SPLIT = re.compile(r"[^\s:;,#()\[\]|=„“”\"]+")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,6})?|\d+(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    page: int
    box: Box


class Shown:
    """The words of a document, ready to be searched. Pages without words show nothing."""

    def __init__(self, reading: Reading) -> None:
        self.tokens = [token for page in reading.pages for word in page.words for token in _tokens(word, page.number)]
        self.amounts = _amounts(reading)
        self._starts: dict[str, list[int]] = defaultdict(list)
        for position, token in enumerate(self.tokens):
            self._starts[token.text[:1]].append(position)
        self.names = " ".join(plain(word.text) for page in reading.pages for word in page.words)
        self.words = frozenset(self.names.split())

    def amount(self, value: Decimal) -> Place | None:
        return self.amounts.get(abs(value).normalize())

    def identifier(self, value: str) -> Place | None:
        """Letters and digits of whole words, in sequence."""
        wanted = _compact(value)
        if not wanted:
            return None
        for start in self._starts[wanted[0]]:
            rest, end = wanted, start
            while end < min(start + MOST_PARTS, len(self.tokens)) and rest.startswith(self.tokens[end].text):
                rest = rest[len(self.tokens[end].text) :]
                end += 1
                if not rest:
                    return _around(self.tokens[start:end])
        return None

    def labelled_iban(self) -> tuple[str, Place] | None:
        """What stands behind the word "IBAN" like one, its check digits right or wrong."""
        for start, token in enumerate(self.tokens):
            if token.text == "iban" and _IBAN_START.match("".join(t.text for t in self.tokens[start + 1 : start + 3])):
                parts = self.tokens[start + 1 : start + 9]
                length = next(
                    (n for n, part in enumerate(parts) if n and not _IBAN_PART.fullmatch(part.text)), len(parts)
                )
                return "".join(part.text for part in parts[:length]).upper(), _around(parts[:length])
        return None

    def name(self, value: str) -> bool:
        """Whether the name stands on a page, legal forms and other small differences aside."""
        words = significant(value)
        said = " ".join(words)
        if len(said) < 3 or words <= self.words:
            return True
        in_order = " ".join(word for word in plain(value).split() if word in words)
        return (
            in_order.replace(" ", "") in self.names.replace(" ", "")
            or fuzz.partial_ratio(in_order, self.names, score_cutoff=SAME_NAME) > 0
        )


def significant(name: str) -> frozenset[str]:
    """The words of a name that tell it from others: no legal forms."""
    return frozenset(plain(name).split()) - FORMS


def same(one: Value, other: Value) -> bool:
    """Whether two values of one field mean the same to this comparison."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one) == abs(other)
    if isinstance(one, str) and isinstance(other, str):
        return _compact(one) == _compact(other)
    return one == other


def _tokens(word: Word, page: int) -> list[_Token]:
    found = []
    for part in _SPLIT.findall(word.text):
        if text := _compact(part):
            found.append(_Token(text, page, word.box))
    return found


def _around(tokens: list[_Token]) -> Place:
    """The part on the first token's page."""
    box = tokens[0].box
    for token in tokens[1:]:
        if token.page == tokens[0].page:
            box = box.union(token.box)
    return tokens[0].page, box


def _amounts(reading: Reading) -> dict[Decimal, Place]:
    """Every amount that the words can be read as, with where it stands first."""
    found: dict[Decimal, Place] = {}
    for page in reading.pages:
        for text, box in _numbers(page.words):
            for match in _AMOUNT.finditer(text):
                for value in _readings(match.group()):
                    found.setdefault(value, (page.number, box))
    return found


def _numbers(words: tuple[Word, ...]) -> list[tuple[str, Box]]:
    """Words with digits, and neighbours that together may be one number: "1 234,56"."""
    found = [(word.text, word.box) for word in words if any(map(str.isdigit, word.text))]
    run: list[Word] = []
    for before, word in pairwise(words):
        run = [*run, word] if run and _continues(before, word) else [before, word] if _continues(before, word) else []
        if run:
            box = run[0].box
            for part in run[1:]:
                box = box.union(part.box)
            found.append((" ".join(part.text for part in run), box))
    return found


def _continues(before: Word, word: Word) -> bool:
    height = before.box.y1 - before.box.y0
    level = abs(before.box.y0 - word.box.y0) < height / 2
    return (
        level
        and 0 <= word.box.x0 - before.box.x1 <= CLOSEST * height
        and before.text[-1:].isdigit()
        and bool(re.match(r"\d{3}(?!\d)", word.text))
    )


def _readings(text: str) -> set[Decimal]:
    """All amounts that a number may mean: its last mark divides the decimals, or only thousands."""
    digits = re.sub(r"\D", "", text)
    if len(digits) > 30:
        return set()
    values = {Decimal(digits)}
    whole, mark, places = text.rpartition("." if text.rfind(".") > text.rfind(",") else ",")
    if mark and places:
        values.add(Decimal(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{places}"))
    return {value.normalize() for value in values}


def _compact(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def plain(text: str) -> str:
    """Lower case without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(" " if not c.isalnum() else c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())
