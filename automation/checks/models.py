"""What the checks found, kept per round: each time the values change, the rules run again."""

from django.db import models
from django.utils import timezone


class Severity(models.TextChoices):
    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    BLOCKS = "blocks", "Blocks"


class CheckRound(models.Model):
    """One run of all rules over a document's current values."""

    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="check_rounds")
    created_at = models.DateTimeField(default=timezone.now)


class Finding(models.Model):
    """One thing a rule saw. `code` is stable and documented in docs/findings.md; `message` is for a person."""

    round = models.ForeignKey(CheckRound, on_delete=models.CASCADE, related_name="findings")
    code = models.TextField()
    severity = models.CharField(max_length=8, choices=Severity)
    message = models.TextField()
    fields = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
