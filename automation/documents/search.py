"""Documents by how the words in their file name, seller or invoice number begin, from indexes (migration 0004).

Words are what stands between spaces and ASCII punctuation, in lower case: `wind` finds "Wind & Co", not "Nordwind".
"""

import re
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

NEWEST = 2000  # runs looked at one by one first: common words are found there, rare ones by their index
_BETWEEN = r"[\s!-/:-@\[-`{-~]+"


def _begins(column: str) -> str:
    words = f"to_tsvector('simple'::regconfig, regexp_replace({column}, '{_BETWEEN}', ' ', 'g'))"
    return f"{words} @@ to_tsquery('simple', %(words)s)"


_HERE = "entity_id = ANY(%(entities)s) AND run_id < %(before)s"
_AMONG_NEWEST = f"""
SELECT run_id FROM unnest(%(entities)s::uuid[]) AS entity, LATERAL (
    SELECT id, run_id, filename FROM documents_document
    WHERE entity_id = entity AND run_id < %(before)s ORDER BY run_id DESC LIMIT %(newest)s
) AS document LEFT JOIN LATERAL (
    SELECT seller_name, number FROM ledger_invoice WHERE document_id = document.id OFFSET 0 -- not by a scan of them all
) AS invoice ON true
WHERE {_begins("filename")} OR {_begins("seller_name")} OR {_begins("number")}
ORDER BY run_id DESC LIMIT %(enough)s
"""  # noqa: S608 - made of the constants above
_AMONG_ALL = f"""
WITH found AS MATERIALIZED (
    SELECT id FROM documents_document WHERE {_begins("filename")}
    UNION SELECT document_id FROM ledger_invoice WHERE {_begins("seller_name")}
    UNION SELECT document_id FROM ledger_invoice WHERE {_begins("number")}
)
SELECT run_id FROM found JOIN documents_document USING (id) WHERE {_HERE} ORDER BY run_id DESC LIMIT %(enough)s
"""  # noqa: S608 - made of the constants above
_LAST = uuid.UUID(int=2**128 - 1)


def run_ids(
    text: str, *, entities: Collection[uuid.UUID], before: uuid.UUID | None = None, enough: int
) -> list[uuid.UUID]:
    """Up to `enough` runs of documents of these entities, newest first, older than `before`: each word of `text` begins
    one of the name or one of the number. At most two queries."""
    words = [word for word in re.split(_BETWEEN, text.replace("\0", "")) if word]
    if not words or not entities:
        return []
    parameters: dict[str, Any] = {
        "words": " & ".join(f"'{word}':*" for word in words),
        "entities": [str(entity) for entity in entities],
        "before": before or _LAST,
        "newest": NEWEST // len(entities) + enough,
        "enough": enough,
    }
    with connection.cursor() as cursor:
        for statement in (_AMONG_NEWEST, _AMONG_ALL):
            found = [run_id for (run_id,) in cursor.execute(statement, parameters).fetchall()]
            if len(found) == enough:
                break
    return found
