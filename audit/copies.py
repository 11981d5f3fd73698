"""Copies of the heads with others: each head is sent, in order, until the receiver has taken it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import httpx
from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from audit.checkpoint import head_line
from audit.models import Checkpoint, HeadCopy

TIMEOUT = 10.0  # seconds
_A_TIME = 200  # heads in one request


def send_all() -> None:
    """Bring every configured receiver up to date. One that does not answer holds up no other."""
    if settings.AUDIT_HEADS_WEBHOOK:
        _send("webhook", _post)
    if settings.AUDIT_HEADS_MAIL:
        _send("mail", _mail)
    if settings.AUDIT_S3_BUCKET:
        _send("S3 bucket", _put)


def _send(receiver: str, deliver: Callable[[str, Checkpoint], None]) -> None:
    copy, _ = HeadCopy.objects.get_or_create(receiver=receiver)
    heads = list(Checkpoint.objects.filter(size__gt=copy.size).order_by("size")[:_A_TIME])
    if not heads:
        return
    try:
        deliver("".join(map(head_line, heads)), heads[-1])
    except (httpx.HTTPError, OSError) as error:
        HeadCopy.objects.filter(pk=receiver).update(problem=f"{type(error).__name__}: {error}")
        return
    HeadCopy.objects.filter(pk=receiver).update(size=heads[-1].size, at=timezone.now(), problem="")


def _post(lines: str, newest: Checkpoint) -> None:
    """Lines of heads.jsonl as a Standard Webhook (standardwebhooks.com): the receiver appends them where we cannot."""
    id, seconds = f"heads-{newest.size}", str(int(timezone.now().timestamp()))
    body = json.dumps({"type": "audit.heads", "timestamp": timezone.now().isoformat(), "data": {"heads": lines}})
    headers = {"webhook-id": id, "webhook-timestamp": seconds, "content-type": "application/json"}
    if settings.AUDIT_HEADS_WEBHOOK_SECRET:
        key = base64.b64decode(settings.AUDIT_HEADS_WEBHOOK_SECRET.removeprefix("whsec_"))
        digest = hmac.new(key, f"{id}.{seconds}.{body}".encode(), hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    httpx.post(settings.AUDIT_HEADS_WEBHOOK, content=body, headers=headers, timeout=TIMEOUT).raise_for_status()


def _mail(lines: str, newest: Checkpoint) -> None:
    """To the auditor, who keeps the mails: the lines as they belong into their copy of heads.jsonl."""
    subject = f"{settings.AUDIT_ORIGIN}: heads up to {newest.size} entries"
    send_mail(subject, lines, settings.MAIL_FROM, [settings.AUDIT_HEADS_MAIL])


def _put(lines: str, newest: Checkpoint) -> None:
    from audit import s3  # its library takes a while to load, and only those who have a bucket need it

    s3.put(lines, newest.size)
