"""Financial records and the log: to be looked at, never changed here."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from audit.models import Checkpoint, Pack, Verification
from automation.documents.models import Document
from automation.ledger.models import BankAccount, Invoice, LegalEntity, Supplier
from automation.policy.models import Policy, TriageDecision
from automation.posting.models import Posting
from review.console.site import site
from review.models import Decision


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    """Whoever is in the console may look, nobody may change. Django's own history is not kept: the log has it."""

    actions: tuple[str, ...] | None = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None: ...

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None: ...


class DocumentRecords(ReadOnly):
    list_display = ("filename", "entity", "state", "channel", "received_at")
    list_filter = ("state", "channel")
    search_fields = ("=id", "filename", "=sha256")
    ordering = ("-pk",)
    exclude = ("wrapped_key", "storage_name")


class InvoiceRecords(ReadOnly):
    list_display = ("number", "seller_name", "entity", "issue_date", "gross_amount", "currency")
    search_fields = ("=number", "seller_name")
    ordering = ("-pk",)


class DecisionRecords(ReadOnly):
    list_display = ("document", "gate", "verdict", "by", "at")
    list_filter = ("gate", "verdict")
    ordering = ("-pk",)


class PostingRecords(ReadOnly):
    list_display = ("document", "adapter", "outcome", "intended_at")
    list_filter = ("adapter", "outcome")
    ordering = ("-pk",)


class SupplierRecords(ReadOnly):
    list_display = ("name", "entity", "vat_id")
    search_fields = ("name", "=vat_id")


class AccountRecords(ReadOnly):
    list_display = ("supplier", "iban", "first_seen_at")
    search_fields = ("=iban", "supplier__name")


class EntityRecords(ReadOnly):
    list_display = ("name", "country", "currency", "vat_id")


class PolicyRecords(ReadOnly):
    list_display = ("version", "digest", "published_at", "published_by")
    ordering = ("-version",)


class TriageRecords(ReadOnly):
    list_display = ("document", "policy", "route")
    list_filter = ("route",)
    ordering = ("-pk",)


class HeadRecords(ReadOnly):
    list_display = ("size", "at")
    exclude = ("root",)


class VerificationRecords(ReadOnly):
    list_display = ("at", "intact", "entries", "heads", "said")
    ordering = ("-pk",)


class PackRecords(ReadOnly):
    list_display = ("since", "until", "requested_by", "finished_at", "sha256")
    ordering = ("-pk",)


site.register(Document, DocumentRecords)
site.register(Invoice, InvoiceRecords)
site.register(Decision, DecisionRecords)
site.register(Posting, PostingRecords)
site.register(Supplier, SupplierRecords)
site.register(BankAccount, AccountRecords)
site.register(LegalEntity, EntityRecords)
site.register(Policy, PolicyRecords)
site.register(TriageDecision, TriageRecords)
site.register(Checkpoint, HeadRecords)
site.register(Verification, VerificationRecords)
site.register(Pack, PackRecords)
