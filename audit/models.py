from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

from audit.fields import CanonicalJSONField


class Event(models.Model):
    """One thing that happened. Written only by `audit.record.record`; nobody can change or delete it.

    The database itself sets `id` and `at`; the application may not (see migration 0002). Personal parts of the payloads
    are encrypted: `audit.personal.opened` gives them back. The event's leaf hash is in its batch (migration 0003).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(help_text="When it was written, by the database server's clock")
    action = models.TextField(help_text="A name in audit/events.py")
    actor = models.TextField(help_text="Who did it: user:KEY, service:KEY or system:NAME")
    subject = models.TextField(help_text="What it happened to, as kind:key, for example document:UUID")
    before = CanonicalJSONField(null=True, help_text="What changed, as it was: an object")
    after = CanonicalJSONField(null=True, help_text="What changed, as it is now: an object")
    because = CanonicalJSONField(null=True, help_text="Why: a reason in words, or the evidence of a decision")

    class Meta:
        indexes = (
            models.Index(fields=["subject", "id"], name="audit_event_subject"),
            models.Index(fields=["action", "at"], name="audit_event_action"),
            BrinIndex(fields=["at"], name="audit_event_at", autosummarize=True),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.subject}"


class SubjectKey(models.Model):
    """What opens the personal data in a subject's events. Only ever added; destroying it empties `wrapped`."""

    subject = models.TextField(primary_key=True)
    wrapped = models.BinaryField(help_text="Its AES-256 key, encrypted with the master key; empty once destroyed")
    at = models.DateTimeField(default=timezone.now)
    erased_by = models.BigIntegerField(null=True, help_text="The event that says why it was destroyed")


class Checkpoint(models.Model):
    """A signed head of the log's Merkle tree. Written only by `audit.checkpoint.checkpoint`."""

    size = models.BigIntegerField(primary_key=True, help_text="Number of leaves")
    root = models.BinaryField(help_text="The tree's root, 32 bytes")
    note = models.TextField(help_text="The signed checkpoint (c2sp.org/tlog-checkpoint)")
    at = models.DateTimeField(help_text="When it was signed, in whole seconds; the note says so too")

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()}"


class Verification(models.Model):
    """One full check of the log, whether by schedule or by hand. Only ever added."""

    at = models.DateTimeField(default=timezone.now)
    intact = models.BooleanField()
    said = models.TextField(help_text="What was found, in words; names the first broken place")
    entries = models.BigIntegerField(default=0)
    heads = models.BigIntegerField(default=0)


class Pack(models.Model):
    """An auditor's pack being made, or made: one zip for a period. `done` of `total` parts are in it."""

    since = models.DateField()
    until = models.DateField(help_text="The last day that is in it")
    requested_by = models.TextField(help_text="The person's user name")
    requested_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    doing = models.TextField(blank=True, help_text="The part being written now")
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    file = models.TextField(blank=True, help_text="Where the zip lies")
    sha256 = models.CharField(max_length=64, blank=True)


class RetentionKind(models.TextChoices):
    INVOICE = "invoice", "Invoices and receipts"
    LETTER = "letter", "Other business papers"


class RetentionRule(models.Model):
    """How long records of a kind are kept; the newest row of a kind and country is in force. Only ever added."""

    kind = models.TextField(choices=RetentionKind, default=RetentionKind.INVOICE)
    country = models.CharField(max_length=2)
    years = models.PositiveSmallIntegerField(help_text="Counted from the end of the calendar year")
    basis = models.TextField(help_text="The law or decision it rests on")
    set_by = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)


class RetentionSchedule(models.Model):
    """Whether what is due is erased every night; the newest row counts, without one nothing is. Only ever added."""

    enabled = models.BooleanField()
    because = models.TextField()
    set_by = models.TextField()
    at = models.DateTimeField(default=timezone.now)


class LegalHold(models.Model):
    """What must not be erased until the hold is released, whatever the rules say."""

    subject = models.TextField(help_text="document:UUID, supplier:UUID or entity:UUID")
    reason = models.TextField()
    placed_by = models.TextField()
    placed_at = models.DateTimeField(default=timezone.now)
    released_by = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(released_at=None), name="legal_hold_once_per_subject"
            ),
        )


class Cosignature(models.Model):
    """A witness's signature line over a head (c2sp.org/tlog-cosignature), checked when it came. Only ever added."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures", db_constraint=False
    )
    witness = models.TextField()
    line = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosignature_once_per_witness"),)


class HeadCopy(models.Model):
    """How far a receiver outside has got: it has every head up to `size`. `problem`: why it did not take the next."""

    receiver = models.TextField(primary_key=True)
    size = models.BigIntegerField(default=-1)
    at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
