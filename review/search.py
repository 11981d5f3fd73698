"""Full-text search over the words of documents and their fields (the index is kept by a trigger, migration 0002)."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from review.models import SearchEntry

_ACCENTS = str.maketrans("äöüàáâãåèéêëìíîïòóôõøùúûñçý", "aouaaaaaeeeeiiiiooooouuuncy")  # as review_words() has it
MOST_WORDS = 12


def words_of(q: str) -> list[str]:
    """The words asked for, in the form in which the index has them."""
    folded = q.lower().replace("ß", "ss").translate(_ACCENTS)
    return [word[:40] for word in re.findall(r"[^\W_]+", folded)][:MOST_WORDS]


def matching(q: str) -> QuerySet[SearchEntry, Any] | None:
    """The documents that have all words; the last one, and longer ones, may be beginnings. None for nothing asked."""
    words = words_of(q)
    if not words:
        return SearchEntry.objects.none().values("document") if q.strip() else None
    asked = " & ".join(f"{word}:*" if len(word) > 2 or word is words[-1] else word for word in words)
    return SearchEntry.objects.filter(words=SearchQuery(asked, config="simple", search_type="raw")).values("document")
