"""Mails about documents: written in the transaction of what they are about, sent in the background, answers threaded.

A letter's Message-ID carries its id. A mail that names it in In-Reply-To or References is an answer, whatever its
subject (automation/ingestion/mail.py). Its text stands in the document's conversation, its files are taken in as ever.
"""

import re
import smtplib
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils import timezone

from audit.record import record, subject_of
from automation import breakers
from automation.documents import storage
from automation.documents.models import Document
from automation.errors import CountersignError, TemporaryFailure
from automation.ingestion.models import Mail
from automation.ingestion.opened import body_of
from review.models import Letter

SECONDS = 20
AT_ONCE = 50
LONGEST = 4000  # characters of an answer that are kept with the document
_LOCK = 6_021_026
_QUOTED = re.compile(
    r"^(>.*|-{2,} ?(Original|Ursprüngliche|Message d'origine|Mensaje original).*|_{8,})$", re.IGNORECASE
)


def write(
    kind: Letter.Kind, document: Document | None, recipient: str, subject: str, text: str, by: User | None = None
) -> Letter:
    """Put a letter into the out-tray, in the caller's transaction."""
    letter = Letter.objects.create(
        kind=kind, document=document, recipient=recipient, subject=subject[:200], text=text, by=by
    )
    if document is not None:
        actor = f"user:{by.username}" if by is not None else "system:letters"
        after = {"letter": letter.pk, "kind": kind.value}
        record("document.letter_written", actor=actor, subject=subject_of(document), after=after)
    return letter


def send_due() -> None:
    """Send what waits, oldest first. While the mail server is away it goes on waiting; a refusal is kept as such."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            _send_all()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def hear() -> None:
    """Put the answers that came into the conversations they belong to, each once."""
    heard = Letter.objects.filter(mail__isnull=False).values("mail")
    for mail in Mail.objects.exclude(answers=[]).exclude(pk__in=heard).filter(done_at__isnull=False)[:AT_ONCE]:
        letter = (
            Letter.objects.filter(pk__in=mail.answers, document__entity=mail.channel.entity_id).order_by("-at").first()
        )
        if letter is not None:
            _hear(letter, mail)


def _send_all() -> None:
    due = Letter.objects.filter(sent_at=None, problem="").exclude(kind=Letter.Kind.ANSWER)
    for letter in due.select_related("document", "by").order_by("at")[:AT_ONCE]:
        try:
            breakers.call("mail:letters", _send, letter)
        except TemporaryFailure:
            return
        except CountersignError as error:
            _settle(letter, problem=error.message)
        else:
            _settle(letter)


@transaction.atomic
def _settle(letter: Letter, problem: str = "") -> None:
    sent_at = None if problem else timezone.now()
    Letter.objects.filter(pk=letter.pk).update(sent_at=sent_at, problem=problem)
    if letter.document is not None:
        record(
            "document.letter_failed" if problem else "document.letter_sent",
            actor="system:letters",
            subject=subject_of(letter.document),
            after={"letter": letter.pk},
            because=problem or None,
        )


@transaction.atomic
def _hear(letter: Letter, mail: Mail) -> None:
    said = Letter.objects.create(
        kind=Letter.Kind.ANSWER,
        document=letter.document,
        recipient=mail.sender,
        subject=mail.subject,
        text=_said(body_of(storage.load(mail)))[:LONGEST],
        answers=letter,
        mail=mail,
        at=mail.received_at,
    )
    if letter.document is not None:
        after = {"letter": said.pk, "answers": letter.pk}
        record("document.letter_answered", actor="system:letters", subject=subject_of(letter.document), after=after)


def _said(body: str) -> str:
    """What is new in an answer: up to the mail that it quotes."""
    lines = []
    for line in body.splitlines():
        if _QUOTED.match(line.strip()):
            break
        lines.append(line)
    # The line that introduces the quotation ("On Monday, X wrote:") goes with it.
    while lines and len(lines) < len(body.splitlines()) and (not lines[-1].strip() or lines[-1].rstrip().endswith(":")):
        lines.pop()
    return "\n".join(lines).strip()


def _send(letter: Letter) -> None:
    """Raises TemporaryFailure, or CountersignError where the server refuses the mail for good."""
    host = settings.MAIL_FROM.rpartition("@")[2]
    mail = EmailMessage(
        letter.subject,
        letter.text,
        settings.MAIL_FROM,
        [letter.recipient],
        connection=_server(),
        headers={"Message-ID": f"<letter.{letter.pk}@{host}>"},
    )
    try:
        mail.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise CountersignError(f"The mail server refuses the letter: {error}", code="letter_refused") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(f"The mail server did not take the letter: {error}") from error


def _server() -> object:
    url = urlsplit(settings.MAIL_URL)
    if not url.hostname:
        raise CountersignError("MAIL_URL names no server, so no mail can be sent.", code="no_mail_server")
    secure = url.scheme == "smtps"
    return get_connection(
        host=url.hostname,
        port=url.port or (465 if secure else 587),
        username=unquote(url.username or ""),
        password=unquote(url.password or ""),
        use_ssl=secure,
        use_tls=url.scheme == "smtp+starttls",
        timeout=SECONDS,
    )
