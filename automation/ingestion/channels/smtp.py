"""E-mail sent to us: an address of its own for each channel, served by `manage.py receive_mail` (SMTP or LMTP).

A mail is answered for only once the door has committed all that it brought. Whoever sends it then learns at once what
was refused, so no answer has to be sent to an address that somebody may have forged. There is no relaying.
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from automation.errors import Invalid, TemporaryFailure
from automation.ingestion.authenticity import check
from automation.ingestion.channels.base import Kind, setting
from automation.ingestion.models import Channel
from automation.ingestion.receive import receive_mail

log = logging.getLogger(__name__)
LONGEST_LINE = 2**16  # more than RFC 5321 allows, because programs write such lines
AT_ONCE = 4  # mails being handed in


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Who it is addressed to."""

    address: str = setting("Address", help="Mails to this address are for the channel's legal entity.")
    smallest_picture: int = setting("Smallest picture in the text (bytes)", 20_000, help="Smaller ones are logos.")

    def __post_init__(self) -> None:
        if self.address.count("@") != 1 or not all(self.address.split("@")) or " " in self.address:
            raise Invalid("address must be one e-mail address.")


def place(chosen: SmtpSettings) -> str:
    return f"smtp:{chosen.address.lower()}"


class Handler:
    """aiosmtpd's hooks. The database is used in threads, never on the event loop."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        try:
            found = await asyncio.to_thread(_channel, address)
        except (DatabaseError, InterfaceError):
            return "451 4.3.0 Try again later"
        if found is None:
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        peer = session.peer[0] if isinstance(session.peer, tuple) else ""
        async with self._room:
            answers = [
                await asyncio.to_thread(_take, address, envelope, str(peer), str(session.host_name or ""))
                for address in envelope.rcpt_tos
            ]
        if isinstance(server, LMTP):
            return "\r\n".join(answers)  # one for each recipient (RFC 2033, 4.2)
        return next((a for a in answers if a[0] == "4"), next((a for a in answers if a[0] == "2"), answers[0]))


def protocol(handler: Handler) -> SMTP:
    """One connection's protocol, as the settings say."""
    context = None
    if settings.MAIL_CERTIFICATE:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(settings.MAIL_CERTIFICATE, settings.MAIL_KEY or None)
    kind: type[SMTP] = {"smtp": _Smtp, "lmtp": _Lmtp}[settings.MAIL_PROTOCOL]
    return kind(
        handler,
        data_size_limit=settings.MAIL_MAX_BYTES,
        hostname="countersign",
        ident="Countersign",
        tls_context=context,
        timeout=120,
        enable_SMTPUTF8=True,
        loop=asyncio.get_running_loop(),
    )


class _Smtp(SMTP):
    line_length_limit = LONGEST_LINE


class _Lmtp(LMTP):
    line_length_limit = LONGEST_LINE


def _channel(address: str) -> Channel | None:
    """The channel of an address; what follows a plus sign in it does not count."""
    close_old_connections()
    local, _, domain = address.lower().rpartition("@")
    places = {f"smtp:{local}@{domain}", f"smtp:{local.partition('+')[0]}@{domain}"}
    return Channel.objects.select_related("entity").filter(kind="smtp", enabled=True, place__in=places).first()


def _take(address: str, envelope: Envelope, peer: str, helo: str) -> str:
    """Hand the mail in for one recipient; the reply to it."""
    try:
        channel = _channel(address)
        if channel is None:
            return "550 5.1.1 No such address here"
        raw, sender = bytes(envelope.original_content or b""), str(envelope.mail_from or "")
        told = check(raw, client=peer, helo=helo, envelope_sender=sender)
        smallest = channel.settings.get("smallest_picture", 20_000)
        mail = receive_mail(
            channel, raw, sender=sender, recipients=[address], authenticity=told, smallest_picture=smallest
        )
        Channel.objects.filter(pk=channel.pk).update(looked_at=timezone.now(), worked_at=timezone.now(), error=None)
    except (DatabaseError, InterfaceError, TemporaryFailure) as error:
        log.warning("a mail to %s is to be sent again: %s", address, error)
        return "451 4.3.0 It could not be stored; try again later"
    if mail.known or mail.arrivals.exclude(outcome="refused").exists():
        return "250 2.0.0 Taken"
    why = mail.arrivals.order_by("pk").values_list("message", flat=True).first() or "Nothing in it could be taken."
    return f"550 5.6.0 {' '.join(why.encode('ascii', 'replace').decode().split())[:400]}"


KIND = Kind("E-mail (our own server)", SmtpSettings, place)
