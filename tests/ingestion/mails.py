"""Mails as people and programs send them, good and bad."""

import email.utils
import io
import stat
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP

from tests.inference import documents as made


def invoice(number: int | str) -> bytes:
    return made.pdf(made.lines(f"Invoice {number}", "Date 2026-11-03", "Total EUR 119.00"))


def mail(
    *attachments: tuple[str, bytes],
    subject: str = "Invoice",
    sender: str = "billing@supplier.example",
    to: str = "invoices@ours.example",
    message_id: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = message_id or email.utils.make_msgid(domain="supplier.example")
    message["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content("Dear all,\nplease find our invoice attached.\n")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def raw(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=SMTP)


def zipped(*files: tuple[str, bytes], links: Sequence[tuple[str, str]] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
        for name, target in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return buffer.getvalue()
