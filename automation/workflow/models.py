"""The durable state of the engine. Celery holds none of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from automation.identity import new_id

QUEUES = ("default", "ocr", "inference", "delivery")  # bulkheads: a slow kind of work never starves another


class Definition(models.Model):
    """One immutable version of a workflow."""

    name = models.TextField()
    version = models.PositiveIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="definition_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class RunState(models.TextChoices):
    READY = "ready", "Ready"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (RunState.READY, RunState.RUNNING, RunState.WAITING)


class Run(models.Model):
    """One journey through one version of a workflow.

    `due_at` says when somebody must look: the time a ready run may start, a lease runs out or a timer fires.
    `claim` grows with each claim and each checkpoint; who does not know the newest may store nothing (a fencing token).
    `queue` is the present step's, so that its workers find the run without reading the definition.
    `unwinding` is the state a run ends in once the compensations of its completed steps are done.
    A step over several items has a child run for each; `pending` counts those not yet done.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="runs")
    subject = models.TextField()
    input = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.READY)
    step = models.TextField()
    queue = models.TextField(default="default")
    attempt = models.PositiveIntegerField(default=0)
    claim = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, db_default=Now())
    awaited_signal = models.TextField(null=True)
    held = models.BooleanField(default=False)
    unwinding = models.CharField(max_length=10, choices=RunState, null=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    item = models.PositiveIntegerField(null=True)
    pending = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "due_at"],
                name="run_due",
                condition=Q(due_at__isnull=False, held=False),
                include=["id"],
            ),
            models.Index(fields=["subject", "created_at"], name="run_subject"),
            models.Index(fields=["state", "-id"], name="run_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="run_finished_has_time",
                condition=Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False, due_at=None)
                | Q(state__in=["ready", "running", "waiting"], finished_at=None),
            ),
            models.CheckConstraint(
                name="run_running_has_lease", condition=~Q(state="running") | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="run_item_has_parent",
                condition=Q(parent=None, item=None) | Q(parent__isnull=False, item__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["parent", "step", "item"], name="run_item_once", condition=Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.step} ({self.state})"


class StepResult(models.Model):
    """A completed or skipped step: the checkpoint from which a run goes on."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="results")
    step = models.TextField()
    output = models.JSONField(default=dict)
    skipped = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    compensated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="step_result_once")]


class Attempt(models.Model):
    """A try of a step that did not complete it, or a completed one that an operator set back to do again."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts")
    step = models.TextField()
    number = models.PositiveIntegerField()
    code = models.TextField()
    message = models.TextField()
    at = models.DateTimeField(db_default=Now())
    retry_at = models.DateTimeField(null=True)


class Signal(models.Model):
    """A message to a run, kept until a step takes it. The dedupe key makes a repeated message count once."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="signals")
    name = models.TextField()
    dedupe_key = models.TextField()
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField(db_default=Now())
    consumed_by = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name", "dedupe_key"], name="signal_once")]
        indexes = [models.Index(fields=["run", "name"], name="signal_open", condition=Q(consumed_by=None))]
