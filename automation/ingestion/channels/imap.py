"""E-mail by IMAP: takes each mail of a folder, and moves or marks it once the door has committed all that it brought.

A connection may break at any moment. A mail that was handed in and not moved yet is met again, and known by then.
"""

import contextlib
import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx
import imap_tools
from django.conf import settings as django_settings
from django.db import DatabaseError
from imap_tools.errors import ImapToolsError

from automation.errors import CountersignError, Invalid, PermanentFailure, TemporaryFailure, TooLarge
from automation.ingestion.accept import refuse
from automation.ingestion.answer import answer_due
from automation.ingestion.authenticity import check, told_by
from automation.ingestion.channels.base import LOOPBACK, Kind, Left, Polled, Visit, setting
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Mail
from automation.ingestion.opened import read_head
from automation.ingestion.receive import receive_mail

log = logging.getLogger(__name__)

TAKEN = "$CountersignTaken"
AT_ONCE = 100  # mails of one look
SECONDS = 60  # a server may be silent
_SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
_BROKEN = (OSError, imaplib.IMAP4.error, ImapToolsError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapSettings(Polled):
    """One folder of one mailbox."""

    host: str = setting("Server")
    port: int = setting("Port", 993, least=1, most=65535)
    security: Literal["tls", "starttls", "none"] = setting(
        "Encryption", "tls", help="None only on this machine itself."
    )
    certificate: str = setting(
        "Trusted certificate (PEM)", "", help="Where the server's is not publicly known.", long=True
    )
    user: str = setting("User")
    authentication: Literal["password", "oauth2"] = setting("Sign in with", "password")
    token_url: str = setting("OAuth2: token address", "")
    client_id: str = setting("OAuth2: client", "")
    scope: str = setting("OAuth2: scope", "")
    folder: str = setting("Folder", "INBOX")
    afterwards: Literal["move", "flag", "delete"] = setting("Taken mails are then", "move")
    taken_folder: str = setting("Move taken mails to", "Countersign-taken")
    refused_folder: str = setting("Move refused mails to", "Countersign-refused")
    smallest_picture: int = setting("Smallest picture in the text (bytes)", 20_000, help="Smaller ones are logos.")
    answer_senders: bool = setting("Tell senders what was refused", False, help="Needs MAIL_URL.")
    trusted_server: str = setting(
        "Mail server whose SPF and DKIM results are believed", "", help="As it names itself in Authentication-Results."
    )
    idle: bool = setting("Be told of new mail (IDLE)", True)

    def __post_init__(self) -> None:
        if self.security == "none" and self.host not in LOOPBACK:
            raise Invalid("security none is for servers on this machine only: passwords would travel in the open.")
        safe = self.token_url.startswith("https://") or urlsplit(self.token_url).hostname in LOOPBACK
        if self.authentication == "oauth2" and not (safe and self.client_id):
            raise Invalid("For oauth2 give token_url (https) and client_id.")


def place(chosen: ImapSettings) -> str:
    return f"imap://{chosen.user}@{chosen.host}:{chosen.port}/{chosen.folder}"


def fetch(visit: Visit) -> Left:
    with _told(), _mailbox(visit) as mailbox:
        _prepare(visit.settings, mailbox)
        uids = mailbox.uids(_waiting(visit.settings))
        taken, broken = 0, list[Exception]()
        for uid, size in _sizes(mailbox, uids[:AT_ONCE]):
            if visit.enough():
                break
            try:
                good = _take(visit, mailbox, uid, size)
            except (CountersignError, DatabaseError, *_BROKEN):
                raise
            except Exception as error:
                # A fault of ours: that mail stays where it is and is told of, the ones behind it are taken.
                log.exception("mail %s of %s cannot be taken in", uid, visit.channel.name)
                broken.append(error)
                continue
            _finish(visit.settings, mailbox, uid, good=good)
            taken += 1
    answer_due(visit.channel)
    if broken:
        raise broken[0]
    return Left(len(uids) - taken, soon=len(uids) > taken)


def wait(visit: Visit, seconds: float) -> bool:
    """Until the server tells of a new mail (RFC 2177), looked for each second. False where it does not or cannot."""
    if not visit.settings.idle:
        return False
    try:
        with _mailbox(visit) as mailbox:
            if "IDLE" not in mailbox.client.capabilities:
                return False
            if mailbox.uids(_waiting(visit.settings)):
                return True  # it came after the last look: the server tells only of what comes from now on
            mailbox.idle.start()  # type: ignore[no-untyped-call]
            came = False
            for _ in range(int(seconds)):
                came = bool(mailbox.idle.poll(1))
                if came or visit.enough():
                    break
            mailbox.idle.stop()  # type: ignore[no-untyped-call]
            return came
    except (*_BROKEN, TemporaryFailure, PermanentFailure) as error:
        log.info("%s cannot tell of new mail now: %s", visit.channel.name, error)
        return False


def _waiting(chosen: ImapSettings) -> str:
    return f"UNKEYWORD {TAKEN} UNDELETED" if chosen.afterwards == "flag" else "UNDELETED"


def _take(visit: Visit, mailbox: imap_tools.BaseMailBox, uid: str, size: int) -> bool:
    """Hand one mail in; whether anything of it was taken."""
    if size > django_settings.MAIL_MAX_BYTES:
        _refuse_unread(visit, _part(mailbox, uid, "BODY.PEEK[HEADER]"), size)
        return False
    raw, server = _part(mailbox, uid, "BODY.PEEK[]"), visit.settings.trusted_server
    mail = receive_mail(
        visit.channel,
        raw,
        authenticity=told_by(raw, server) if server else check(raw),
        smallest_picture=visit.settings.smallest_picture,
        may_answer=visit.settings.answer_senders,
    )
    return _brought_something(mail)


def _brought_something(mail: Mail) -> bool:
    return mail.known > 0 or mail.arrivals.exclude(outcome="refused").exists()


def _refuse_unread(visit: Visit, head: bytes, size: int) -> None:
    known = read_head(head)
    most = django_settings.MAIL_MAX_BYTES
    incoming = IncomingFile(
        visit.channel.entity,
        f"{known.subject or 'mail'}.eml",
        head,
        "email",
        known.sender,
        full_size=size,
        source=visit.channel,
        key=f"{known.message_id}:{size}",
    )
    message = f"The mail has {size / 2**20:,.0f} MB; at most {most / 2**20:,.0f} MB are taken. Send several mails."
    refuse(incoming, TooLarge(message))


def _finish(chosen: ImapSettings, mailbox: imap_tools.BaseMailBox, uid: str, *, good: bool) -> None:
    if chosen.afterwards == "flag":
        mailbox.flag([uid], [TAKEN], True)
    elif chosen.afterwards == "delete" and good:
        mailbox.delete([uid])
    else:
        mailbox.move([uid], chosen.taken_folder if good else chosen.refused_folder)


def _prepare(chosen: ImapSettings, mailbox: imap_tools.BaseMailBox) -> None:
    if chosen.afterwards == "flag":
        allowed = b" ".join(part for part in mailbox.client.response("PERMANENTFLAGS")[1] if part)
        if rb"\*" not in allowed and TAKEN.encode() not in allowed:
            raise PermanentFailure("The server keeps no marks of ours. Let taken mails be moved.", code="no_keywords")
        return
    for name in (chosen.taken_folder, chosen.refused_folder):
        if not mailbox.folder.exists(name):
            mailbox.folder.create(name)


def _sizes(mailbox: imap_tools.BaseMailBox, uids: list[str]) -> list[tuple[str, int]]:
    if not uids:
        return []
    _, answers = mailbox.client.uid("fetch", ",".join(uids), "(UID RFC822.SIZE)")
    found = [match for answer in answers if isinstance(answer, bytes) and (match := _SIZE.search(answer))]
    return [((one[1] or one[4]).decode(), int(one[2] or one[3])) for one in found]


def _part(mailbox: imap_tools.BaseMailBox, uid: str, part: str) -> bytes:
    _, answers = mailbox.client.uid("fetch", uid, f"({part})")
    for answer in answers:
        if isinstance(answer, tuple):
            return bytes(answer[1])
    raise TemporaryFailure(f"The server did not hand out mail {uid}.", code="mailbox_unreachable")


@contextlib.contextmanager
def _mailbox(visit: Visit) -> Iterator[imap_tools.BaseMailBox]:
    chosen: ImapSettings = visit.settings
    context = ssl.create_default_context(cadata=chosen.certificate or None)
    if chosen.security == "tls":
        mailbox: imap_tools.BaseMailBox = imap_tools.MailBox(chosen.host, chosen.port, SECONDS, ssl_context=context)
    elif chosen.security == "starttls":
        mailbox = imap_tools.MailBoxStartTls(chosen.host, chosen.port, SECONDS, ssl_context=context)
    else:
        mailbox = imap_tools.MailBoxUnencrypted(chosen.host, chosen.port, SECONDS)
    try:
        _sign_in(chosen, visit.secret, mailbox)
        yield mailbox
        with contextlib.suppress(*_BROKEN):
            mailbox.logout()
    finally:
        with contextlib.suppress(OSError):
            mailbox.client.shutdown()


def _sign_in(chosen: ImapSettings, secret: str, mailbox: imap_tools.BaseMailBox) -> None:
    try:
        if chosen.authentication == "oauth2":
            mailbox.xoauth2(chosen.user, _token(chosen, secret), initial_folder=None)
        else:
            mailbox.login_utf8(chosen.user, secret, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        raise PermanentFailure(f"The mail server refuses {chosen.user}: {error}", code="sign_in_refused") from error
    mailbox.folder.set(chosen.folder)


def _token(chosen: ImapSettings, secret: str) -> str:
    """An access token for a service (RFC 6749, 4.4): what Microsoft 365 and others ask for instead of a password."""
    form = {"grant_type": "client_credentials", "client_id": chosen.client_id, "client_secret": secret}
    try:
        answer = httpx.post(chosen.token_url, data={**form, "scope": chosen.scope}, timeout=20)
        answer.raise_for_status()
        return str(answer.json()["access_token"])
    except httpx.HTTPStatusError as error:
        message = f"The token address answers {error.response.status_code}."
        raise PermanentFailure(message, code="sign_in_refused") from error
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise TemporaryFailure(f"No access token: {error!r}", code="token_unavailable") from error


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (socket.gaierror, ssl.SSLError) as error:
        raise TemporaryFailure(
            f"The mail server cannot be reached safely: {error}", code="mailbox_unreachable"
        ) from error
    except _BROKEN as error:
        raise TemporaryFailure(f"The mail server broke off: {error}", code="mailbox_unreachable") from error


KIND = Kind("E-mail (IMAP)", ImapSettings, place, fetch, wait, "Password, or OAuth2 client secret")
