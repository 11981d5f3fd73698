"""Where files come from, the mails they came with, and every arrival, also those that were refused."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from automation.identity import new_id


class Channel(models.Model):
    """One place that files are taken from for one legal entity: a mailbox, a folder, a server, a queue.

    `settings` are those of its kind (ingestion/channels). `place` names mailbox or folder itself: no two channels share
    one. `failures` are those in a row, `error` the last of them; `waiting` is what the last look left behind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="channels")
    name = models.TextField(unique=True)
    kind = models.TextField()
    settings = models.JSONField(default=dict)
    place = models.TextField(unique=True)
    secret = models.BinaryField(null=True)  # sealed with the master key, see documents/storage.py
    enabled = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True)  # {"code", "message", "at"}
    waiting = models.PositiveIntegerField(null=True)
    dead_letters = models.PositiveIntegerField(null=True)  # of a message queue

    def __str__(self) -> str:
        return self.name


class Mail(models.Model):
    """One mail, kept whole and encrypted as documents are. `files`: how many it brought; `done_at`: all were handed in.

    `authenticity` says what SPF and DKIM told, and who says so.
    `passed_over` lists parts that are no files: [{"name", "why"}].
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="mails")
    message_id = models.TextField()
    sender = models.TextField(blank=True)
    recipients = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()
    storage_name = models.TextField()
    files = models.PositiveIntegerField()
    known = models.PositiveIntegerField(default=0)  # of them: came before, with another copy of this mail
    passed_over = models.JSONField(default=list)
    authenticity = models.JSONField(default=dict)
    answers = models.JSONField(default=list)  # ids of our own letters that it answers (ingestion/mail.py)
    received_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    answer = models.TextField(
        default="none", choices=[("none", "None"), ("due", "To be sent"), ("sent", "Sent"), ("failed", "Not sent")]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "sha256"], name="mail_bytes_once")]
        indexes = [models.Index(fields=["channel", "-received_at"], name="mail_newest")]

    def __str__(self) -> str:
        return self.subject


class Arrival(models.Model):
    """One file handed to the door, and what the door said.

    `key` is the file's identity where its channel knows one, such as a mail's Message-ID, the part in it and its hash:
    what has a key is taken once, however often it is fetched. `channel` is a word (email, upload), `source` the
    configured channel. Refused bytes are kept for a while, so that a person can try again.
    """

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="arrivals")
    channel = models.TextField()
    source = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="arrivals")
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, null=True, related_name="arrivals")
    key = models.TextField(blank=True)
    filename = models.TextField()
    sender = models.TextField(blank=True)
    declared_type = models.TextField(blank=True)
    metadata = models.JSONField(default=dict)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    wrapped_key = models.BinaryField(null=True)  # with storage_name: of refused bytes that are still kept
    storage_name = models.TextField(blank=True)
    outcome = models.TextField(choices=[("accepted", "Accepted"), ("duplicate", "Duplicate"), ("refused", "Refused")])
    code = models.TextField(blank=True)
    message = models.TextField(blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="arrivals")
    retry_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="retries")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], condition=~models.Q(key=""), name="arrival_key_once")
        ]
        indexes = [
            models.Index(fields=["entity", "-at"], name="arrival_newest"),
            models.Index(fields=["-at"], condition=~models.Q(outcome="accepted"), name="arrival_not_accepted"),
        ]
