"""Proofs for download: small JSON objects that `audit/verify.py` checks without the database."""

import base64
from collections.abc import Sequence
from functools import partial

from django.db.models.expressions import RawSQL

from audit import canonical, merkle, tree
from audit.models import Checkpoint, Event
from audit.verify import COMPACT

Proof = dict[str, str | list[str]]


class NotSealedError(LookupError):
    """The event is not covered by a signed head yet (or does not exist)."""


def inclusion(event_id: int, head: Checkpoint | None = None) -> Proof:
    """That the event is in the log that `head` (by default the newest) signed: its entry and a c2sp.org/tlog-proof."""
    event, index, head, path = _path(event_id, head)
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *_encoded(path)]
    return {"entry": canonical.entry(event).decode(), "proof": "\n".join(lines) + "\n\n" + head.note}


def compact(event_id: int, head: Checkpoint | None = None) -> bytes:
    """The same in fewer bytes, for `audit.verify.verify_compact`; what comes before the entry stays below 1 KB."""
    event, index, head, path = _path(event_id, head)
    signature = base64.b64decode(head.note.rpartition("\n\n")[2].split("\n")[0].split(" ")[2])
    start = f"{COMPACT} {index} {head.size} {len(path)}\n".encode()
    return b"".join((start, *path, signature, canonical.entry(event)))


def _path(event_id: int, head: Checkpoint | None) -> tuple[Event, int, Checkpoint, list[bytes]]:
    """The event with its leaf in one statement, the hashes in another."""
    head = head or Checkpoint.objects.order_by("-size").first()
    leaf = RawSQL(tree.INDEX_OF.format(id="audit_event.id"), ())  # noqa: S611
    event = Event.objects.annotate(leaf=leaf).filter(id=event_id).first()
    index = getattr(event, "leaf", None)
    if event is None or head is None or index is None or index >= head.size:
        raise NotSealedError(f"Event {event_id} is not under a signed head yet")
    return event, index, head, tree.ask(partial(merkle.inclusion_proof, index, head.size))


def consistency(old: Checkpoint, new: Checkpoint) -> Proof:
    """That the log `new` signed continues the one `old` signed."""
    path = tree.ask(partial(merkle.consistency_proof, old.size, new.size))
    return {"old": old.note, "new": new.note, "hashes": _encoded(path)}


def _encoded(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(hash).decode() for hash in hashes]
