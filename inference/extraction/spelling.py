"""Words of labels as OCR misreads them: "Rochnungsnummer" stands for "Rechnungsnummer". Values are never changed."""

from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from inference.extraction import vocabulary

_SHORTEST = 6  # letters; between shorter words one letter is often the difference
_LONG = 11  # letters; from here on two letters may be wrong
_TABLES = (
    vocabulary.FIELD_LABELS,
    vocabulary.AMOUNT_LABELS,
    vocabulary.QUALIFIERS,
    vocabulary.BLOCK_LABELS,
    vocabulary.TITLES,
    vocabulary.COLUMN_LABELS,
)
"""Where labels are found."""
_WORDS = sorted(
    {
        word
        for table in _TABLES
        for entry in table.values()
        for word in entry.replace(";", " ").split()
        if len(word) >= _SHORTEST and word.isalpha()
    }
)


@lru_cache(maxsize=20_000)
def spelled(word: str) -> str:
    """The word of a label that a folded word is but for a letter or two; the word itself where there is none."""
    if len(word) < _SHORTEST or sum(map(str.isdigit, word)) > 2:
        return word
    allowed = 2 if len(word) >= _LONG else 1
    found = process.extractOne(word, _WORDS, scorer=Levenshtein.distance, score_cutoff=allowed)
    return word if found is None else str(found[0])
