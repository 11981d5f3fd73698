"""Making an auditor's pack: asked for by a person, built in the background, downloaded by any auditor."""

import hashlib
import tempfile
import zipfile
from datetime import date
from typing import IO

from celery import shared_task
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.models import Pack
from audit.record import record
from automation.errors import Invalid
from review.access import AUDIT, rights
from review.pack.parts import Period, parts

_LOCK = 6_021_025


def request_pack(first: date, last: date, *, acting_user: User) -> Pack:
    """Ask for a pack of these days. It holds everybody's events, so it takes the right at all entities.

    Raises PermissionDenied, and Invalid where the last day is before the first.
    """
    if None not in rights(acting_user).get(AUDIT, frozenset()):
        raise PermissionDenied("A pack holds the events of all entities: only auditors of all of them may have it.")
    if last < first:
        raise Invalid("The last day is before the first.")
    with transaction.atomic():
        pack = Pack.objects.create(
            since=first, until=last, requested_by=acting_user.username, total=len(parts(Period(first, last)))
        )
        record(
            "pack.requested",
            actor=f"user:{acting_user.username}",
            subject=f"pack:{pack.pk}",
            after={"since": first, "until": last},
        )
        transaction.on_commit(lambda: build_packs.delay())
    return pack


@shared_task(name="review.packs")
def build_packs() -> None:
    """Build what is asked for, oldest first. The message only wakes; a pack whose builder died is begun anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            while pack := Pack.objects.filter(finished_at=None).order_by("id").first():
                build(pack)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def build(pack: Pack) -> None:
    """Write the zip and say so in the log; a failure is kept with the pack for the person who waits."""
    try:
        with tempfile.TemporaryFile() as file:
            _write(pack, file)
            digest = _sha256(file)
            name = default_storage.save(f"packs/{pack.since}_{pack.until}_{pack.pk}.zip", File(file))
    except Exception as error:
        Pack.objects.filter(pk=pack.pk).update(finished_at=timezone.now(), problem=f"{type(error).__name__}: {error}")
        raise
    with transaction.atomic():
        Pack.objects.filter(pk=pack.pk).update(finished_at=timezone.now(), file=name, sha256=digest, doing="")
        record(
            "export.created",
            actor=f"user:{pack.requested_by}",
            subject=f"pack:{pack.pk}",
            after={"since": pack.since, "until": pack.until, "sha256": digest},
        )


def _write(pack: Pack, file: IO[bytes]) -> None:
    """Part by part, so that whoever waits sees how far it is."""
    Pack.objects.filter(pk=pack.pk).update(done=0)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in parts(Period(pack.since, pack.until)):
            Pack.objects.filter(pk=pack.pk).update(doing=name)
            with transaction.atomic(), archive.open(name, "w", force_zip64=True) as part:
                for line in lines():
                    part.write(line)
            Pack.objects.filter(pk=pack.pk).update(done=F("done") + 1)


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()
