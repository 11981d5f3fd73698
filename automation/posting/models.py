"""The outbox: one row per posting, written before the ERP is called and settled after it answered."""

from django.db import models
from django.utils import timezone


class Outcome(models.TextChoices):
    INTENDED = "intended", "Intended"
    POSTED = "posted", "Posted"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown"


class Posting(models.Model):
    """An effect in another system. `key` is what makes the receiver apply it once, however often it is sent.

    The database takes an intent for an approved document only, and keeps what was intended and what was confirmed.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="postings")
    key = models.TextField(unique=True)
    adapter = models.TextField()
    payload = models.JSONField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.INTENDED)
    reference = models.TextField(blank=True)  # what the receiver calls it
    detail = models.TextField(blank=True)
    intended_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="posting_confirmed_has_reference",
                condition=~models.Q(outcome="posted") | (~models.Q(reference="") & models.Q(settled_at__isnull=False)),
            )
        ]
