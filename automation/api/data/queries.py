"""What a service may see: documents of its token's entities, and nothing of any other."""

import base64
import binascii
import uuid
from collections.abc import Sequence

from django.db.models import Q

from audit.models import Event
from audit.queries import trail
from automation.api.models import ServiceToken
from automation.api.paging import page_size
from automation.documents.models import Document, State
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import LegalEntity


def entity_of(token: ServiceToken, wanted: str) -> LegalEntity:
    """The token's entity with that name or id; for an empty text its only one. Raises NotAllowed or Invalid."""
    entities = token.entities.order_by("name")
    if not wanted:
        found = list(entities[:2])
        if len(found) == 1:
            return found[0]
        names = ", ".join(entity.name for entity in entities)
        raise Invalid(f"Say for which legal entity, as ?entity=. The token has: {names}.", code="entity_missing")
    entity = entities.filter(_named(wanted)).first()
    if entity is None:
        raise NotAllowed(f"The token has no legal entity {wanted!r}.", code="entity_not_allowed")
    return entity


def document_of(token: ServiceToken, document_id: uuid.UUID) -> Document | None:
    return Document.objects.filter(pk=document_id, entity__in=token.entities.all()).select_related("entity").first()


def document_page(
    token: ServiceToken, *, state: str, entity: str, cursor: str, limit: str
) -> tuple[Sequence[Document], str | None]:
    """Documents, newest first, and the cursor of the next page. Raises Invalid for a parameter that is none."""
    documents = Document.objects.filter(entity__in=token.entities.all()).select_related("entity")
    if entity:
        documents = documents.filter(entity=entity_of(token, entity))
    if state:
        if state not in State.values:
            raise Invalid(f"There is no state {state!r}. States are: {', '.join(State.values)}.")
        documents = documents.filter(state=state)
    if cursor:
        documents = documents.filter(pk__lt=_position(cursor))
    size = page_size(limit)
    found = list(documents.order_by("-pk")[: size + 1])
    following = _cursor(found[size - 1].pk) if len(found) > size else None
    return found[:size], following


def event_page(document: Document, *, before: str, limit: str) -> tuple[Sequence[Event], str | None]:
    """The document's trail, newest first, and the id to continue before."""
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Invalid("before must be the id of an event.")
    size = page_size(limit)
    found = trail(f"document:{document.pk}", before=int(before) if before else None, limit=size + 1)
    return found[:size], str(found[size - 1].pk) if len(found) > size else None


def _named(wanted: str) -> Q:
    try:
        return Q(pk=uuid.UUID(wanted))
    except ValueError:
        return Q(name=wanted.replace("\0", ""))


def _cursor(position: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(position.bytes).decode().rstrip("=")


def _position(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error) as error:
        raise Invalid("cursor must be a next_cursor of an earlier answer.") from error
