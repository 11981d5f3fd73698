"""What people may do and what they did: rights, tasks at gates, corrections, decisions, holds, comments.

Corrections, decisions, reversals and comments are only ever added (see migration 0002).
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
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
    CONTROLLER = "controller", "Controller"
    TREASURY = "treasury", "Treasury"


class Task(models.Model):
    """A document waiting for a person at a gate; closed by one decision, or when the failed document is dismissed.

    `due_at`: when the policy wants it decided, None where it sets no time (see review/deadlines.py). `urgency`: the day
    the queue sorts by. `leased_by` has it open since `leased_since`; nobody else changes it until `leased_until`.
    `assigned_to`: whose it is since it was not decided in time (review/reassign.py).

    So that the queue is read off one index: `waiting` is false while its document stands elsewhere, as a failed one
    (kept by a trigger, migration 0002), and `barred` are the people whom four eyes keep from deciding it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey("documents.Document", on_delete=models.CASCADE, related_name="tasks")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.PROTECT, related_name="+")
    gate = models.CharField(max_length=10, choices=Gate)
    opened_at = models.DateTimeField(default=timezone.now)
    postponed_until = models.DateTimeField(null=True)
    leased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    leased_since = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="assigned_tasks"
    )
    urgency = models.DateField()
    waiting = models.BooleanField(default=True)
    barred = ArrayField(models.IntegerField(), default=list)
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
            models.Index(
                fields=["urgency", "document"],
                include=["entity", "gate", "postponed_until", "barred", "assigned_to"],
                condition=models.Q(closed_at=None, waiting=True),
                name="task_queue",
            ),
            models.Index(
                fields=["entity", "urgency", "document"],
                include=["gate", "postponed_until", "barred", "assigned_to"],
                condition=models.Q(closed_at=None, waiting=True),
                name="task_queue_entity",
            ),
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
    """What a person decided at a gate. The database refuses approval by whoever handed in, corrected, verified or
    already approved it, above the person's limit, and while a hold stands.

    `on_behalf_of`: the absent person whose right and limit were used. `duplicate_of`: why it was rejected.
    """

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="decision")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="decisions")
    gate = models.CharField(max_length=10, choices=Gate)
    verdict = models.TextField(choices=[("approved", "Approved"), ("rejected", "Rejected")])
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    duplicate_of = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_rejection_has_reason", condition=~models.Q(verdict="rejected") | ~models.Q(reason="")
            )
        ]


class Reversal(models.Model):
    """A decision taken back before anything followed from it; the document waits at its gate again."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="reversal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Hold(models.Model):
    """Why a document must not go on for now; it does when every hold is released."""

    class Name(models.TextChoices):
        DISPUTE = "dispute", "In dispute with the supplier"
        GOODS = "goods", "Goods or service not received"
        CREDIT = "credit", "Waiting for a credit note"
        CLARIFY = "clarify", "Question to a colleague"

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="holds")
    name = models.CharField(max_length=10, choices=Name)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "name"], condition=models.Q(released_at=None), name="hold_open_once"
            )
        ]


class Comment(models.Model):
    """A remark on a document, or on one of its fields."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="comments")
    field = models.TextField(blank=True)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Letter(models.Model):
    """A mail about a document, or (kind `answer`) what came back to one. `recipient`: who it is for, or who answered.

    What is written is sent in the background (review/letters.py): `sent_at`, or why not in `problem`.
    """

    class Kind(models.TextChoices):
        REJECTION = "rejection", "Rejection"
        QUESTION = "question", "Question"
        REMINDER = "reminder", "Reminder"
        ALARM = "alarm", "Alarm"
        ANSWER = "answer", "Answer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="letters")
    kind = models.CharField(max_length=10, choices=Kind)
    recipient = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    mail = models.OneToOneField("ingestion.Mail", on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"],
                condition=models.Q(sent_at=None, problem="") & ~models.Q(kind="answer"),
                name="letter_due",
            )
        ]


class Mention(models.Model):
    """A colleague named in a comment, until they have seen it."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="mention_once")]
        indexes = [models.Index(fields=["person"], condition=models.Q(seen_at=None), name="mention_unseen")]


class Limit(models.Model):
    """Up to which amount a person approves, at one entity or (None) at all, for one cost centre or ("") for any.

    Limits of the invoice's own cost centre hold in place of those for any. Without any row a person has no limit.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="limits")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.CASCADE, null=True, related_name="+")
    cost_centre = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "entity", "cost_centre", "currency"], nulls_distinct=False, name="limit_once"
            ),
            models.CheckConstraint(name="limit_not_negative", condition=models.Q(amount__gte=0)),
        ]


class StandIn(models.Model):
    """The deputy approves for the absent person from the first to the last day, with that person's rights and limit."""

    absent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stands_in_for")
    first_day = models.DateField()
    last_day = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="stand_in_is_another", condition=~models.Q(absent=models.F("deputy"))),
            models.CheckConstraint(name="stand_in_days", condition=models.Q(last_day__gte=models.F("first_day"))),
        ]


class SavedView(models.Model):
    """Filters of the queue that a person gave a name; `query` is the part of the address after the question mark."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once")]


class Preference(models.Model):
    """How a person likes the desk: keys bound anew ({"approve": "y"}) and the language ("" takes the browser's)."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    keys = models.JSONField(default=dict)
    language = models.CharField(max_length=2, blank=True)


class SearchEntry(models.Model):
    """The words of a document and its fields, kept by triggers on document and invoice (migration 0002)."""

    document = models.OneToOneField("documents.Document", on_delete=models.CASCADE, primary_key=True, related_name="+")
    entity = models.ForeignKey("ledger.LegalEntity", on_delete=models.CASCADE, related_name="+")
    reading = models.UUIDField(null=True)
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_words")]
