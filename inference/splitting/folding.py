"""Text as titles and clauses are compared."""

import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae"})  # have no parts to take apart


def fold_text(text: str) -> str:
    """Lower case without accents, apostrophes and hyphens; words parted by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = "".join(" " if c in "-'’" else c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())
