"""A document from its bytes to its values. Bytes, readings and values are only ever added (migration 0003)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from automation.identity import new_id


class State(models.TextChoices):
    """Where a document stands. Moves are in documents/states.py and nowhere else."""

    RECEIVED = "received", "Being read"
    TO_VERIFY = "to_verify", "To verify"
    TO_APPROVE = "to_approve", "To approve"
    APPROVED = "approved", "Being posted"
    POSTED = "posted", "Posted"
    REJECTED = "rejected", "Rejected"
    QUARANTINED = "quarantined", "Quarantined"
    FAILED = "failed", "Failed"
    SPLIT = "split", "Split"
    ATTACHED = "attached", "Attached"


class Document(models.Model):
    """One incoming file, or the `pages` of one (`parent`) that holds several documents.

    A part has the stored bytes of its parent, which stay once, and pages of its own numbered from 1; `pages` says which
    of the file they are. `attached_to`: the document that this one only belongs to, as terms or a delivery note do;
    what it is stands in its division as "paper".
    `version` grows with every change a person or step makes (optimistic locking, ETag).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="documents")
    filename = models.TextField()
    media_type = models.TextField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()  # the document's AES key, encrypted with the master key
    storage_name = models.TextField()
    channel = models.TextField()
    sender = models.TextField(blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    pages = ArrayField(models.PositiveIntegerField(), null=True)  # of the parent's file, in this document's order
    attached_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="attachments")
    run_id = models.UUIDField(null=True, unique=True)
    page_count = models.PositiveIntegerField(null=True)
    division = models.JSONField(null=True)  # documents/split.py; of what is attached {"paper"}: what it is
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    state_since = models.DateTimeField(default=timezone.now)
    problem = models.JSONField(null=True)  # {"code", "message"}: why it is quarantined, failed or rejected
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "sha256"], condition=models.Q(parent=None), name="document_bytes_once"
            ),
            models.CheckConstraint(
                name="document_part_has_pages",
                condition=models.Q(parent=None, pages=None) | models.Q(parent__isnull=False, pages__len__gt=0),
            ),
            models.CheckConstraint(
                name="document_attached_to_another",
                condition=models.Q(state="attached", attached_to__isnull=False)
                | ~models.Q(state="attached") & models.Q(attached_to=None),
            ),
            models.CheckConstraint(
                name="document_problem_is_said",
                condition=~models.Q(state__in=["quarantined", "failed", "rejected"]) | models.Q(problem__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["entity", "state", "state_since"], name="document_queue")]

    def __str__(self) -> str:
        return self.filename


class Reading(models.Model):
    """The words of a document as one reader found them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="readings")
    reader = models.TextField()
    needs_ocr = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)


class Page(models.Model):
    """One page of a reading: size in points, words as [text, x0, y0, x1, y1, confidence] in fractions of the page.

    Where OCR read it, `digest` names program and weights exactly, and `cause` says why the file's text was not taken.
    """

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="pages")
    number = models.PositiveIntegerField()
    width = models.FloatField()
    height = models.FloatField()
    reader = models.TextField()
    needs_ocr = models.BooleanField()
    digest = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    words = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reading", "number"], name="page_once")]
        ordering = ["number"]


class Extraction(models.Model):
    """One extractor's answer for one reading; `digest` names the exact model or rule set that gave it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="extractions")
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="extractions")
    reader = models.TextField()
    digest = models.TextField()
    timings_ms = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)


class FieldValue(models.Model):
    """One value of one field, by an extractor or a person. Never changed: the newest row of a name is the current one.

    `value` is the canonical text (inference.fields); for `line_items` and `tax_lines` a list of rows, each a mapping of
    cell name to {"value", "confidence", "page", "box", "raw", "reader"}. An empty text is a person's "it is not there".
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="values")
    extraction = models.ForeignKey(Extraction, on_delete=models.PROTECT, null=True, related_name="values")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    raw = models.TextField(blank=True)
    value = models.JSONField()
    confidence = models.FloatField()
    reader = models.TextField()
    page = models.PositiveIntegerField(null=True)
    box = models.JSONField(null=True)  # [x0, y0, x1, y1] in fractions of the page
    alternatives = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["document", "name", "-id"], name="field_value_current")]
        constraints = [
            models.CheckConstraint(
                name="field_value_has_one_source",
                condition=models.Q(extraction__isnull=False, entered_by=None)
                | models.Q(extraction=None, entered_by__isnull=False, reader="person"),
            ),
            models.CheckConstraint(
                name="field_value_confidence_range", condition=models.Q(confidence__gte=0, confidence__lte=1)
            ),
        ]
