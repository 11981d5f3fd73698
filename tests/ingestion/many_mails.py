"""Very many mails through a real IMAP server while the connection is cut at random.

    python -m tests.ingestion.many_mails [--mails 1000] [--attachments 1500]

Prints how many attachments came through, how often the connection was cut, and how long it took. Each attachment must
have become one document, and none may be missing.
"""

import argparse
import hashlib
import random
import tempfile
import time
from typing import Any

from tests.bench.ground import ground
from tests.ingestion.mails import invoice, mail, raw

# Django is set up by main(), or by pytest, before what needs it is imported.


def send(dovecot: "Dovecot", user: str, *, mails: int, attachments: int) -> list[str]:  # type: ignore[name-defined]  # noqa: F821
    """Put mails with so many attachments together into the user's mailbox; the SHA-256 of each attachment."""
    chance = random.Random(1)
    counts = [1] * mails
    for _ in range(attachments - mails):
        counts[chance.randrange(mails)] += 1
    files = [(f"{number}.pdf", invoice(f"{user}-{number}")) for number in range(attachments)]
    waiting = iter(files)
    dovecot.deliver(user, *(raw(mail(*(next(waiting) for _ in range(count)))) for count in counts))
    return [hashlib.sha256(data).hexdigest() for _, data in files]


def fetch_all(channel: "Channel") -> int:  # type: ignore[name-defined]  # noqa: F821
    """Look again and again until a look leaves nothing behind; how many looks it took."""
    import redis
    from django.conf import settings

    from automation.ingestion.fetch import fetch_channel

    client, looks = redis.Redis.from_url(settings.REDIS_URL), 0
    while True:
        looks += 1
        left = fetch_channel(channel.pk)
        if left is not None and left.waiting == 0:
            return looks
        # Nobody waits for the breaker here: it would rest a minute after five broken connections in a row.
        if keys := list(client.scan_iter("*:pybreaker:*")):
            client.delete(*keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--attachments", type=int, default=1500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ground("countersign_mails", "mails"):
        from django.conf import settings

        storages: dict[str, Any] = settings.STORAGES
        storages["documents"]["OPTIONS"] = {"location": folder}
        from automation.documents.models import Document
        from automation.ingestion.configure import create_channel
        from automation.ingestion.models import Arrival
        from automation.ledger.entities import create_entity
        from tests.ingestion.cutting import CuttingProxy
        from tests.ingestion.dovecot import PASSWORD, Dovecot

        dovecot = Dovecot()
        try:
            wanted = send(dovecot, "many", mails=given.mails, attachments=given.attachments)
            proxy = CuttingProxy(dovecot.port, most=200_000, seed=int(time.time()))
            place = {"host": "127.0.0.1", "port": proxy.port, "security": "none", "user": "many"}
            entity = create_entity("Many mails", actor="system:test")
            channel = create_channel(entity, "Mails", "imap", place, secret=PASSWORD, actor="system:test")
            began = time.monotonic()
            looks = fetch_all(channel)
            seconds = time.monotonic() - began
            proxy.close()
            found = list(Document.objects.values_list("sha256", flat=True))
            left = dovecot.count("many")
        finally:
            dovecot.stop()
        print(f"{len(found)} documents of {len(wanted)} attachments in {given.mails} mails, {seconds:.0f} s")
        print(f"{looks} looks, {proxy.cuts} connections cut, {left} mails left behind")
        taken = Arrival.objects.count()
        assert sorted(found) == sorted(wanted) and taken == len(wanted) and left == 0, (
            "an attachment is missing or double"
        )


if __name__ == "__main__":
    main()
