"""That a person opened a document is on record: who saw an invoice is asked when something goes wrong."""

from django.contrib.auth.models import User
from django.db import transaction

from automation.documents.models import Document
from review.access import VIEW, require
from review.actions.opening import log


def viewed(document: Document, *, acting_user: User) -> None:
    """Record that the person was shown the document. Not for prefetching."""
    with transaction.atomic():
        require(acting_user, VIEW, document.entity)
        log("document.viewed", document, acting_user)
