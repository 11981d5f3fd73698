"""Who we pay and what for: legal entities, suppliers, and the invoice as the books know it."""

from django.db import models
from django.utils import timezone

from automation.identity import new_id


class LegalEntity(models.Model):
    """A company of ours that receives invoices. People's roles are granted per entity (see review/access.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField(unique=True)
    country = models.CharField(max_length=2, default="DE")
    vat_id = models.TextField(blank=True)
    currency = models.CharField(max_length=3, default="EUR")

    class Meta:
        verbose_name_plural = "legal entities"
        default_permissions = ()
        permissions = [
            ("view_documents", "See this entity's documents"),
            ("add_documents", "Hand in documents"),
            ("verify_documents", "Correct and verify fields"),
            ("approve_documents", "Approve for payment"),
            ("control_documents", "Approve as controller"),
            ("release_documents", "Release payments to new accounts"),
            ("operate_runs", "Operate the runs of its documents"),
            ("audit_records", "See the audit log"),
        ]

    def __str__(self) -> str:
        return self.name


class Supplier(models.Model):
    """A company that has sent us invoices, recognised by its VAT id, else by its name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="suppliers")
    name = models.TextField()
    normal_name = models.TextField()  # see ledger.suppliers.normal_name
    vat_id = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "vat_id"], condition=~models.Q(vat_id=""), name="supplier_vat_id_once"
            ),
            models.UniqueConstraint(
                fields=["entity", "normal_name"],
                condition=models.Q(vat_id=""),
                name="supplier_name_once_without_vat_id",
            ),
        ]
        indexes = [models.Index(fields=["entity", "normal_name"], name="supplier_name")]

    def __str__(self) -> str:
        return self.name


class BankAccount(models.Model):
    """An account a supplier was seen with. A new one on a known supplier is a warning sign."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="accounts")
    iban = models.TextField()
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "iban"], name="bank_account_once")]

    def __str__(self) -> str:
        return self.iban


class Invoice(models.Model):
    """The typed header of a document's current values: what queues show, duplicates compare and posting sends.

    Derived from the document's field values by `ledger.project`; null where a field is unknown.
    """

    document = models.OneToOneField("documents.Document", on_delete=models.CASCADE, related_name="invoice")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="invoices")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, related_name="invoices")
    document_type = models.TextField(default="invoice")
    seller_name = models.TextField(blank=True)
    number = models.TextField(blank=True)
    normal_number = models.TextField(blank=True)  # letters and digits only, upper case: what duplicates compare
    issue_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    tax_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    gross_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    cost_centre = models.CharField(max_length=40, blank=True)  # upper case; what limits and the matrix compare

    class Meta:
        indexes = [
            models.Index(fields=["entity", "normal_number"], name="invoice_number"),
            models.Index(fields=["entity", "issue_date", "gross_amount"], name="invoice_date_gross"),
        ]
        constraints = [
            models.CheckConstraint(
                name="invoice_currency_format",
                condition=models.Q(currency="") | models.Q(currency__regex=r"^[A-Z]{3}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_name} {self.number}"


class InvoiceLine(models.Model):
    """One line item of the current values, in order from 1."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    description = models.TextField(blank=True)
    product_code = models.TextField(blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    unit = models.TextField(blank=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")]
