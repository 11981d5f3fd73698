"""Leave a remark on a document, or on one of its fields."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document
from automation.errors import Invalid, NotAllowed
from inference.fields import FIELDS
from review.access import APPROVE, VERIFY, may
from review.actions.opening import log
from review.models import Comment

MAX_TEXT = 4000


def comment(document_id: uuid.UUID, text: str, *, acting_user: User, field: str = "") -> Comment:
    """Remarks are for those who work on the documents; who may only look leaves none. Raises Invalid and NotAllowed."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid(f"Write a remark of at most {MAX_TEXT} characters.")
    if field and field not in FIELDS:
        raise Invalid(f"There is no field named {field!r}.")
    with transaction.atomic():
        document = Document.objects.get(pk=document_id)
        if not any(may(acting_user, right, document.entity_id) for right in (VERIFY, APPROVE)):
            raise NotAllowed("Your roles let you see this document, not work on it.")
        remark = Comment.objects.create(document=document, field=field, text=text, by=acting_user)
        log("document.commented", document, acting_user, after={"comment": remark.pk, "field": field, "text": text})
    return remark
