"""From what a channel holds to the door: files with the files in them, and mails with all that they bring."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from automation.documents import storage
from automation.errors import Refused
from automation.ingestion.accept import Accepted, accept, refuse
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.models import Arrival, Channel, Mail
from automation.ingestion.opened import open_mail, unpacked
from inference.unpacking.mail import Contents, Head
from inference.unpacking.parts import Part, Refusal, storable

MAIL = "message/rfc822"
LONGEST_KEY = 600  # characters; an index takes no more than 2,704 bytes
NOTHING_ATTACHED = "The mail has no file attached. Attach the invoice and send it again."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the door said to one file: `accepted`, or else `refusal`."""

    filename: str
    accepted: Accepted | None
    refusal: Refused | None


def receive(incoming: IncomingFile) -> list[Outcome]:
    """Hand in a file, or all that an archive holds. Raises TemporaryFailure: then the same call may be repeated."""
    if incoming.full_size is not None:
        return [_hand_in(incoming, None)]
    part = Part("", incoming.filename, incoming.data, incoming.declared_type)
    return [_hand_in(_of_part(incoming, found), found.refusal) for found in unpacked(part)]


def receive_parts(incoming: IncomingFile) -> list[Outcome]:
    """Hand in all files of a mail that is in hand as a file. One that cannot be taken apart is one refusal."""
    _, contents = open_mail(incoming.data, smallest_picture=0)
    if isinstance(contents, Refused):
        return [_hand_in(incoming, contents)]
    if not contents.files:
        return [_hand_in(incoming, Refused(NOTHING_ATTACHED, code="nothing_attached"))]
    return [_hand_in(_of_part(incoming, part), part.refusal) for part in contents.files]


def receive_mail(
    channel: Channel,
    raw: bytes,
    *,
    sender: str = "",
    recipients: Collection[str] = (),
    authenticity: Mapping[str, str] | None = None,
    smallest_picture: int,
    may_answer: bool = False,
) -> Mail:
    """Keep a mail and hand in its files, each once, however often the mail comes. Raises TemporaryFailure.

    `sender`, `recipients`: of the envelope, where the channel knows it. `may_answer`: tell the sender what was refused.
    """
    head, found = open_mail(raw, smallest_picture=smallest_picture)
    refusal, contents = (found, Contents()) if isinstance(found, Refused) else (None, found)
    if refusal is None and not contents.files and not head.answers:
        refusal = Refused(NOTHING_ATTACHED, code="nothing_attached")
    sender = storable(sender) or head.sender
    mail = _kept(channel, raw, head, contents, sender, list(recipients) or list(head.recipients), authenticity or {})
    if mail.done_at is not None:
        return mail
    whole = IncomingFile(
        channel.entity, f"{head.subject or 'mail'}.eml", raw, "email", sender, source=channel, mail=mail
    )
    identity = head.message_id or mail.sha256
    handed_in: list[tuple[IncomingFile, Refused | Refusal | None]]
    if refusal is not None:
        handed_in = [(replace(whole, declared_type=MAIL, key=f"{identity}:{mail.sha256}"), refusal)]
    else:
        handed_in = [(_of_part(replace(whole, key=identity), part), part.refusal) for part in contents.files]
    outcomes = [_hand_in(incoming, why) for incoming, why in handed_in]
    answers = may_answer and sender and not head.automatic and any(outcome.refusal for outcome in outcomes)
    keys = [incoming.key for incoming, _ in handed_in]
    mail.known = Arrival.objects.filter(source=channel, key__in=keys).exclude(mail=mail).count()
    mail.done_at, mail.answer = timezone.now(), "due" if answers else "none"
    mail.save(update_fields=["known", "done_at", "answer"])
    return mail


def _kept(
    channel: Channel,
    raw: bytes,
    head: Head,
    contents: Contents,
    sender: str,
    recipients: list[str],
    authenticity: Mapping[str, str],
) -> Mail:
    """The mail's row, with its bytes in the storage: the one there is, or a new one."""
    sha256 = hashlib.sha256(raw).hexdigest()
    there = Mail.objects.filter(channel=channel, sha256=sha256).first()
    if there is not None:
        return there
    stored = storage.store(raw)
    try:
        with transaction.atomic():
            return Mail.objects.create(
                channel=channel,
                message_id=head.message_id,
                sender=sender,
                recipients=recipients,
                subject=head.subject,
                size=len(raw),
                sha256=sha256,
                wrapped_key=stored.wrapped_key,
                storage_name=stored.storage_name,
                files=len(contents.files) if head.answers else max(1, len(contents.files)),
                passed_over=contents.passed_over,
                authenticity=dict(authenticity),
                answers=list(head.answers),
            )
    except IntegrityError:
        storage.discard(stored)
        return Mail.objects.get(channel=channel, sha256=sha256)


def _of_part(whole: IncomingFile, part: Part) -> IncomingFile:
    """The file in place of what it came in; its key is the whole's, the path in it and its bytes."""
    key = f"{whole.key}:{part.path}:{hashlib.sha256(part.data).hexdigest()}" if whole.key else ""
    if len(key) > LONGEST_KEY:
        key = f"sha256:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"
    return replace(
        whole,
        filename=part.filename,
        data=part.data,
        declared_type=part.declared_type,
        full_size=part.full_size,
        key=key,
    )


def _hand_in(incoming: IncomingFile, why: Refused | Refusal | None) -> Outcome:
    try:
        if why is not None:
            refusal = why if isinstance(why, Refused) else Refused(why.message, code=why.code)
            refuse(incoming, refusal)
            return Outcome(incoming.clean_filename, None, refusal)
        return Outcome(incoming.clean_filename, accept(incoming), None)
    except Refused as error:
        return Outcome(incoming.clean_filename, None, error)
