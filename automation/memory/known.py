"""Which suppliers are known, and by which verified documents."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from automation.ledger.models import LegalEntity
from automation.memory.models import Memory
from inference.evaluation import matches

SHOWN = 500


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """One example: the document, how many of its values have a place, and until when it counts."""

    id: uuid.UUID
    filename: str
    fields: int
    confirmed_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class KnownSupplier:
    """A supplier as its verified documents name it, in one legal entity; the newest document first."""

    name: str
    entity: str
    documents: tuple[KnownDocument, ...]


def known_suppliers(entities: QuerySet[LegalEntity] | Iterable[LegalEntity], name: str = "") -> list[KnownSupplier]:
    """Suppliers by the examples that count today, `SHOWN` of them, the newest first; `name`: only this one's."""
    days = timedelta(days=settings.MEMORY_DAYS)
    seller = KeyTextTransform("seller_name", KeyTextTransform("fields", "example"))
    rows = Memory.objects.filter(entity__in=entities, forgotten_at=None, confirmed_at__gte=timezone.now() - days)
    found: dict[tuple[str, str], list[KnownDocument]] = defaultdict(list)
    for row in (
        rows.select_related("document", "entity").annotate(seller=seller).order_by("-confirmed_at", "-pk")[:SHOWN]
    ):
        if name and not matches("name", "seller_name", row.seller or "", name):
            continue
        places = row.example.get("places", {})
        known = KnownDocument(
            row.document_id, row.document.filename, len(places), row.confirmed_at, row.confirmed_at + days
        )
        found[row.seller or "", row.entity.name].append(known)
    return [KnownSupplier(seller, entity, tuple(documents)) for (seller, entity), documents in found.items()]
