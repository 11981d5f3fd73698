"""Leave a remark on a document, or on one of its fields; @name tells a colleague."""

import re
import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from automation.documents.models import Document
from automation.errors import Invalid, NotAllowed
from inference.fields import FORM
from review.access import VIEW, may
from review.actions.opening import log
from review.four_eyes import RIGHT
from review.models import Comment, Mention

MAX_TEXT = 4000
_NAMED = re.compile(r"(?<![\w@])@([\w.+-]*\w)")


def comment(document_id: uuid.UUID, text: str, *, acting_user: User, field: str = "") -> Comment:
    """Remarks are for those who work on the documents; who may only look leaves none. Raises Invalid and NotAllowed."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid(f"Write a remark of at most {MAX_TEXT} characters.")
    if field and field not in FORM:
        raise Invalid(f"There is no field named {field!r}.")
    with transaction.atomic():
        document = Document.objects.get(pk=document_id)
        if not any(may(acting_user, right, document.entity_id) for right in RIGHT.values()):
            raise NotAllowed("Your roles let you see this document, not work on it.")
        remark = Comment.objects.create(document=document, field=field, text=text, by=acting_user)
        named = _named(text, document)
        Mention.objects.bulk_create(Mention(comment=remark, person=person) for person in named)
        after = {"comment": remark.pk, "field": field, "text": text, "to": [person.username for person in named]}
        log("document.commented", document, acting_user, after=after)
    return remark


def mentions_seen(document_id: uuid.UUID, *, acting_user: User) -> None:
    """The person has opened the document: what colleagues told them there is no longer new."""
    unseen = Mention.objects.filter(person=acting_user, seen_at=None, comment__document=document_id)
    unseen.update(seen_at=timezone.now())


def unseen_mentions(user: User) -> list[Mention]:
    """Where colleagues named the person, newest first, as long as they have not opened it."""
    unseen = Mention.objects.filter(person=user, seen_at=None)
    return list(unseen.select_related("comment__document", "comment__by").order_by("-pk")[:5])


def _named(text: str, document: Document) -> list[User]:
    """The people named, of those who may see the document; other names are only text."""
    people = User.objects.filter(username__in=set(_NAMED.findall(text)), is_active=True)
    return [person for person in people if may(person, VIEW, document.entity_id)]
