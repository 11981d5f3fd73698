"""A refused file taken in again from the bytes that were kept, as after a limit was raised."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from audit.record import record
from automation.documents import storage
from automation.errors import Conflict
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival
from automation.ingestion.receive import MAIL, Outcome, receive, receive_parts


def retry_arrival(arrival_id: int, *, acting_user: User) -> list[Outcome]:
    """What the door says now, of the file or of all that it holds. Raises Conflict where its bytes are not kept.

    The caller has made sure that the person may hand in documents for the entity.
    """
    arrival = Arrival.objects.select_related("entity").get(pk=arrival_id, outcome="refused")
    if not arrival.storage_name:
        raise Conflict("The bytes of this file are not kept. Ask for it again.")
    data = storage.load(_Kept(arrival))
    incoming = IncomingFile(
        arrival.entity,
        arrival.filename,
        data,
        arrival.channel,
        arrival.sender,
        acting_user,
        arrival.declared_type,
        metadata=arrival.metadata,
        retry_of=arrival,
    )
    outcomes = receive_parts(incoming) if arrival.declared_type == MAIL else receive(incoming)
    with transaction.atomic():
        record(
            "arrival.retried",
            actor=f"user:{acting_user.get_username()}",
            subject=f"arrival:{arrival.pk}",
            after={"accepted": [str(one.accepted.document.pk) for one in outcomes if one.accepted]},
        )
    return outcomes


def drop_old_bytes(*, days: int) -> int:
    """Destroy the bytes of files refused that long ago, with their keys; how many."""
    before = timezone.now() - timedelta(days=days)
    old = Arrival.objects.filter(outcome="refused", at__lt=before).exclude(storage_name="")
    dropped = 0
    for arrival in old.order_by("pk")[:1000]:
        with transaction.atomic():
            kept = Arrival.objects.filter(pk=arrival.pk).exclude(storage_name="")
            if kept.update(storage_name="", wrapped_key=None):
                record("arrival.bytes_dropped", actor="system:retention", subject=f"arrival:{arrival.pk}")
                dropped += 1
        storage.discard(storage.StoredBytes(arrival.sha256, arrival.storage_name, b""))
    return dropped


class _Kept:
    """The refused bytes as the storage finds them."""

    def __init__(self, arrival: Arrival) -> None:
        self.sha256, self.storage_name = arrival.sha256, arrival.storage_name
        self.wrapped_key = bytes(arrival.wrapped_key or b"")
