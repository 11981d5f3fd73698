"""That a person saw a document is on record: who saw an invoice is asked when something goes wrong."""

from django.contrib.auth.models import User

from audit.reads import record_read
from audit.record import subject_of
from automation.documents.models import Document
from review.access import VIEW, require


def viewed(document: Document, *, acting_user: User) -> None:
    """Record that the person was shown the document. Not for prefetching."""
    _seen("document.viewed", document, acting_user)


def downloaded(document: Document, *, acting_user: User) -> None:
    """Record that the person was handed the original."""
    _seen("document.downloaded", document, acting_user)


def exported(document: Document, form: str, *, acting_user: User) -> None:
    """Record that the person was handed the invoice in this form."""
    _seen("document.exported", document, acting_user, {"form": form})


def searched(document: Document, *, acting_user: User) -> None:
    """Record that the person was handed the document as a searchable PDF."""
    _seen("document.searched", document, acting_user)


def _seen(action: str, document: Document, acting_user: User, after: object = None) -> None:
    require(acting_user, VIEW, document.entity)
    record_read(action, actor=f"user:{acting_user.username}", subject=subject_of(document), after=after)
