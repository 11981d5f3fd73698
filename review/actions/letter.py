"""Write to whoever sent a document, or to its supplier: why it was rejected, or what is asked.

In the language of the page that it was written on, as what the person wrote is.
"""

import uuid

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from automation.documents.models import Document
from automation.errors import Invalid, NotAllowed
from automation.ledger.models import Invoice
from review import letters
from review.access import may
from review.four_eyes import RIGHT
from review.models import Letter

MAX_TEXT = 4000


def ask_supplier(document_id: uuid.UUID, recipient: str, text: str, *, acting_user: User) -> Letter:
    """Ask something by e-mail; the answer comes into the document's conversation. Raises Invalid and NotAllowed."""
    text, recipient = text.strip(), recipient.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid(f"Write a question of at most {MAX_TEXT} characters.")
    try:
        validate_email(recipient)
    except ValidationError as error:
        raise Invalid("Enter the e-mail address that the question goes to.") from error
    with transaction.atomic():
        document = Document.objects.select_related("entity").get(pk=document_id)
        if not any(may(acting_user, right, document.entity_id) for right in RIGHT.values()):
            raise NotAllowed("Your roles let you see this document, not work on it.")
        subject = _("Question about %(document)s") % {"document": _named(document)}
        return letters.write(Letter.Kind.QUESTION, document, recipient, subject, text, acting_user)


def sender_of(document: Document) -> str:
    """The address that the document came from; empty where it came another way."""
    return document.sender if "@" in document.sender else ""


def tell_of_rejection(document: Document, address: str, reason: str, acting_user: User) -> None:
    """In the transaction of the rejection."""
    named = _named(document)
    about = {"company": document.entity.name, "document": named, "file": document.filename}
    begins = _("%(company)s does not take %(document)s (%(file)s):") % about
    subject = _("Not taken: %(document)s") % {"document": named}
    letters.write(Letter.Kind.REJECTION, document, address, subject, f"{begins}\n\n{reason}\n", acting_user)


def _named(document: Document) -> str:
    number = Invoice.objects.filter(document=document).values_list("number", flat=True).first()
    return _("invoice %(number)s") % {"number": number} if number else document.filename
