"""Confirmed invoices as examples for the next ones of the same supplier."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from automation.identity import new_id


class Memory(models.Model):
    """What one verified document teaches (`inference.extraction.memory`), in plain data.

    `signs` are what its supplier is known by: VAT id, account, domain, name. A forgotten row keeps no content.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.OneToOneField("documents.Document", on_delete=models.CASCADE, related_name="memory")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.CASCADE, related_name="memories")
    signs = ArrayField(models.TextField())
    example = models.JSONField()
    confirmed_at = models.DateTimeField(default=timezone.now)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "memories"
        indexes = [
            GinIndex(fields=["signs"], name="memory_signs"),
            models.Index(fields=["entity", "-confirmed_at"], name="memory_newest"),
        ]

    def __str__(self) -> str:
        return str(self.document_id)
