"""By hand: which pages of a file make a document, and what only belongs to another one (documents/arrange.py)."""

import uuid
from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.documents import arrange
from automation.documents.models import Document, State
from automation.errors import Conflict, Invalid
from review.access import VERIFY, VIEW, require
from review.actions.opening import require_not_held, require_version
from review.actions.reject import MAX_REASON
from review.models import Task


def split(
    document_id: uuid.UUID,
    parts: Sequence[Sequence[int]],
    because: str = "",
    *,
    expected_version: int,
    acting_user: User,
) -> list[Document]:
    """Make a document of each of `parts`, lists of page numbers of the whole file (from 1), and return them in order.

    `document_id` is a file that waits for a person or failed, one that is split already, or a part of one:
    `arrange.parts_of(file)` and each part's `pages` say how it is split now. Together the parts name each page once;
    parts that stay as they are keep what was done to them, new ones are read and checked like any document.
    Raises Invalid where the pages do not work out, NotAllowed without the right to verify, Stale, Held while a
    colleague has a document concerned open, Conflict where one has been decided.
    """
    with transaction.atomic():
        concerned = _opened(document_id, expected_version, acting_user)
        made = arrange.split(document_id, parts, actor=_actor(acting_user), because=_reason(because))
        _ask_no_more(concerned)
    return made


def merge(document_id: uuid.UUID, because: str = "", *, expected_version: int, acting_user: User) -> Document:
    """Take a split back: the file, which is returned, is one document again and is read anew. Raises as `split`."""
    with transaction.atomic():
        concerned = _opened(document_id, expected_version, acting_user)
        file = arrange.merge(document_id, actor=_actor(acting_user), because=_reason(because))
        _ask_no_more(concerned)
    return file


def attach(
    document_id: uuid.UUID, to: uuid.UUID, because: str = "", *, expected_version: int, acting_user: User
) -> None:
    """Let the document go no way of its own: it belongs to the document `to` of the same entity. Raises as `split`."""
    with transaction.atomic():
        concerned = _opened(document_id, expected_version, acting_user, to)
        require(acting_user, VIEW, Document.objects.select_related("entity").get(pk=to).entity)
        arrange.attach(document_id, to, actor=_actor(acting_user), because=_reason(because))
        _ask_no_more(concerned)


def detach(document_id: uuid.UUID, because: str = "", *, expected_version: int, acting_user: User) -> None:
    """Take an attachment back: the document goes its own way again, from the beginning. Raises as `split`."""
    with transaction.atomic():
        _opened(document_id, expected_version, acting_user)
        arrange.detach(document_id, actor=_actor(acting_user), because=_reason(because))


def _opened(document_id: uuid.UUID, expected_version: int, acting_user: User, *also: uuid.UUID) -> list[uuid.UUID]:
    """The file and its parts, whose pages may change hands, locked and free for this person."""
    file, parts = arrange.locked(document_id, *also)
    document = next((one for one in (file, *parts) if one.pk == document_id), None)
    if document is None:
        raise Conflict("The file was split another way in the meantime. Look at it again.")
    require(acting_user, VERIFY, document.entity)
    require_version(document, expected_version)
    if document.state in (State.APPROVED, State.POSTED, State.REJECTED):
        raise Conflict(f"{document.filename} is {State(document.state).label.lower()}: its pages stay what they are.")
    family = [file.pk, *(part.pk for part in parts)]
    for task in Task.objects.filter(document__in=family, closed_at=None).select_related("leased_by"):
        require_not_held(task, acting_user)
    return family


def _ask_no_more(documents: Collection[uuid.UUID]) -> None:
    """Close the tasks of what is no document any more, or none of its own."""
    gone = Task.objects.filter(document__in=documents, document__state__in=("split", "attached"), closed_at=None)
    gone.update(closed_at=timezone.now(), leased_by=None, leased_until=None)


def _reason(because: str) -> str:
    if len(because) > MAX_REASON:
        raise Invalid(f"Explain it in at most {MAX_REASON} characters.")
    return because.strip()


def _actor(acting_user: User) -> str:
    return f"user:{acting_user.username}"
