"""Full-text search over the words of documents and their fields (the index is kept by triggers, migration 0002).

Words that few documents have are looked up in the index first, and only those documents are sorted. For words that many
have, that would read them all: the documents are walked in their order instead, and each is asked for the words.
"""

import re

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL

from review.models import SearchEntry

_ACCENTS = str.maketrans("äöüàáâãåèéêëìíîïòóôõøùúûñçý", "aouaaaaaeeeeiiiiooooouuuncy")  # as review_words() has it
MOST_WORDS = 12
COMMON = 0.1  # share of the documents; a word of more is not looked up
MANY = 5000  # documents that a look-up may find
_RAREST = """
SELECT min(share) FROM (
    SELECT coalesce(sum(common.share), 0) AS share FROM unnest(%s::text[]) AS pattern LEFT JOIN (
        SELECT unnest(most_common_elems::text::text[]) AS word, unnest(most_common_elem_freqs) AS share
        FROM pg_stats WHERE schemaname = 'public' AND tablename = 'review_searchentry' AND attname = 'words'
    ) AS common ON common.word LIKE pattern GROUP BY pattern
) AS asked
"""


def words_of(q: str) -> list[str]:
    """The words asked for, in the form in which the index has them."""
    folded = q.lower().replace("ß", "ss").translate(_ACCENTS)
    return [word[:40] for word in re.findall(r"[^\W_]+", folded)][:MOST_WORDS]


def matching(q: str, document: str) -> Q:
    """Those that have all words; the last one, and longer ones, may be beginnings. No condition for nothing asked.

    `document`: by which name the filtered rows know their document.
    """
    words = words_of(q)
    if not words:
        return Q(pk__in=[]) if q.strip() else Q()
    begins = [len(word) > 2 or word is words[-1] for word in words]
    asked = " & ".join(f"{word}:*" if open_end else word for word, open_end in zip(words, begins, strict=True))
    patterns = [f"{word}%" if open_end else word for word, open_end in zip(words, begins, strict=True)]
    found = _look_up(asked) if _share_of_rarest(patterns) <= COMMON else None
    if found is not None:
        return Q(**{f"{document}__in": RawSQL("SELECT unnest(%s::uuid[])", [found])})
    has = ExpressionWrapper(Q(words=SearchQuery(asked, config="simple", search_type="raw")), BooleanField())
    entry = SearchEntry.objects.filter(document=OuterRef(document)).annotate(has=has)
    return Q(Subquery(entry.values("has"), output_field=BooleanField()))


def _share_of_rarest(patterns: list[str]) -> float:
    """How many of all documents have the rarest of the words, as far as the planner's statistics know."""
    with connection.cursor() as cursor:
        cursor.execute(_RAREST, [patterns])
        return float(cursor.fetchone()[0])


def _look_up(asked: str) -> list[str] | None:
    """The documents that have the words; None where there are too many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(found) FROM review_found(%s::tsquery, %s) AS found", [asked, MANY + 1])
        found: list[str] = cursor.fetchone()[0] or []
    return found if len(found) <= MANY else None
