"""Versioned policies and the automatic decisions made under them. Both are only ever added."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from automation.identity import new_id


class Policy(models.Model):
    """One immutable version of the rules that decide what a person must see."""

    version = models.PositiveIntegerField(unique=True)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"Policy v{self.version}"


class TriageDecision(models.Model):
    """Why a document went to a person or straight to approval: policy, inputs and reasons, kept to be replayed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="triage_decisions")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="decisions")
    route = models.TextField(choices=[("verify", "A person verifies"), ("approve", "Straight to approval")])
    reasons = models.JSONField(default=list)  # for a person, in words
    inputs = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["document", "-id"], name="triage_decision_newest")]
