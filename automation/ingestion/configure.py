"""Channels are made, changed, removed and asked for their files here, each in one transaction with its event.

The caller has made sure that the actor may: the control API by its token's entities, the desk by the person's roles.
A secret goes in and never comes out: screens, answers and the log only say that there is one.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.record import record
from automation import env
from automation.documents import storage
from automation.errors import Conflict, Invalid, PermanentFailure, Stale
from automation.identity import new_id
from automation.ingestion.channels import kind_of
from automation.ingestion.channels.base import read_settings
from automation.ingestion.models import Channel
from automation.ledger.models import LegalEntity

Entities = QuerySet[LegalEntity] | None
FROM_ENVIRONMENT = "env:CHANNEL_SECRET_"
LONGEST_NAME = 100


def create_channel(
    entity: LegalEntity,
    name: str,
    kind: str,
    settings: Mapping[str, object],
    *,
    secret: str = "",
    enabled: bool = True,
    within: Entities = None,
    actor: str,
) -> Channel:
    """Raises Invalid for settings that are none of this kind's, a name or a place that another channel has.

    `within`: the legal entities that the actor may have files taken in for; None is the installation itself.
    """
    channel = Channel(id=new_id(), entity=entity, name=_name(name), kind=kind, enabled=enabled)
    _apply(channel, settings, within)
    channel.secret = _sealed(channel, secret)
    _save(channel, force_insert=True, action="channel.created", actor=actor, before=None)
    return channel


def change_channel(
    channel_id: uuid.UUID,
    *,
    expected_version: int,
    name: str | None = None,
    settings: Mapping[str, object] | None = None,
    secret: str | None = None,
    enabled: bool | None = None,
    within: Entities = None,
    actor: str,
) -> Channel:
    """Change what is given. Another place needs the secret anew: it must not be sent where it was not meant for.

    Raises Stale where somebody else changed the channel first, and Invalid as `create_channel`.
    """
    with transaction.atomic():
        channel = Channel.objects.select_for_update(no_key=True).select_related("entity").get(pk=channel_id)
        if channel.version != expected_version:
            raise Stale("Somebody else changed this channel meanwhile. Look at it again.")
        before, old_place = _facts(channel), channel.place
        channel.name = channel.name if name is None else _name(name)
        channel.enabled = channel.enabled if enabled is None else enabled
        if settings is not None:
            _apply(channel, settings, within)
        if secret:
            channel.secret = _sealed(channel, secret)
        elif channel.secret and _whereabouts(channel.place) != _whereabouts(old_place):
            raise Invalid("The channel has a secret and would now send it elsewhere. Give the secret again.")
        channel.version += 1
        channel.due_at, channel.failures, channel.error = timezone.now(), 0, None
        _save(channel, action="channel.changed", actor=actor, before=before, new_secret=bool(secret))
    return channel


def remove_channel(channel_id: uuid.UUID, *, actor: str) -> None:
    """Raises Conflict where files came through it: their trail needs it. Switch such a channel off."""
    with transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=channel_id)
        if channel.arrivals.exists() or channel.mails.exists():
            raise Conflict("Files came through this channel, and their trail names it. Switch it off instead.")
        record("channel.removed", actor=actor, subject=f"channel:{channel.pk}", before=_facts(channel))
        channel.delete()


def fetch_soon(channel_id: uuid.UUID, *, actor: str) -> None:
    """Have the channel looked at now, whatever failed before. Raises Conflict where it is switched off."""
    with transaction.atomic():
        if not Channel.objects.filter(pk=channel_id, enabled=True).update(due_at=timezone.now()):
            raise Conflict("The channel is switched off.")
        record("channel.fetch_requested", actor=actor, subject=f"channel:{channel_id}")


def secret_of(channel: Channel) -> str:
    """The secret itself, for the channel's own use. Raises PermanentFailure where it cannot be had."""
    text = storage.open_secret(bytes(channel.secret), str(channel.pk)) if channel.secret else ""
    if not text.startswith(FROM_ENVIRONMENT):
        return text
    name = text.removeprefix("env:")
    if not (found := env.text(name)):
        raise PermanentFailure(f"The environment has no {name}, and no {name}_FILE.", code="secret_missing")
    return found


def _apply(channel: Channel, settings: Mapping[str, object], within: Entities) -> None:
    others = settings.get("entities")
    if within is not None and isinstance(others, Mapping):
        for name in others.values():
            if not within.filter(name=str(name)).exists():
                raise Invalid(f"You have no legal entity named {str(name)[:200]!r}.")
    kind = kind_of(channel.kind)
    chosen: Any = read_settings(kind.settings, settings)
    channel.settings, channel.place = dict(settings), kind.place(chosen)


def _save(
    channel: Channel,
    *,
    action: str,
    actor: str,
    before: dict[str, Any] | None,
    force_insert: bool = False,
    new_secret: bool = False,
) -> None:
    try:
        with transaction.atomic():
            channel.save(force_insert=force_insert)
            after = {**_facts(channel), **({"new_secret": True} if new_secret else {})}
            record(action, actor=actor, subject=f"channel:{channel.pk}", before=before, after=after)
    except IntegrityError as error:
        message = f"Another channel has the name {channel.name!r} or takes from {channel.place!r} already."
        raise Invalid(message, code="channel_exists") from error


def _sealed(channel: Channel, secret: str) -> bytes | None:
    if secret.startswith("env:") and not secret.startswith(FROM_ENVIRONMENT):
        raise Invalid(f"Secrets in the environment have names that begin with {FROM_ENVIRONMENT.removeprefix('env:')}.")
    return storage.seal_secret(secret, str(channel.pk)) if secret else None


def _whereabouts(place: str) -> str:
    """Scheme, user, host and port: where the secret is sent."""
    return "/".join(place.split("/", 3)[:3])


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(f"Give the channel a name of up to {LONGEST_NAME} characters.")
    return name


def _facts(channel: Channel) -> dict[str, Any]:
    return {
        "entity": str(channel.entity_id),
        "name": channel.name,
        "kind": channel.kind,
        "settings": channel.settings,
        "enabled": channel.enabled,
    }
