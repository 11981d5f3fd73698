"""Forget what verified documents taught: the next documents of their supplier are read without them."""

import uuid
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document
from automation.memory.remember import forget
from review.access import VERIFY, require


def forget_examples(document_ids: Iterable[uuid.UUID], *, acting_user: User) -> int:
    """How many of them served as examples until now. Raises NotAllowed, and then forgets none."""
    with transaction.atomic():
        documents = Document.objects.filter(pk__in=[*document_ids]).select_related("entity").order_by("pk")
        for document in documents:
            require(acting_user, VERIFY, document.entity)
        return sum(forget(document.pk, actor=f"user:{acting_user.username}") for document in documents)
