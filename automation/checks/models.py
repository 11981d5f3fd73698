"""What the checks found, kept per round: each time the values change, the rules run again. Only ever added."""

from django.db import models
from django.utils import timezone

from automation.identity import new_id


class Severity(models.TextChoices):
    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    BLOCKS = "blocks", "Blocks"


class CheckRound(models.Model):
    """One run of all rules over a document's current values."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="check_rounds")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["document", "-id"], name="check_round_newest")]


class Finding(models.Model):
    """One thing a rule saw. `code` is stable and documented in docs/findings.md; `message` is for a person.

    `fields` names what it is about, a cell of a table as `line_items.3.net_amount` (rows from 1). `evidence` holds the
    compared values as canonical text, and `document` where another document is meant.
    """

    round = models.ForeignKey(CheckRound, on_delete=models.PROTECT, related_name="findings")
    code = models.TextField()
    severity = models.CharField(max_length=8, choices=Severity)
    message = models.TextField()
    fields = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
