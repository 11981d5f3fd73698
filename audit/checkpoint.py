"""Signing the tree's head, and writing every head to a file outside the database."""

import json
import os
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import connection, transaction

from audit import canonical, merkle, tree
from audit.models import Checkpoint, Event
from audit.record import record
from audit.sequencer import fold_all
from audit.signing import Signer
from audit.verify import BACKDATING_TOLERANCE, Head, checkpoint_text, read_heads

_LOCK = 6_021_024


class ContradictionError(Exception):
    """The database does not continue what was signed before: it was changed, or an old copy was put in its place."""


def checkpoint(signer: Signer, heads_file: Path) -> Checkpoint | None:
    """Sign the tree as it is now and append the head to `heads_file`; None while another process does so.

    A tree that has not grown gets no new head. Heads that a crash kept from the file are written first. Raises
    ContradictionError, and signs nothing, where the tree does not continue the newest head of the file or the database.
    """
    declared = _declare_a_clock_set_back(signer)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        size = tree.size()
        if declared is not None and not _covers(size, declared):
            return None
        newest = Checkpoint.objects.order_by("-size").first()
        outside = newest_outside(signer, heads_file)
        known = [(newest.size, bytes(newest.root))] if newest else []
        known += [(outside.size, outside.root)] if outside else []
        for old_size, old_root in known:
            _require_continuation(old_size, old_root, size)
        if newest is None or newest.size < size:
            root = tree.ask(partial(merkle.root, size))
            at = _now()
            note = signer.sign(checkpoint_text(signer.name, size, root), at)
            newest = Checkpoint.objects.create(size=size, root=root, note=note, at=at)
    publish(heads_file, after=outside.size if outside else -1)
    return newest


def newest_outside(signer: Signer, heads_file: Path) -> Head | None:
    """The last head written outside. Raises `audit.verify.BrokenError` if the file was tampered with."""
    if not heads_file.exists():
        return None
    heads = read_heads(heads_file.read_text(errors="replace"), signer.keys)
    return heads[-1] if heads else None


def publish(heads_file: Path, *, after: int) -> None:
    """Append every head larger than `after` to `heads_file`, and wait until they are on disk."""
    lines = "".join(head_line(head) for head in Checkpoint.objects.filter(size__gt=after).order_by("size"))
    if not lines:
        return
    heads_file.parent.mkdir(parents=True, exist_ok=True)
    with heads_file.open("a+b") as file:
        if _ends_mid_line(heads_file):
            lines = "\n" + lines
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())


def head_line(head: Checkpoint, note: str | None = None) -> str:
    """One line of heads.jsonl; the same head always gives the same line. `note`: the head's, with cosignatures."""
    return json.dumps({"at": canonical.timestamp(head.at), "note": note or head.note}) + "\n"


def _now() -> datetime:
    """The database's clock in whole seconds, which is what a signature can say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp())")
        now: datetime = cursor.fetchone()[0]
    return now


def _declare_a_clock_set_back(signer: Signer) -> int | None:
    """Record, and fold, that the database's clock is behind the newest head, so that the events written since do not
    look backdated. The id of that event, which the next head must cover; None where the clock is right."""
    with transaction.atomic(durable=True):
        newest = Checkpoint.objects.order_by("-size").first()
        now = _now()
        if newest is None or now >= newest.at - BACKDATING_TOLERANCE:
            return None
        said = Event.objects.filter(action="log.clock_set_back").order_by("-id").first()
        if said is None or _covers(newest.size, said.id):
            clocks = {"before": {"at": newest.at}, "after": {"at": now}}
            said = record("log.clock_set_back", actor="system:log", subject=f"log:{signer.name}", **clocks)
    fold_all()
    return said.id


def _covers(size: int, event_id: int) -> bool:
    index = tree.index_of(event_id)
    return index is not None and index < size


def _ends_mid_line(path: Path) -> bool:
    content = path.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def _require_continuation(old_size: int, old_root: bytes, size: int) -> None:
    if old_size > size:
        raise ContradictionError(f"The log has {size} entries, but {old_size} were signed for")
    if tree.ask(partial(merkle.root, old_size)) != old_root:
        raise ContradictionError(f"The log's first {old_size} entries are not the ones that were signed for")
