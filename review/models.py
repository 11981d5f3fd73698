"""What people may do and what they did: rights, tasks at gates, corrections, decisions, comments.

Corrections, decisions and comments are only ever added (see migration 0002).
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase

from automation.identity import new_id


class EntityRight(GroupObjectPermissionBase):
    """A permission that a role's group has on one legal entity (django-guardian, with a real foreign key)."""

    content_object = models.ForeignKey("ledger.LegalEntity", on_delete=models.CASCADE, related_name="rights")


class Gate(models.TextChoices):
    VERIFY = "verify", "Verify"
    APPROVE = "approve", "Approve"


class Task(models.Model):
    """A document waiting for a person at a gate; closed by one decision, or when the failed document is dismissed.

    `due_at`: when the policy wants it decided, None where it sets no time (see review/deadlines.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="tasks")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="+")
    gate = models.CharField(max_length=10, choices=Gate)
    opened_at = models.DateTimeField(default=timezone.now)
    postponed_until = models.DateTimeField(null=True)
    leased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    leased_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "gate"], condition=models.Q(closed_at=None), name="task_open_once_per_gate"
            )
        ]
        indexes = [
            models.Index(fields=["entity", "gate", "opened_at"], condition=models.Q(closed_at=None), name="task_queue")
        ]


class Correction(models.Model):
    """A person's change of one field: which value replaced which. `undoes`: the correction that this one takes back."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="corrections")
    name = models.TextField()
    before = models.ForeignKey("documents.FieldValue", on_delete=models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey("documents.FieldValue", on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Decision(models.Model):
    """What a person decided at a gate. The database refuses approval by whoever handed in, corrected or verified it."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="decision")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="decisions")
    gate = models.CharField(max_length=10, choices=Gate)
    verdict = models.TextField(choices=[("approved", "Approved"), ("rejected", "Rejected")])
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_rejection_has_reason", condition=~models.Q(verdict="rejected") | ~models.Q(reason="")
            )
        ]


class Comment(models.Model):
    """A remark on a document, or on one of its fields."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="comments")
    field = models.TextField(blank=True)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
