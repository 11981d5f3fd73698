"""Text as titles and clauses are compared."""

import unicodedata


def fold_text(text: str) -> str:
    """Lower case without accents, apostrophes and hyphens; words parted by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    kept = "".join(" " if c in "-'’" else c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split())
