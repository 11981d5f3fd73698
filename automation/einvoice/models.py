"""What was found in a document's electronic invoice. Rows are only ever added: one per extraction that had one."""

from django.db import models
from django.utils import timezone


class ElectronicInvoice(models.Model):
    """The XML of one extraction. `sha256` is of the XML alone.

    `problems`: [{"code", "message", "field"}], what is wrong with the XML itself. `differences`: [{"field", "stated",
    "shown", "page", "box"}], what it states and its pages show otherwise. `missing`: fields that no page shows.
    `compared` is false where the XML has no pages of its own, or `unread` pages kept it from being compared.
    """

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="electronic_invoices")
    extraction = models.OneToOneField(
        "documents.Extraction", on_delete=models.PROTECT, related_name="electronic_invoice"
    )
    syntax = models.TextField()
    profile = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    embedded = models.BooleanField()
    compared = models.BooleanField()
    problems = models.JSONField(default=list)
    differences = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    unread = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["document", "-id"], name="electronic_invoice_newest")]

    def __str__(self) -> str:
        return f"{self.syntax} {self.profile}"
