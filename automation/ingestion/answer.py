"""Mails to senders whose files were refused: what, why, and what to do. Only where the channel says so, once a mail."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from audit.record import record
from automation import breakers
from automation.errors import CountersignError, TemporaryFailure
from automation.ingestion.models import Channel, Mail

SECONDS = 20


def answer_due(channel: Channel) -> None:
    """Send what is to be sent for this channel. A mail server that is away keeps no file from being fetched."""
    for mail in Mail.objects.filter(channel=channel, answer="due").order_by("received_at")[:20]:
        try:
            breakers.call("mail:answers", _send, _composed(mail))
        except TemporaryFailure:
            return
        except CountersignError as error:
            _settle(mail, "failed", error.message)
        else:
            _settle(mail, "sent", "")


@transaction.atomic
def _settle(mail: Mail, answer: str, because: str) -> None:
    if Mail.objects.filter(pk=mail.pk, answer="due").update(answer=answer):
        name = "mail.answered" if answer == "sent" else "mail.answer_failed"
        record(
            name, actor="system:email", subject=f"mail:{mail.pk}", after={"to": mail.sender}, because=because or None
        )


def _composed(mail: Mail) -> EmailMessage:
    answer = EmailMessage()
    answer["From"], answer["To"] = settings.MAIL_FROM, mail.sender
    answer["Subject"] = f"Not taken: {mail.subject}"[:200]
    answer["Auto-Submitted"] = "auto-replied"
    if mail.message_id.startswith("<") and mail.message_id.isascii() and " " not in mail.message_id:
        answer["In-Reply-To"] = answer["References"] = mail.message_id
    refused = mail.arrivals.filter(outcome="refused").order_by("pk")[:50]
    lines = [f"- {arrival.filename}: {arrival.message}" for arrival in refused]
    taken = mail.arrivals.exclude(outcome="refused").count()
    answer.set_content(
        "\n".join(
            [
                f"Of your mail to {mail.channel.entity.name}, this could not be taken:",
                "",
                *lines,
                "",
                f"Everything else in it ({taken}) was taken." if taken else "Nothing else was in it.",
            ]
        )
    )
    return answer


def _send(message: EmailMessage) -> None:
    """Raises TemporaryFailure, or CountersignError where the server refuses the mail for good."""
    url = urlsplit(settings.MAIL_URL)
    if not url.hostname:
        raise CountersignError("MAIL_URL names no server, so senders cannot be told.", code="no_mail_server")
    try:
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                url.hostname, url.port or 465, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(url.hostname, url.port or 587, timeout=SECONDS)
        with server:
            if url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise CountersignError(f"The mail server refuses the answer: {error}", code="answer_refused") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(f"The mail server did not take the answer: {error}") from error
