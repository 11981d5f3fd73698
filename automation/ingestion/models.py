"""Every arrival, also those that were refused: received = posted + rejected + in work can be counted from here."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Arrival(models.Model):
    """One file handed to the door, and what the door said."""

    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="arrivals")
    channel = models.TextField()
    filename = models.TextField()
    sender = models.TextField(blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    outcome = models.TextField(choices=[("accepted", "Accepted"), ("duplicate", "Duplicate"), ("refused", "Refused")])
    code = models.TextField(blank=True)
    message = models.TextField(blank=True)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="arrivals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["entity", "-at"], name="arrival_newest")]
