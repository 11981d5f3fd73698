"""Which of two readings of a description is the description: codes, units and positions in front of it are not."""

import re

from inference.extraction import vocabulary
from inference.extraction.labels import fold, phrases

_WORD = re.compile(r"[^\W\d_]{3,}")


def better(one: str, other: str) -> bool:
    """Whether `other` is the better reading of what both describe; `one` stands in doubt.

    Where one contains the other, a beginning that is only a code, a unit or a position is too much, any other missing
    beginning is too little; a code in brackets or stars is part of the name. Lines behind it that the other leaves out
    are a matter of taste.
    """
    if not _WORD.search(other):
        return False
    if not _WORD.search(one):
        return True
    if (ahead := _ahead(one.split(), other.split())) is not None:
        return bool(ahead) and _is_code(ahead)
    if (ahead := _ahead(other.split(), one.split())) is not None:
        return bool(ahead) and not _is_code(ahead)
    return False


def _ahead(whole: list[str], part: list[str]) -> list[str] | None:
    """The words of `whole` in front of `part`; None where it does not hold it."""
    known, sought = ([fold(word) for word in words] for words in (whole, part))
    for start in range(len(known) - len(sought) + 1):
        if known[start : start + len(sought)] == sought:
            return whole[:start]
    return None


def _is_code(words: list[str]) -> bool:
    """Whether the words are an article code with its label, a unit, or a position: nothing that names goods."""
    last = words[-1]
    if any(map(str.isdigit, last)):
        return len(words) <= 4 and last[0] not in "[(*"
    return len(words) == 1 and (fold(last) in phrases(vocabulary.UNITS) or len(last) <= 2)
