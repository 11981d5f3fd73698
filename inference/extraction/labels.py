"""Finding the vocabulary on the page: which words are a label, a title, a column head, and of what."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from inference.extraction import vocabulary
from inference.extraction.lines import GAP, Line
from inference.extraction.spelling import spelled
from inference.types import Box

_TOKEN = re.compile(r"[^\W_]+|#|%", re.UNICODE)
_ORDINAL = str.maketrans({"°": "o", "º": "o", "№": "o"})
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
MAX_TOKENS = 8

Lexicon = tuple[Mapping[str, tuple[str, ...]], frozenset[str]]


@dataclass(frozen=True)
class Label:
    """A phrase of the vocabulary on a line: the roles that it can have, and where it stands."""

    roles: tuple[str, ...]
    line: Line
    start: int
    end: int
    box: Box
    key: str


@cache
def fold(text: str) -> str:
    """Without case, accents, spaces and punctuation; ß is ss, ° and º are o."""
    plain = unicodedata.normalize("NFKD", text.translate(_ORDINAL).casefold().translate(_UNDECOMPOSED))
    return "".join(character for character in plain if character.isalnum() or character in "#%")


def phrases(text: str) -> list[str]:
    """The folded phrases of one vocabulary entry."""
    return [key for key in map(fold, text.split(";")) if key]


@cache
def weak() -> frozenset[str]:
    """Phrases that say little on their own: titles such as "Invoice", bare "Date", "Reference"."""
    return frozenset(phrases(vocabulary.WEAK))


@cache
def lexicon(name: str) -> Lexicon:
    """One table of the vocabulary as phrase -> roles, with all prefixes, for longest-match search."""
    table: dict[str, tuple[str, ...]] = {}
    for role, text in getattr(vocabulary, name).items():
        for key in phrases(text):
            table[key] = tuple(dict.fromkeys((*table.get(key, ()), role)))
    prefixes = frozenset(key[:length] for key in table for length in range(1, len(key) + 1))
    return table, prefixes


def find_labels(line: Line, lexicon_: Lexicon) -> list[Label]:
    """The longest phrases on the line, left to right; a phrase never spans a column gap. Looked for once a line."""
    if id(lexicon_) not in line.labels:
        line.labels[id(lexicon_)] = tuple(_find(line, lexicon_))
    return [*line.labels[id(lexicon_)]]


def _find(line: Line, lexicon_: Lexicon) -> list[Label]:
    table, prefixes = lexicon_
    text = line.text
    read = spelled if line.scanned else str
    tokens = [
        (match.start(), match.end(), read(fold(match.group()))) for match in _TOKEN.finditer(text.translate(_ORDINAL))
    ]
    found: list[Label] = []
    position = 0
    while position < len(tokens):
        key, best = "", None
        for last in range(position, min(position + MAX_TOKENS, len(tokens))):
            if last > position and GAP in text[tokens[last - 1][1] : tokens[last][0]]:
                break
            key += tokens[last][2]
            if key not in prefixes:
                break
            if key in table:
                best = last, key
        if best is None:
            position += 1
            continue
        last, key = best
        start, end = tokens[position][0], tokens[last][1]
        found.append(Label(table[key], line, start, end, line.span(start, end)[1], key))
        position = last + 1
    return found
