"""Services that may use the API, and the requests they made once."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from automation.ledger.models import LegalEntity


class ServiceToken(models.Model):
    """What a service shows to be let in. Only the token's SHA-256 is kept; `scopes` are in automation/api/tokens.py."""

    name = models.TextField(unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.TextField())
    entities = models.ManyToManyField(LegalEntity, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class IdempotentRequest(models.Model):
    """A request under its Idempotency-Key. `status` and `body` hold the answer once there is one."""

    token = models.ForeignKey(ServiceToken, on_delete=models.PROTECT, related_name="requests")
    key = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of what was asked
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"])]
